"""Opens every file of a source once, in the decoding children, and keeps what they say of it. Judges nothing.

A zip is unpacked entry by entry, under the hash of each file's content; a folder's files are read where they are.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tl_core.data import store
from tl_core.data.archives import EntryDamaged
from tl_core.data.decoder import DecoderPool, Inspected
from tl_core.data.entries import Entry
from tl_core.data.layout import Layout
from tl_core.data.sources import Source
from tl_core.errors import DataError


class ImportStopped(DataError):
    """Somebody asked to stop; nothing was kept."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An import under way; the lists grow as files are read. `on_progress(done, total)` counts files."""

    source: Source
    folder: Path
    pool: DecoderPool
    on_progress: Callable[[int, int], None]
    should_stop: Callable[[], bool]
    reading: list[Entry] = field(default_factory=list)  # in the order in which they go to the children
    inspected: dict[str, Inspected] = field(default_factory=dict)  # by path
    problems: dict[str, str] = field(default_factory=dict)  # by path


def read_all(task: Reading, plan: Layout) -> None:
    """Fills `inspected` and `problems`. A zip is unpacked by this thread while the children look at what is there."""
    wanted = [entry for entry, place in zip(task.source.listing.entries, plan.places, strict=True) if place is not None]
    task.on_progress(0, len(wanted))
    for index, found in task.pool.inspect(_paths(task, wanted), name_of=lambda index: task.reading[index].path):
        entry = task.reading[index]
        if isinstance(found, Inspected):
            task.inspected[entry.path] = found
        else:
            task.problems[entry.path] = found.reason
        task.on_progress(len(task.inspected) + len(task.problems), len(wanted))
        if task.should_stop():
            raise ImportStopped("Bringing the pictures in was stopped.", "Start again when you like.")


def _paths(task: Reading, wanted: list[Entry]) -> Iterator[Path]:
    """Where each file's bytes can be read; a damaged entry of an archive becomes a problem instead."""
    for entry in wanted:
        path = task.source.local_path(entry)
        try:
            path = path or _unpack(task.source, entry, task.folder)
        except EntryDamaged as error:
            task.problems[entry.path] = str(error)
            continue
        task.reading.append(entry)
        yield path


def _unpack(source: Source, entry: Entry, folder: Path) -> Path:
    """Writes an entry under its content's hash, owner-readable only. The half-written file of a damaged one goes."""
    partial = folder / store.FILES_FOLDER / "partial"
    partial.parent.mkdir(mode=0o700, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            for chunk in source.unpack(entry):
                digest.update(chunk)
                out.write(chunk)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    path = store.stored_path(folder, digest.hexdigest())
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if path.exists():  # the same bytes under another name; a child may be reading them
        partial.unlink()
    else:
        os.replace(partial, path)
    return path
