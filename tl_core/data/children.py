"""Keeps one decoding child alive: sends it requests, reads its answers, kills it on a timeout, starts it anew.

It knows processes and pipes, and nothing about pictures; `child.py` is the other end.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from tl_core.data import wire
from tl_core.data.limits import Limits

ROOT = Path(__file__).resolve().parents[2]
# A child gets these alone: no token, key or password of the person's environment.
ENVIRONMENT = (
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "APPDATA",
)
# glibc gives the memory of every big file back and asks for it again, page by page: a third of reading and hashing.
KEPT_MEMORY = str(64 << 20)
CHILDS_OWN = {
    "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_TRIM_THRESHOLD_": KEPT_MEMORY, "MALLOC_MMAP_THRESHOLD_": KEPT_MEMORY,
}  # fmt: skip
DEPTH = 4  # requests in a child's pipe: it never waits for us, and a crash costs little
# What lies in a child's pipe at once: less than the smallest pipe buffer, so that writing a request never blocks
PIPE_BYTES = 60_000 if sys.platform == "linux" else 3500
STARTING_SECONDS = 60.0  # a cold disk and a busy machine
STOPPED = "Reading was stopped."
CRASHED = "It crashed the picture reader, or needed more memory than a picture may."


@dataclass(frozen=True, slots=True)
class Done:
    """An answer to the request of that index; `problem` is the reason where there is none, `fault` what broke
    in the program itself."""

    index: int
    header: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""
    problem: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    index: int
    fields: dict[str, Any]
    results: queue.SimpleQueue[Done]


class Child:
    """Owns a process and the thread that talks to it. The process starts with the first request."""

    def __init__(self, requests: queue.SimpleQueue[Request | None], limits: Limits, module: str) -> None:
        self._requests = requests
        self._limits = limits
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._under_way: deque[tuple[Request, int]] = deque()
        self._deadline: float | None = None
        self._held: Request | None = None  # taken from the queue; does not fit into the pipe yet
        self._ending = False
        self._talker = threading.Thread(target=self._talk, name="decoder", daemon=True)
        self._watcher = threading.Thread(target=self._watch, name="decoder-timeout", daemon=True)
        self._talker.start()
        self._watcher.start()

    def end(self) -> None:
        """Ends the process at once and waits for it; every request under way gets an answer."""
        self._ending = True
        self._kill()
        self._talker.join()
        self._watcher.join()

    def _talk(self) -> None:
        while not self._ending:
            self._fill()
            if self._under_way:
                self._receive()
        self._dispose()
        for request in (*(request for request, _ in self._under_way), *([self._held] if self._held else [])):
            request.results.put(Done(request.index, problem=STOPPED))

    def _fill(self) -> None:
        """Sends what fits into the pipe; waits for a request only when none is under way."""
        while not self._ending and len(self._under_way) < DEPTH:
            try:
                request = self._held or self._requests.get(block=not self._under_way)
            except queue.Empty:
                return
            if request is None:
                self._ending = True
                return
            header = wire.encoded(request.fields)
            if self._under_way and len(header) + sum(size for _, size in self._under_way) > PIPE_BYTES:
                self._held = request
                return
            self._held = None
            self._send(request, header)

    def _send(self, request: Request, header: bytes) -> None:
        try:
            process = self._process or self._start()
        except OSError as error:
            request.results.put(Done(request.index, fault=f"The picture reader could not be started: {error}"))
            return
        if not self._under_way:
            self._deadline = time.monotonic() + self._limits.seconds
        self._under_way.append((request, len(header)))
        with contextlib.suppress(OSError):  # it died: reading its answer will tell
            wire.write_frame(_stream(process.stdin), header)

    def _receive(self) -> None:
        process = self._process
        frame = None
        if process is not None:
            with contextlib.suppress(OSError, ValueError):
                frame = wire.read_frame(_stream(process.stdout))
        if frame is None:
            self._died()
            return
        request, _ = self._under_way.popleft()
        self._deadline = time.monotonic() + self._limits.seconds if self._under_way else None
        header, payload = frame
        request.results.put(Done(request.index, header, payload, header.get("problem")))

    def _died(self) -> None:
        """The oldest request is the one that it died of; the others get a new child."""
        late = self._deadline is not None and time.monotonic() >= self._deadline
        self._dispose()
        self._deadline = None
        if self._ending or not self._under_way:
            return
        reason = f"Reading it took longer than {self._limits.seconds:g} seconds." if late else CRASHED
        guilty, _ = self._under_way.popleft()
        guilty.results.put(Done(guilty.index, problem=reason))
        waiting = [request for request, _ in self._under_way]
        self._under_way.clear()
        for request in waiting:
            self._requests.put(request)

    def _start(self) -> subprocess.Popen[bytes]:
        """Raises OSError when the child does not come up: that is a fault of ours and no picture's."""
        environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        self._deadline = time.monotonic() + STARTING_SECONDS
        process = self._process = subprocess.Popen(
            [sys.executable, "-m", self._module, json.dumps(dataclasses.asdict(self._limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what libraries mutter about a damaged file; the answer says it better
            cwd=ROOT,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows would flash a console
            env={**environment, **CHILDS_OWN},
        )
        try:
            ready = wire.read_frame(_stream(process.stdout))
        except ValueError:
            ready = None
        self._deadline = None
        if ready is None:
            self._dispose()
            raise OSError(f"it ended with status {process.returncode}")
        return process

    def _watch(self) -> None:
        while self._talker.is_alive():
            self._talker.join(0.2)
            deadline = self._deadline
            if self._ending or (deadline is not None and time.monotonic() >= deadline):
                self._kill()

    def _kill(self) -> None:
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()

    def _dispose(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    _stream(stream).close()
            process.wait()


def _stream(stream: IO[bytes] | None) -> BinaryIO:
    if stream is None:
        raise OSError("the child has no pipe")
    return cast(BinaryIO, stream)
