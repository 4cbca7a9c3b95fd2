"""Files from anywhere as a source, and copying them: what a person adds to a dataset may be gone tomorrow.

It knows files, and nothing about classes and pictures.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tl_core.data.archives import CHUNK, EntryDamaged
from tl_core.data.counting import sized
from tl_core.data.entries import Entry, Listing
from tl_core.data.limits import Limits


@dataclass(frozen=True, slots=True)
class LooseFiles:
    """Files from anywhere under the names that a person knows them by."""

    listing: Listing
    paths: tuple[Path, ...]  # by Entry.key
    limits: Limits
    path: Path = Path()
    root: str = ""
    title: str = ""
    origin: str = ""
    table: str = ""

    @classmethod
    def of(cls, label: str, files: Sequence[tuple[str, Path]], limits: Limits) -> LooseFiles:
        entries = []
        taken: set[str] = set()
        for key, (name, _) in enumerate(files):
            last = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "") or "picture"
            path = free_path(f"{label}/{last}", taken.__contains__)
            taken.add(path)
            entries.append(Entry(path, 0, 0, key))
        return cls(Listing(tuple(entries), (), ()), tuple(path for _, path in files), limits)

    def local_path(self, entry: Entry) -> None:
        """Every file is copied: what a person sends may be gone tomorrow."""

    def unpack(self, entry: Entry) -> Iterator[bytes]:
        return copied(self.paths[entry.key], self.limits.file_bytes)

    def fingerprint(self) -> str:
        return ""

    def close(self) -> None:
        """Nothing is held open."""


def copied(path: Path, most: float = math.inf) -> Iterator[bytes]:
    """The bytes of an ordinary file, at most so many. Raises EntryDamaged with the reason in words."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise EntryDamaged("It is no ordinary file.")
            count = 0
            while chunk := stream.read(CHUNK):
                count += len(chunk)
                if count > most:
                    raise EntryDamaged(f"It has more than {sized(int(most))}.")
                yield chunk
    except FileNotFoundError:
        raise EntryDamaged("The file is gone.") from None
    except OSError as error:
        raise EntryDamaged(f"It cannot be read ({error.strerror}).") from None


def free_path(path: str, is_taken: Callable[[str], bool]) -> str:
    """The path, with a number before its ending where it is taken."""
    stem, dot, ending = path.rpartition(".")
    if not dot or "/" in ending:
        stem, dot, ending = path, "", ""
    number = 2
    free = path
    while is_taken(free):
        free = f"{stem} ({number}){dot}{ending}"
        number += 1
    return free
