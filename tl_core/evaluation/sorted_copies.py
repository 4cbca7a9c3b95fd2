"""Copies of photos in folders by what a model said of them, as a zip that is made while it is sent.

The photos themselves stay where they are. Names of kinds and photos were written by strangers: in the zip they are
names that every system takes. Knows no network.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tl_core.data.copies import free_path
from tl_core.data.store import stored_path
from tl_core.evaluation.sheet import Line, Sheet, sheet_csv

TABLE = "answers.csv"
NOT_SURE = "not sure"
LONGEST = 120  # letters of one name
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"|?*\\/]')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def places_of(sheet: Sheet) -> list[tuple[Line, str]]:
    """Where each copy goes: the folder of its kind, and below it the way that it had. No two are the same."""
    folders = folders_of(sheet.classes)
    taken: set[str] = {TABLE}
    placed = []
    for line in sheet.lines:
        folder = NOT_SURE if line.is_sure is False else folders[line.label]
        path = "/".join((folder, *(plain_name(part) for part in line.path.split("/"))))
        free = free_path(path, lambda path: path.casefold() in taken)
        taken.add(free.casefold())
        placed.append((line, free))
    return placed


def folders_of(classes: Sequence[str]) -> dict[str, str]:
    """A folder's name for each kind; kinds whose names differ by what folders cannot say stay apart."""
    taken = {NOT_SURE, TABLE}
    folders = {}
    for name in classes:
        plain = plain_name(name)
        number = 2
        free = plain
        while free.casefold() in taken:
            free, number = f"{plain} ({number})", number + 1
        taken.add(free.casefold())
        folders[name] = free
    return folders


def plain_name(name: str) -> str:
    """One folder's or file's name, fit for Windows, macOS and Linux alike."""
    plain = _FORBIDDEN.sub("_", name).encode("utf-8", "replace").decode().strip(" .")[-LONGEST:].strip(" .") or "_"
    return f"_{plain}" if _RESERVED.match(plain) else plain


def sorted_zip(sheet: Sheet, folder: Path) -> Iterator[bytes]:
    """The zip's bytes, a photo at a time: nothing of it lies on the disk. A photo that has gone is left out."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr(TABLE, sheet_csv(sheet))
        for line, path in places_of(sheet):
            try:
                content = stored_path(folder, line.sha256).read_bytes()
            except FileNotFoundError:
                continue
            archive.writestr(path, content)
            yield sink.drained()
    yield sink.drained()


class _Sink(io.RawIOBase):
    """Takes what is written and gives it away; nobody can go back in it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        content = bytes(data)
        self._parts.append(content)
        return len(content)

    def drained(self) -> bytes:
        found = b"".join(self._parts)
        self._parts.clear()
        return found
