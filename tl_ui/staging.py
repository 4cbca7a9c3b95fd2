"""Uploads that come in several files and are taken up together: parts of a large folder, several zips, photos.

Knows the folder they wait in and how much may wait there; knows no HTTP, and nothing of what is done with the files.
"""

from __future__ import annotations

import re
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path

from tl_core.jobs.workspace import IDENTIFIER, Person, new_identifier
from tl_ui.guard import NotFoundError, TooLargeError

MOST_FILES = 20_000
MOST_SETS = 16  # of one person at a time
KEPT_CHARACTERS = 60  # of a file's name


@dataclass(slots=True)
class _Waiting:
    files: list[tuple[str, Path]] = field(default_factory=list)
    bytes: int = 0
    reserved: int = 0  # names given out, whether or not their bytes came


class Staging:
    """One for the server: what waits is forgotten when it ends, and swept from the disk at the next start."""

    def __init__(self, most_bytes: int, most_files: int = MOST_FILES) -> None:
        self._most_bytes = most_bytes
        self._most_files = most_files
        self._waiting: dict[Path, _Waiting] = {}
        self._lock = threading.Lock()

    def open(self, person: Person) -> str:
        """A new set of files that will come; its identifier."""
        name = new_identifier()
        folder = person.folder / "incoming" / name
        with self._lock:
            if sum(known.parent == folder.parent for known in self._waiting) >= MOST_SETS:
                raise TooLargeError(f"{MOST_SETS} uploads are under way already.", "Finish or stop one of them first.")
            folder.mkdir(parents=True, mode=0o700)
            self._waiting[folder] = _Waiting()
        return name

    def reserve(self, person: Person, staged: str, name: str) -> tuple[Path, int]:
        """A free path for the next file, and how many bytes it may have. Raises TooLargeError past the limits.

        The path ends with what is harmless of its name, which shows where findings name a file of several zips.
        """
        folder = self._folder(person, staged)
        with self._lock:
            waiting = self._known(folder)
            if waiting.reserved >= self._most_files:
                raise TooLargeError(
                    f"At most {self._most_files:,} files are taken at a time.", "Bring the others afterwards."
                )
            waiting.reserved += 1
            harmless = re.sub(r"[^\w.-]+", "-", name)[-KEPT_CHARACTERS:]
            return folder / f"{waiting.reserved}-{harmless}", max(0, self._most_bytes - waiting.bytes)

    def arrived(self, person: Person, staged: str, path: Path, name: str) -> int:
        """Notes a file that is whole; returns how many there are. Several that came at once may be too much."""
        folder = self._folder(person, staged)
        with self._lock:
            waiting = self._known(folder)
            size = path.stat().st_size
            if waiting.bytes + size > self._most_bytes:
                path.unlink()
                raise TooLargeError("These files are too large together.", "Send fewer or smaller pictures.")
            waiting.files.append((name, path))
            waiting.bytes += size
            return len(waiting.files)

    def files(self, person: Person, staged: str) -> list[tuple[str, Path]]:
        """(name that it came with, where it lies), in the order in which they came."""
        folder = self._folder(person, staged)
        with self._lock:
            return list(self._known(folder).files)

    def close(self, person: Person, staged: str, *, keep: bool = False) -> None:
        """Forgets the set, and removes its files unless somebody else has taken them over."""
        folder = self._folder(person, staged)
        with self._lock:
            self._known(folder)
            del self._waiting[folder]
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)

    def forget(self, person: Person) -> None:
        """Every set of somebody whose files go."""
        with self._lock:
            for folder in [known for known in self._waiting if known.parent == person.folder / "incoming"]:
                del self._waiting[folder]

    def _folder(self, person: Person, staged: str) -> Path:
        return person.folder / "incoming" / (staged if IDENTIFIER.match(staged) else "")

    def _known(self, folder: Path) -> _Waiting:
        """The caller holds the lock: between a look and what follows nobody else closes the set."""
        if folder not in self._waiting:
            raise NotFoundError("This upload is not known here.", "Begin it again.")
        return self._waiting[folder]


def remove(left: Path) -> None:
    """A file or a whole set of files."""
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
    else:
        left.unlink(missing_ok=True)
