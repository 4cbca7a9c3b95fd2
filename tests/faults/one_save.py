"""Saves one more checkpoint into a folder, and kills itself just before the file-changing call of a given number.

`python -m tests.faults.one_save FOLDER CALL` prints how many such calls there were; with CALL 0 it lives on.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

from tl_core.training.checkpoint_files import Checkpoint, CheckpointFolder

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
PINNED = 1


class Striking:
    """Counts what changes files under a folder: opening to write, forcing to the disk, renaming, removing."""

    def __init__(self, folder: Path, call: int) -> None:
        self._folder, self._call = str(folder), call
        self.calls = 0
        self._fsync = os.fsync
        os.fsync = self._synced  # the one such call that Python does not announce
        sys.addaudithook(self._heard)

    def _heard(self, event: str, values: tuple[Any, ...]) -> None:
        changes = event in ("os.rename", "os.remove") or (event == "open" and int(values[2] or 0) & WRITES)
        if changes and str(values[0]).startswith(self._folder):
            self._count()

    def _synced(self, descriptor: int) -> None:
        self._count()
        self._fsync(descriptor)

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self._call:
            os.kill(os.getpid(), signal.SIGKILL)


def content_of(number: int, role: str) -> bytes:
    return f"{role} of {number} ".encode() * 3000


def save_next(folder: Path) -> Checkpoint:
    """What it holds is a function of its number."""
    kept = CheckpointFolder(folder)
    number = kept.next_number
    parts = {role: partial(_write, content=content_of(number, role)) for role in ("state", "best")}
    return kept.save({"epoch": number, "batch": 0}, parts, pinned=PINNED)


def _write(path: Path, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


def main(words: list[str]) -> int:
    folder = Path(words[0])
    striking = Striking(folder, int(words[1]))
    save_next(folder)
    print(striking.calls)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
