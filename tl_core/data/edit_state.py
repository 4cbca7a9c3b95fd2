"""A changed dataset on disk: each state in a folder of its own, dataset.json moved to the new one last.

What was brought in lies untouched beside it. A kill in the middle leaves dataset.json, and so the last good state.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tl_core.data import findings, store
from tl_core.data.columns import Columns
from tl_core.data.columns_file import read_columns, write_columns
from tl_core.data.edit_replay import Content, joined
from tl_core.data.index import DatasetReport, Finding, ImageIndex, ImageRecord, Records, Skipped
from tl_core.data.look_alikes import look_alikes
from tl_core.data.names import class_key, class_name, shown
from tl_core.data.near_duplicates import with_near_groups
from tl_core.errors import DataError
from tl_core.platform import atomic_write_bytes

STATES_FOLDER = "states"
LEFT_OUT_FILE = "left_out.columns"
REASONS_FILE = "left_out.json"
KEPT_STATES = 2  # a training that has just opened the one before still maps it
LEFT_OUT = "Left out by you."
# Kinds that come from reading names and tables: they are carried over; all others are found anew in every state.
GIVEN_KINDS = frozenset({
    "asked", "merged_classes", "ignored_folder", "unsafe_name", "links", "bad_row", "missing_file", "extra_file",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A picture that was left out, and why ("" where nobody said)."""

    record: ImageRecord
    why: str


def base_content(folder: Path, facts: store.DatasetFacts) -> Content:
    """What was brought in, before any change. Raises DataError when it is damaged."""
    report = store.read_report(folder)
    index = store.read_index(folder, dataclasses.replace(facts, images=report.images))
    given = tuple(finding for finding in report.findings if finding.kind in GIVEN_KINDS | {"empty_class"})
    return Content(index.columns, report.skipped, report.system_files, given, {}, report.tables)


def publish(folder: Path, facts: store.DatasetFacts, content: Content, *, edits: int, edited: int) -> None:
    """Writes a state and makes it the one that counts; `edits` lines of the list led to it, `edited` are in force."""
    if facts.format < store.FORMAT:  # the first change of a dataset of an older version
        write_columns(folder / store.INDEX_FILE, base_content(folder, facts).columns)
        facts = dataclasses.replace(facts, format=store.FORMAT)
    content = _with_near_groups(folder, facts, content)
    index = ImageIndex.of(content.kept)
    current = f"{STATES_FOLDER}/{edits:06d}"
    facts = dataclasses.replace(
        facts,
        current=current,
        edits=edits,
        edited=edited,
        images=len(index.records),
        classes=len(index.classes),
        bytes=store.own_bytes(content.columns, has_root=bool(facts.root)),
    )
    state = folder / current
    shutil.rmtree(state, ignore_errors=True)  # of a change that was never finished
    state.mkdir(parents=True, mode=0o700)
    write_columns(state / LEFT_OUT_FILE, content.left_out)
    atomic_write_bytes(state / REASONS_FILE, json.dumps(dict(content.out)).encode("ascii"))
    store.write_dataset(state, facts, index, _report(index, content))
    store.write_facts(folder, facts)
    _prune(folder / STATES_FOLDER)


def read_left_out(state: Path) -> tuple[LeftOut, ...]:
    """Raises DataError when the state is damaged."""
    try:
        records = Records(read_columns(state / LEFT_OUT_FILE))
        reasons = json.loads((state / REASONS_FILE).read_bytes())
        return tuple(LeftOut(record, reasons[record.path]) for record in records)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"The dataset '{shown(state.parents[1].name)}' is damaged: {LEFT_OUT_FILE} ({error}).", store.DAMAGED_HINT
        ) from None


def _with_near_groups(folder: Path, facts: store.DatasetFacts, content: Content) -> Content:
    """With groups of near-duplicates: those of the import or of the state before, compared anew only where the
    pictures are others. What is left out keeps its group, and comes back into it.
    """
    if not content.has_added:
        return content
    before = _everything(folder / facts.current) if facts.current else None
    if before is not None and np.array_equal(before.sha256, content.columns.sha256):
        return dataclasses.replace(content, columns=content.columns.with_(near=before.near))
    return dataclasses.replace(content, columns=with_near_groups(content.columns))


def _everything(state: Path) -> Columns:
    """The pictures of a state, left-out ones among them."""
    return joined(read_columns(state / store.INDEX_FILE), read_columns(state / LEFT_OUT_FILE))


def _report(index: ImageIndex, content: Content) -> DatasetReport:
    out = tuple(
        Skipped(path, f"{LEFT_OUT[:-1]}: {shown(why)}." if why else LEFT_OUT) for path, why in content.out.items()
    )
    used = {class_key(name) for name in index.classes}
    empty = [
        path
        for finding in content.given
        if finding.kind == "empty_class"
        for path in finding.paths
        if class_key(class_name(path.rsplit("/", 1)[-1])) not in used
    ]
    given: list[Finding] = [finding for finding in content.given if finding.kind != "empty_class"]
    return DatasetReport(
        classes=index.counts(),
        images=len(index.records),
        skipped=tuple(sorted((*content.skipped, *out), key=lambda item: item.path)),
        system_files=content.system_files,
        findings=findings.find_all(index, content.skipped, (*given, *look_alikes(index.classes)), empty),
        tables=content.tables,
    )


def _prune(states: Path) -> None:
    for old in sorted(states.iterdir(), reverse=True)[KEPT_STATES:]:
        with suppress(OSError):  # Windows keeps a file that is mapped; the next change tries again
            shutil.rmtree(old)
