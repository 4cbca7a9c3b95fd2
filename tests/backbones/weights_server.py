"""A server on this computer that behaves as the hub does, well or badly, for the tests of downloads."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "a" * 40


class Behaviour:
    """What the next answers are like. `cut_after` bytes of a body the connection ends, as often as `cuts` says."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.cut_after: int | None = None
        self.cuts = 0
        self.knows_ranges = True
        self.asked: list[tuple[str, str, str]] = []  # method, path, Range

    def etag(self, path: str) -> str:
        return hashlib.sha256(self.promised(path)).hexdigest()

    def promised(self, path: str) -> bytes:
        """What the file should be: the hub tells its hash even where something on the way changes the bytes."""
        return self.files.get(f"{path}?promised", self.files[path])


@contextmanager
def weights_server(files: dict[str, bytes]) -> Iterator[tuple[str, Behaviour]]:
    """Its address, and how it behaves."""
    behaviour = Behaviour(files)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *words: Any) -> None:
            del words

        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def do_GET(self) -> None:
            self.answer(with_body=True)

        def answer(self, *, with_body: bool) -> None:
            wanted = self.headers.get("Range", "")
            behaviour.asked.append((self.command, self.path, wanted))
            if self.path not in behaviour.files:
                self.send_response(404)
                self.send_header("X-Error-Code", "EntryNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = behaviour.files[self.path]
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and behaviour.knows_ranges else 0
            if wanted and start >= len(body):
                self.send_response(416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if wanted and behaviour.knows_ranges else 200)
            if wanted and behaviour.knows_ranges:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.send_header("Content-Length", str(len(body) - start))
            self.send_header("ETag", f'"{behaviour.etag(self.path)}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if with_body:
                self.send_body(body[start:])

        def send_body(self, body: bytes) -> None:
            if behaviour.cut_after is not None and behaviour.cuts > 0:
                behaviour.cuts -= 1
                self.wfile.write(body[: behaviour.cut_after])
                self.close_connection = True
                return
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", behaviour
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
