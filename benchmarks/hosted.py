"""How a hosted server holds: page actions while 20 people upload, and the screen's memory over many page loads.

`python -m benchmarks.hosted [--people 20] [--loads 1000]`. It starts `app.py --hosted` on a workspace of its own and
asks it over HTTP, as browsers do; the uploads come at the speed of a good home line. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tl_ui.listening import listen

ROOT = Path(__file__).resolve().parent.parent
PIECE = 64 * 1024
PIECES_A_SECOND = 32  # 2 MB/s each
ASSETS = ("/thaw/assets/logo.svg", "/theme.css", "/thaw/networks")


@dataclass
class Visitor:
    """One browser: keeps its cookie, and asks over one connection."""

    port: int
    cookie: str = ""
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """Raises RuntimeError for anything but success."""
        headers = {"cookie": self.cookie} if self.cookie else {}
        if isinstance(body, str):
            headers["content-type"] = "application/json"
        self.connection.request(method, path, body=body, headers=headers, encode_chunked=False)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        self.cookie = (answer.getheader("set-cookie") or self.cookie).split(";")[0]
        return content


def load_page(visitor: Visitor, load: int) -> str:
    """What a browser asks for when the page opens: itself, and the event that fills it in. Returns its session."""
    session = secrets.token_hex(6)
    visitor.ask("GET", "/")
    for asset in ASSETS:
        visitor.ask("GET", asset)
    beating = Visitor(visitor.port, visitor.cookie).connection  # open as long as the page is
    beating.request("GET", f"/gradio_api/heartbeat/{session}", headers={"cookie": visitor.cookie})
    answer = beating.getresponse()
    run_event(visitor, session, load, [None, None])
    answer.close()
    beating.close()
    return session


def run_event(visitor: Visitor, session: str, number: int, values: list[Any]) -> None:
    """One event of the page, to its end. Raises RuntimeError where it failed."""
    wanted = {"data": values, "fn_index": number, "session_hash": session, "trigger_id": None, "event_data": None}
    visitor.ask("POST", "/gradio_api/queue/join", json.dumps(wanted))
    told = visitor.ask("GET", f"/gradio_api/queue/data?session_hash={session}").decode()
    if '"success":true' not in told.replace(": ", ":"):
        raise RuntimeError(told[-500:])


def load_event(visitor: Visitor) -> int:
    """The number of the event that fills the page in when it has loaded."""
    config = json.loads(visitor.ask("GET", "/config"))
    loads = [one for one in config["dependencies"] if any(target[1] == "load" for target in one["targets"])]
    return int(loads[0]["id"])


@contextmanager
def server(workspace: Path) -> Iterator[tuple[int, psutil.Process]]:
    """A hosted server of its own; ended at the end, with its assistant."""
    with listen("127.0.0.1", 0) as taken:
        port = int(taken.getsockname()[1])
    command = [sys.executable, str(ROOT / "app.py"), "--hosted", "--no-demo", "--port", str(port)]
    command += ["--workspace", str(workspace)]
    surroundings = {**os.environ, "THAW_NO_BROWSER": "1", "THAW_QUOTA_ALL_PEOPLE": "5000"}
    with open(workspace.parent / "server.log", "ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=surroundings)
    try:
        wait_for(port, process)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            Visitor(port).ask("GET", "/thaw/assets/logo.svg")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server does not answer")


def upload_for_ever(port: int, ending: threading.Event, sent: list[int]) -> None:
    """Sends files at a steady pace into a set that is dropped when it is large."""
    visitor = Visitor(port)
    visitor.ask("GET", "/")

    def pieces() -> Iterator[bytes]:
        for _ in range(4 * PIECES_A_SECOND):
            if ending.is_set():
                return
            yield os.urandom(PIECE)
            sent[0] += PIECE
            ending.wait(1 / PIECES_A_SECOND)

    while not ending.is_set():
        staged = json.loads(visitor.ask("POST", "/thaw/staging"))["staged"]
        visitor.connection.request(
            "POST", f"/thaw/staging/{staged}/file?name=a.png", body=pieces(), headers={"cookie": visitor.cookie},
            encode_chunked=True,
        )  # fmt: skip
        visitor.connection.getresponse().read()
        visitor.ask("POST", f"/thaw/staging/{staged}/drop")


def measure_actions(port: int, people: int, seconds: float) -> dict[str, Any]:
    """Seconds that page actions take while `people` upload, and alone."""
    ending, sent = threading.Event(), [0]
    alone = timed_actions(port, seconds / 2)
    threads = [threading.Thread(target=upload_for_ever, args=(port, ending, sent)) for _ in range(people)]
    for thread in threads:
        thread.start()
    try:
        beside = timed_actions(port, seconds)
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    return {"people": people, "sent_megabytes": sent[0] / 1e6, "alone": alone, "beside_uploads": beside}


def timed_actions(port: int, seconds: float) -> dict[str, Any]:
    """Page loads and small requests in turn, for so long."""
    visitor = Visitor(port)
    visitor.ask("GET", "/")
    load = load_event(visitor)
    took: dict[str, list[float]] = {"page_load": [], "share": [], "new_upload": [], "asset": []}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        actions: dict[str, Callable[[], object]] = {
            "page_load": lambda: load_page(visitor, load),
            "share": lambda: visitor.ask("GET", "/thaw/mine"),
            "new_upload": lambda: begin_and_drop(visitor),
            "asset": lambda: visitor.ask("GET", "/thaw/assets/style.css"),
        }
        for name, action in actions.items():
            begun = time.monotonic()
            action()
            took[name].append(time.monotonic() - begun)
    return {name: spread(times) for name, times in took.items()}


def begin_and_drop(visitor: Visitor) -> None:
    staged = json.loads(visitor.ask("POST", "/thaw/staging"))["staged"]
    visitor.ask("POST", f"/thaw/staging/{staged}/drop")


def spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "n": len(ordered),
        "p50": statistics.median(ordered),
        "p95": ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))],
        "max": ordered[-1],
    }


def measure_memory(port: int, process: psutil.Process, loads: int, warm: int = 100) -> dict[str, Any]:
    """The server's resident memory over page loads of one visitor, each with a session of its own."""
    visitor = Visitor(port)
    visitor.ask("GET", "/")
    load = load_event(visitor)
    for _ in range(warm):
        load_page(visitor, load)
    seen = [process.memory_info().rss / 1e6]
    for count in range(1, loads + 1):
        load_page(visitor, load)
        if count % max(1, loads // 10) == 0:
            seen.append(process.memory_info().rss / 1e6)
    return {
        "loads": loads,
        "after_warming_megabytes": seen[0],
        "megabytes": seen,
        "grown_megabytes": seen[-1] - seen[0],
    }


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.hosted", description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--loads", type=int, default=1000)
    arguments = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="thaw-hosted-") as folder, server(Path(folder) / "workspace") as found:
        port, process = found
        told = {"actions": measure_actions(port, arguments.people, arguments.seconds)}
        told["memory"] = measure_memory(port, process, arguments.loads)
    print(json.dumps(told, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
