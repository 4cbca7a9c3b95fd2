"""A run's journal: one JSON record a line, appended by one writer, read by anybody at any time.

It knows how a record is kept whole, not what the events mean. A record counts once its line end is written.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from tl_core.events import ENDING_KINDS, EpochDone, Event, to_dict

DAMAGED = "damaged"  # the kind that a reader gives a whole line that is no record; views pass over it and say so
BLOCK_BYTES = 64 * 1024


class JournalWriter:
    """Appends events. The caller holds the run's lock: there is one writer at a time.

    `count` is the number of records so far. A torn last line, left by a writer that died, is cut when it opens.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 - closed by close()
        whole = _whole_bytes(path)
        self._file.truncate(whole)
        self.count = _count_lines(path)

    def append(self, event: Event) -> dict[str, Any]:
        """Write one record and give it back; nothing of it stays when the disk is full.

        Epochs and endings are forced to the disk: they survive a power cut, not only the end of the process.
        """
        record = {"n": self.count, "t": round(self._clock(), 3), **to_dict(event)}
        line = (json.dumps(record, allow_nan=False) + "\n").encode("ascii")  # a file's name may be no Unicode
        start = os.fstat(self._file.fileno()).st_size
        try:
            _write_all(self._file.fileno(), line)
            if event.kind in ENDING_KINDS or isinstance(event, EpochDone):
                os.fsync(self._file.fileno())  # some file systems notice only here that they are full
        except OSError:
            self._file.truncate(start)
            raise
        self.count += 1
        return record

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> JournalWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def read_records(path: Path, offset: int = 0, *, limit_bytes: int | None = None) -> tuple[list[dict[str, Any]], int]:
    """The records after `offset` (0, or what an earlier call gave back) and the offset to go on from.

    Stops at the last line end. With `limit_bytes` it stops early, but never before one whole record.
    """
    try:
        with open(path, "rb") as file:
            file.seek(max(0, offset))
            data = file.read() if limit_bytes is None else file.read(max(1, limit_bytes))
            if limit_bytes is not None and b"\n" not in data:
                data += file.readline()
    except FileNotFoundError:
        return [], max(0, offset)
    whole = data.rfind(b"\n") + 1
    records = [_record(line) for line in data[:whole].split(b"\n")[:-1]]
    return records, max(0, offset) + whole


def last_record(path: Path) -> dict[str, Any] | None:
    """The last whole record, found from the end of the file, so that a long journal costs no more than a short one."""
    try:
        with open(path, "rb") as file:
            position = file.seek(0, os.SEEK_END)
            tail = b""
            while position > 0 and tail[: tail.rfind(b"\n")].count(b"\n") < 1:
                step = min(BLOCK_BYTES, position)
                position = file.seek(position - step)
                tail = file.read(step) + tail
    except FileNotFoundError:
        return None
    lines = tail[: tail.rfind(b"\n") + 1].split(b"\n")[:-1]
    return _record(lines[-1]) if lines else None


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    return record if isinstance(record, dict) else {"kind": DAMAGED, "bytes": len(line)}


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _whole_bytes(path: Path) -> int:
    """The size of the file up to and with its last line end."""
    with open(path, "rb") as file:
        position = file.seek(0, os.SEEK_END)
        while position > 0:
            step = min(BLOCK_BYTES, position)
            position = file.seek(position - step)
            found = file.read(step).rfind(b"\n")
            if found >= 0:
                return position + found + 1
    return 0


def _count_lines(path: Path) -> int:
    with open(path, "rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK_BYTES), b""))
