"""A folder or an archive as a list of files that can be opened. Knows nothing about classes and pictures.

Links inside a folder are followed to files and never to folders; nothing in an archive is trusted (`archives.py`).
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tl_core.data.archives import open_zip
from tl_core.data.copies import copied
from tl_core.data.counting import counted
from tl_core.data.entries import Entry, Listing
from tl_core.data.index import Finding, Skipped
from tl_core.data.limits import Limits
from tl_core.data.names import shown
from tl_core.errors import DataError

TABLES = (".csv", ".tsv")
FOLDER_REMEDY = "Give a folder or a zip in which each kind has a folder of its own, or a CSV of paths and labels."


class Source(Protocol):
    """Where pictures come from. `listing` is the same at every reading as long as nothing changed.

    `root` is the folder that the paths of files that stay where they are start from, "" where all are unpacked; `title`
    names a dataset made of it; `origin` is what tells one source from another; `table` is the path of the table of
    labels that a person named, "" where none was.
    """

    @property
    def path(self) -> Path: ...

    @property
    def listing(self) -> Listing: ...

    @property
    def root(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def origin(self) -> str: ...

    @property
    def table(self) -> str: ...

    def local_path(self, entry: Entry) -> str | None:
        """Where the file's bytes lie, or None where they have to be unpacked first."""
        ...

    def unpack(self, entry: Entry) -> Iterator[bytes]:
        """The file's bytes. Raises EntryDamaged with the reason in words, DataError for an archive that is a bomb."""
        ...

    def fingerprint(self) -> str: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder on this machine, or the one around a table; its pictures stay where they are.

    `path` is what the person named, the folder or the table in it.
    """

    path: Path
    folder: Path
    listing: Listing
    table: str = ""

    @property
    def root(self) -> str:
        return os.path.realpath(self.folder)

    @property
    def title(self) -> str:
        return shown(os.path.basename(self.root))

    @property
    def origin(self) -> str:
        return os.path.realpath(self.path)

    def local_path(self, entry: Entry) -> str | None:
        return os.path.join(self.folder, entry.path)  # a Path for each of a million files would cost more than hashing

    def unpack(self, entry: Entry) -> Iterator[bytes]:
        return copied(self.folder / entry.path)

    def close(self) -> None:
        """Nothing is held open."""

    def fingerprint(self) -> str:
        """Changes when a file is added, removed, renamed, resized or written anew."""
        digest = hashlib.sha256(b"folder 1")
        for entry in self.listing.entries:
            digest.update(f"{entry.path}\0{entry.size}\0{entry.modified_ns}\n".encode("utf-8", "surrogateescape"))
        for folder in self.listing.folders:
            digest.update(f"{folder}/\n".encode("utf-8", "surrogateescape"))
        for item in self.listing.refused:
            digest.update(f"{item.path}\0{item.reason}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()


def open_source(path: Path, limits: Limits) -> Source:
    """Raises DataError for what is no folder, zip or table, by its true name."""
    name = shown(path.name) or str(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise DataError(f"There is no file or folder '{shown(str(path))}'.", "Check the path.") from None
    except OSError as error:
        raise DataError(f"'{shown(str(path))}' cannot be opened ({error.strerror}).", "Check the path.") from None
    if stat.S_ISDIR(mode):
        return FolderSource(path, path, list_folder(path, limits))
    if not stat.S_ISREG(mode):
        raise DataError(f"'{name}' is neither a folder nor a file.", FOLDER_REMEDY)
    if path.name.lower().endswith(TABLES):
        return _open_table(path, limits)
    return open_zip(path, limits)


def _open_table(path: Path, limits: Limits) -> FolderSource:
    """The folder around a table. The table counts among its files, hidden name or not."""
    folder = path.absolute().parent
    listing = list_folder(folder, limits)
    if not any(entry.path == path.name for entry in listing.entries):
        raise DataError(f"'{shown(path.name)}' cannot be read.", "Check the file.")
    return FolderSource(path, folder, listing, path.name)


def list_folder(root: Path, limits: Limits) -> Listing:
    """Every file below `root`, sorted by path. Raises DataError when `root` cannot be read or holds too many."""
    entries: list[Entry] = []
    folders: list[str] = []
    refused: list[Skipped] = []
    links = []
    for path, item in _walk(root, "", refused):
        if len(entries) + len(refused) >= limits.entries:
            raise DataError(
                f"'{shown(root.name)}' holds more than {limits.entries:,} files.", "Choose a smaller folder."
            )
        outcome = _judge(path, item, limits)
        if item.is_symlink():
            links.append(path)
        if isinstance(outcome, Entry):
            entries.append(outcome)
        elif outcome is None:
            folders.append(path)
        else:
            refused.append(outcome)
    entries.sort(key=lambda entry: entry.path)
    findings: tuple[Finding, ...] = ()
    if links:
        message = f"{counted(len(links), 'link')}: what leads to a file was followed, what leads to a folder was not."
        findings = (Finding("links", "note", message, tuple(sorted(links))),)
    return Listing(tuple(entries), tuple(sorted(folders)), tuple(sorted(refused, key=lambda item: item.path)), findings)


def _walk(root: Path, below: str, refused: list[Skipped]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Depth first, without recursion: a tree a thousand folders deep is only data."""
    waiting = [below]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as items:
                found = sorted(items, key=lambda item: item.name)
        except OSError as error:
            if folder == below:
                raise DataError(f"'{shown(str(root))}' cannot be read ({error.strerror}).", "Check it.") from None
            refused.append(Skipped(folder, f"The folder cannot be read ({error.strerror})."))
            continue
        for item in found:
            path = f"{folder}/{item.name}" if folder else item.name
            yield path, item
            if item.is_dir(follow_symlinks=False):
                waiting.append(path)


def _judge(path: str, item: os.DirEntry[str], limits: Limits) -> Entry | Skipped | None:
    """An Entry, a Skipped, or None for a folder."""
    if item.is_dir(follow_symlinks=False):
        return None
    try:
        status = item.stat()
    except OSError as error:
        what = "It is a link that leads nowhere." if item.is_symlink() else f"It cannot be read ({error.strerror})."
        return Skipped(path, what)
    if stat.S_ISDIR(status.st_mode):
        return Skipped(path, "It is a link to a folder; links to folders are not followed. Copy the folder itself.")
    if not stat.S_ISREG(status.st_mode):
        return Skipped(path, "It is no ordinary file.")
    if path.count("/") > limits.path_depth:
        return Skipped(path, f"It lies more than {limits.path_depth} folders deep.")
    return Entry(path, status.st_size, status.st_mtime_ns, key=0)
