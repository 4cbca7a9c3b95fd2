"""Opens every file of a source in the decoding children, in two passes, and accounts for each. Judges no set.

The first pass ("reading") reads the bytes: hash, size, time, camera. The second ("looking") decodes what will be used:
likeness, brightness, a thumbnail. A zip is unpacked entry by entry, and each file gets the name of its content's hash
once a child has told it; a folder's files are read where they are.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from tl_core.data import store
from tl_core.data.answers import Indexed, Problem, Square, ToRead
from tl_core.data.archives import EntryDamaged
from tl_core.data.building import ColumnsBuilder, Named
from tl_core.data.columns import Columns
from tl_core.data.columns_file import read_columns, write_built
from tl_core.data.copies import copied
from tl_core.data.decoder import THUMBNAIL, DecoderPool
from tl_core.data.entries import Entry
from tl_core.data.index import Skipped
from tl_core.data.layout import Layout, Place
from tl_core.data.limits import Limits
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.sources import Source
from tl_core.errors import DataError

Put = Callable[[str, Square], None]  # a picture's content hash and its square
OnProgress = Callable[[str, int, int], None]  # "reading" or "looking", files done, files in all


class SquareKeeper(Protocol):
    """Takes the square of every picture that is looked at, so that no training has to decode it again."""

    @property
    def preprocessing(self) -> Preprocessing: ...

    def open(self, contents: Sequence[str]) -> AbstractContextManager[Put | None]:
        """For pictures of these content hashes; None where their squares are not to be kept."""
        ...


class ImportStopped(DataError):
    """Somebody asked to stop; nothing was kept."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An import under way; what it knows grows as files are read. Unpacked files and the columns go to `folder`.

    With `copies`, files that lie on this machine are copied too, within these limits.
    """

    source: Source
    folder: Path
    pool: DecoderPool
    on_progress: OnProgress
    should_stop: Callable[[], bool]
    thumbnails: Path
    copies: Limits | None = None
    squares: SquareKeeper | None = None
    builder: ColumnsBuilder = field(default_factory=ColumnsBuilder)
    entry_of_row: array[int] = field(default_factory=lambda: array("q"))
    problems: dict[int, str] = field(default_factory=dict)  # by number of the entry

    def local_path(self, entry: Entry) -> str | None:
        """Where a file stays, or None where it is unpacked."""
        return None if self.copies else self.source.local_path(entry)

    def unpack(self, entry: Entry) -> Iterator[bytes]:
        here = self.source.local_path(entry)
        return copied(Path(here), self.copies.file_bytes) if here and self.copies else self.source.unpack(entry)

    def check_stop(self) -> None:
        if self.should_stop():
            raise ImportStopped("Bringing the pictures in was stopped.", "Start again when you like.")


@dataclass(frozen=True, slots=True)
class Taken:
    """Every file that was sent is a row of `columns` (sorted by path), skipped with its reason, or a system file."""

    columns: Columns
    skipped: tuple[Skipped, ...]
    system_files: int


def read_all(task: Reading, plan: Layout) -> Taken:
    """Raises ImportStopped when asked to stop, DataError for an archive that is a bomb, OSError for a full disk."""
    _index(task, plan)
    _look(task)
    return _taken(task, plan)


def _index(task: Reading, plan: Layout) -> None:
    """A zip is unpacked by this thread while the children read what is there."""
    wanted = [number for number, place in enumerate(plan.places) if place is not None]
    sent = array("q")  # entries in the order in which they go to the children
    read = 0
    task.on_progress("reading", 0, len(wanted))
    for found in task.pool.index(_files(task, wanted, sent)):
        _keep(task, plan, found, sent)
        read += len(found.numbers)
        task.on_progress("reading", read + len(task.problems), len(wanted))
        task.check_stop()


def _files(task: Reading, wanted: list[int], sent: array[int]) -> Iterator[ToRead]:
    """Where each file's bytes can be read; a damaged entry of an archive becomes a problem instead."""
    for number in wanted:
        entry = task.source.listing.entries[number]
        path = task.local_path(entry)
        if path is None:
            task.check_stop()
            path = str(_partial(task, number))
            try:
                _unpack(task, number)
            except EntryDamaged as error:
                task.problems[number] = str(error)
                continue
        sent.append(number)
        yield ToRead(path if os.path.isabs(path) else os.path.abspath(path), entry.path, entry.size)


def _keep(task: Reading, plan: Layout, found: Indexed, sent: array[int]) -> None:
    """A row for every file that has a place; what lies outside the class folders was only asked what it is."""
    for at, reason in found.problems.items():
        task.problems[sent[at]] = reason
        _partial(task, sent[at]).unlink(missing_ok=True)
    has_root = bool(task.source.root)
    names, rows = [], []
    for row, at in enumerate(found.numbers):
        number = sent[at]
        place = plan.places[number]
        entry = task.source.listing.entries[number]
        is_unpacked = task.local_path(entry) is None
        if isinstance(place, Place):
            names.append(Named(entry.path, place.label, place.split, place.group, has_root and is_unpacked))
            rows.append(row)
            task.entry_of_row.append(number)
            if is_unpacked:
                _store(task, number, found.rows["sha256"][row].tobytes().hex())
        elif is_unpacked:
            _partial(task, number).unlink()
    task.builder.extend(names, found.rows[rows], found.cameras)


def _look(task: Reading) -> None:
    total = len(task.builder)
    task.on_progress("looking", 0, total)
    with _keeping(task) as put:
        wanted = task.squares.preprocessing if task.squares and put else None
        for done, (row, found) in enumerate(task.pool.look(_rows(task), preprocessing=wanted), start=1):
            if isinstance(found, Problem):
                task.problems[task.entry_of_row[row]] = found.reason
            else:
                task.builder.look(row, found.looked, found.notes)
                content, _ = task.builder.content(row)
                store.write_thumbnail(store.thumbnail_path(task.thumbnails, content, THUMBNAIL), found.thumbnail)
                if put is not None and found.square is not None:
                    put(content, found.square)
            task.on_progress("looking", done, total)
            task.check_stop()


def _keeping(task: Reading) -> AbstractContextManager[Put | None]:
    if task.squares is None:
        return nullcontext()
    return task.squares.open([task.builder.content(row)[0] for row in range(len(task.builder))])


def _rows(task: Reading) -> Iterator[ToRead]:
    for row in range(len(task.builder)):
        entry = task.source.listing.entries[task.entry_of_row[row]]
        content, size = task.builder.content(row)
        path = task.local_path(entry) or store.stored_path(task.folder, content)
        yield ToRead(os.path.abspath(path), entry.path, size, content)


def _taken(task: Reading, plan: Layout) -> Taken:
    entries = task.source.listing.entries
    rows = [row for row in range(len(task.builder)) if task.entry_of_row[row] not in task.problems]
    rows.sort(key=lambda row: entries[task.entry_of_row[row]].path)
    write_built(task.folder / store.INDEX_FILE, task.builder, np.array(rows, dtype=np.int64))
    skipped = list(task.source.listing.refused)
    system_files = 0
    for number, (entry, place) in enumerate(zip(entries, plan.places, strict=True)):
        if place is None:
            system_files += 1
        elif number in task.problems:
            skipped.append(Skipped(entry.path, task.problems[number]))
        elif isinstance(place, str):
            skipped.append(Skipped(entry.path, place))
    skipped.sort(key=lambda item: item.path)
    return Taken(read_columns(task.folder / store.INDEX_FILE), tuple(skipped), system_files)


def _partial(task: Reading, number: int) -> Path:
    """Where an unpacked file lies until its content's hash is known."""
    return task.folder / store.FILES_FOLDER / f"{number}.partial"


def _unpack(task: Reading, number: int) -> None:
    """Writes an entry, owner-readable only. The half-written file of a damaged one goes."""
    partial = _partial(task, number)
    partial.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.writelines(task.unpack(task.source.listing.entries[number]))
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _store(task: Reading, number: int, content: str) -> None:
    """Under its content's hash, where the same bytes may lie already."""
    path = store.stored_path(task.folder, content)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    os.replace(_partial(task, number), path)
