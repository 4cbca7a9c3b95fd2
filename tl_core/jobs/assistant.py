"""The resident process that holds torch for short work: stage tables and Try. Only executed, never imported.

`python -m tl_core.jobs.assistant WORKSPACE [IDLE_SECONDS]`. It answers JSON lines on a loopback socket to whoever
knows the token, and keeps a worker in reserve for a screen. It opens no picture itself: a decoding child does. Who
starts it, and when, it does not know.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from tl_core.data.decoder import DecoderPool
from tl_core.errors import UserError
from tl_core.jobs.assistant_address import LINE_BYTES, Address, AssistantFiles, code_stamp
from tl_core.jobs.assistant_work import NICENESS, Work
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.workspace import Workspace
from tl_core.platform import Lock
from tl_core.processes import lower_priority

IDLE_SECONDS = 15 * 60.0
LOOK_SECONDS = 0.5  # how often it looks whether it is still wanted
LOCK_WAIT_SECONDS = 5.0  # whoever looks whether an assistant lives holds the lock for a moment


class Server:
    """Owns the socket. A thread for each connection, a few requests each; ends when nobody asked for a while."""

    def __init__(self, files: AssistantFiles, work: Work, idle_seconds: float) -> None:
        self._files = files
        self._work = work
        self._idle_seconds = idle_seconds
        self._token = secrets.token_hex(32)
        self._code = code_stamp()
        self._under_way = 0
        self._last_asked = time.monotonic()
        self._counting = threading.Lock()
        self._told_to_end = threading.Event()

    def serve(self) -> None:
        identity = ProcessIdentity.of(os.getpid())
        if identity is None:
            raise RuntimeError("this process has no identity")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(LOOK_SECONDS)
            address = Address(port=listener.getsockname()[1], token=self._token, identity=identity, code=self._code)
            address.write(self._files.address)
            while self._is_wanted(address):
                try:
                    connection, _peer = listener.accept()
                except TimeoutError:
                    continue
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()
            if Address.read(self._files.address) == address:  # before the door shuts: nobody is sent to a shut one
                self._files.address.unlink(missing_ok=True)

    def end(self) -> None:
        self._told_to_end.set()

    def _is_wanted(self, address: Address) -> bool:
        """Not when told to end, idle for too long, or when the workspace is gone or belongs to another assistant."""
        if self._told_to_end.is_set() or Address.read(self._files.address) != address:
            return False
        with self._counting:
            return self._under_way > 0 or time.monotonic() - self._last_asked < self._idle_seconds

    def _talk(self, connection: socket.socket) -> None:
        with self._counting:
            self._under_way += 1
        try:
            connection.settimeout(60.0)
            with connection, connection.makefile("rwb") as stream:
                while line := stream.readline(LINE_BYTES):
                    stream.write(json.dumps(self._answer(line)).encode() + b"\n")
                    stream.flush()
        except OSError:
            pass  # whoever asked has gone; nobody is left to tell
        finally:
            with self._counting:
                self._under_way -= 1
                self._last_asked = time.monotonic()

    def _answer(self, line: bytes) -> dict[str, Any]:
        """The guard: an error travels to whoever asked; a fault is told in the log, too."""
        try:
            request = json.loads(line)
            if not hmac.compare_digest(str(request.pop("token", "")), self._token):
                return {"refused": "wrong token"}
            if request.get("op") == "end":
                self.end()
                return {"value": None}
            return {"value": self._work.operations[request["op"]](request)}
        except UserError as error:
            return {"error": {"kind": type(error).__name__, "message": error.message, "hint": error.hint}}
        except Exception as error:  # noqa: BLE001 - this is the guard
            traceback.print_exc()
            return {"fault": f"{type(error).__name__}: {error}"}


def main(words: list[str]) -> int:
    workspace = Workspace(Path(words[0]))
    idle_seconds = float(words[1]) if len(words) > 1 else IDLE_SECONDS
    lower_priority(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    files = AssistantFiles(workspace.assistant)
    lock = Lock(files.lock)
    if not lock.acquire(wait_seconds=LOCK_WAIT_SECONDS):
        print("another assistant serves this workspace", flush=True)
        return 0
    try:
        with DecoderPool(children=1) as pool:
            work = Work(workspace, pool)
            server = Server(files, work, idle_seconds)
            signal.signal(signal.SIGTERM, lambda _number, _frame: server.end())
            server.serve()
            work.close()
    finally:
        lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
