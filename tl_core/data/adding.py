"""Brings more files into a dataset that is there: copies, reads and judges them, and writes what was accepted aside.

Nothing of the dataset changes here: `edits.py` makes a batch a part of it. It knows no class folders of its own; a
layout says which file is of which kind.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tl_core.data import store
from tl_core.data.building import ColumnsBuilder
from tl_core.data.columns import Columns
from tl_core.data.columns_file import write_columns
from tl_core.data.copies import free_path
from tl_core.data.decoder import DecoderPool
from tl_core.data.edit_replay import Content, find_path
from tl_core.data.edit_state import GIVEN_KINDS
from tl_core.data.importing import disk_error
from tl_core.data.index import Finding, Records, Skipped
from tl_core.data.layout import Layout
from tl_core.data.limits import Limits
from tl_core.data.names import class_key, listed, shown
from tl_core.data.reading import OnProgress, Reading, SquareKeeper, read_all
from tl_core.data.sources import Source

INCOMING_FOLDER = "incoming"
ADDED_FOLDER = "added"
FORGOTTEN_SECONDS = 24 * 3600.0  # after which what a killed process left in `incoming` is swept


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that were read; their bytes wait in `folder` until they become part of the dataset."""

    folder: Path
    columns: Columns
    skipped: tuple[Skipped, ...]
    system_files: int
    findings: tuple[Finding, ...]

    def written(self, dataset: Path, line: int, content: Content, *, has_root: bool) -> dict[str, Any]:
        """Moves the accepted files into the dataset, writes their columns, and says what edits.jsonl keeps of it."""
        spelled = {class_key(label): label for label in sorted(content.labels, reverse=True)}
        there = _there(content, self.columns)
        taken: set[str] = set()
        builder, skipped, labels = ColumnsBuilder(), list(self.skipped), set()
        for at, record in enumerate(Records(self.columns)):
            label = spelled.setdefault(class_key(record.label), record.label)
            twin = there.get((record.sha256, label))
            if twin is not None:
                skipped.append(Skipped(record.path, f"The same picture is there already: '{shown(twin)}'."))
                continue
            path = free_path(record.path, lambda path: path in taken or find_path(content.columns, path) >= 0)
            there[record.sha256, label] = path
            taken.add(path)
            labels.add(label)
            self._move(dataset, record.sha256)
            record = dataclasses.replace(record, path=path, label=label, stored=has_root)
            builder.take(self.columns, at, record)
        name = f"{ADDED_FOLDER}/{line:06d}.columns"
        (dataset / ADDED_FOLDER).mkdir(mode=0o700, exist_ok=True)
        write_columns(dataset / name, builder.columns().sorted_by_path())
        return {
            "columns": name,
            "images": len(builder),
            "to": listed(sorted(labels)) or "no kind",
            "skipped": [dataclasses.asdict(item) for item in skipped],
            "system_files": self.system_files,
            "findings": [dataclasses.asdict(finding) for finding in self.findings],
        }

    def _move(self, dataset: Path, sha256: str) -> None:
        source, target = store.stored_path(self.folder, sha256), store.stored_path(dataset, sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
            os.replace(source, target)


@contextlib.contextmanager
def gathered(
    dataset: Path,
    source: Source,
    plan: Layout,
    pool: DecoderPool | None,
    limits: Limits,
    *,
    on_progress: OnProgress,
    should_stop: Callable[[], bool],
    squares: SquareKeeper | None = None,
) -> Iterator[Batch]:
    """The files of a source, copied and read; what is not taken over is gone when the block ends.

    Raises ImportStopped when asked to stop, DataError where the disk is full.
    """
    _sweep(dataset / INCOMING_FOLDER)
    folder = dataset / INCOMING_FOLDER / secrets.token_hex(8)
    folder.mkdir(parents=True, mode=0o700)
    try:
        with contextlib.nullcontext(pool) if pool else DecoderPool(limits=limits) as reader:
            thumbnails = dataset / store.THUMBNAILS_FOLDER
            task = Reading(source, folder, reader, on_progress, should_stop, thumbnails, copies=limits, squares=squares)
            taken = read_all(task, plan)
        given = (*source.listing.findings, *plan.findings)
        findings = tuple(finding for finding in given if finding.kind in GIVEN_KINDS)
        yield Batch(folder, taken.columns, taken.skipped, taken.system_files, findings)
    except OSError as error:
        raise disk_error(error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _there(content: Content, added: Columns) -> dict[tuple[str, str], str]:
    """The path of a picture for each content and kind of `added` that the dataset holds; left-out ones do not count."""
    kept = content.kept
    alike = np.isin(_starts(kept), _starts(added))
    records = (kept.record(int(at)) for at in np.flatnonzero(alike))
    return {(record.sha256, record.label): record.path for record in records}


def _starts(columns: Columns) -> NDArray[np.uint64]:
    """The first 8 bytes of every content's hash: enough to pass over nearly all that differ."""
    return np.ascontiguousarray(columns.sha256[:, :8]).view(np.uint64).ravel()


def _sweep(incoming: Path) -> None:
    for path in incoming.glob("*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > FORGOTTEN_SECONDS:
                shutil.rmtree(path)
