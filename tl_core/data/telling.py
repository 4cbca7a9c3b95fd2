"""Whether a picture that somebody tells the truth of may teach: never one that measures, or is nearly the same as one.

Knows columns; reads no picture and writes nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import numpy as np

from tl_core.data.adding import Batch
from tl_core.data.columns import NOTES, SPLIT_CODES, TOLD
from tl_core.data.edit_replay import Content, joined
from tl_core.data.names import shown
from tl_core.data.near_duplicates import near_groups
from tl_core.errors import DataError

STAYS_OUT = "It stays out: a model must not learn from what it is measured with."


def as_it_came(_content: Content, batch: Batch) -> Batch:
    """For files that are added as they are."""
    return batch


def told_batch(content: Content, batch: Batch, *, measuring: Collection[str]) -> Batch:
    """The picture marked as one that teaches and never measures. Raises DataError that names the one in its way."""
    for row, record in enumerate(batch.columns.records()):
        _check_new(content, record.sha256)
        _check_apart(content, batch, row, frozenset(measuring))
    notes = batch.columns.notes | np.uint32(1 << NOTES.index(TOLD))
    return dataclasses.replace(batch, columns=batch.columns.with_(notes=notes))


def _check_new(content: Content, sha256: str) -> None:
    kept = content.kept
    same = np.flatnonzero((kept.sha256 == np.frombuffer(bytes.fromhex(sha256), dtype=np.uint8)).all(axis=1))
    if len(same):
        there = kept.record(int(same[0]))
        raise DataError(
            f"This picture is among yours already: '{shown(there.path)}', as '{shown(there.label)}'.",
            "Correct it on the Pictures tab where its kind is wrong.",
        )


def _check_apart(content: Content, batch: Batch, row: int, measuring: frozenset[str]) -> None:
    kept = content.kept
    both = joined(kept, batch.columns.select(np.array([row])))
    near = near_groups(both)
    own = int(np.flatnonzero((both.sha256 == batch.columns.sha256[row]).all(axis=1))[0])
    if not near[own]:
        return
    for record in both.records(np.flatnonzero(near == near[own]).astype(np.int64)):
        judges = SPLIT_CODES[record.split] > SPLIT_CODES["train"] or record.sha256 in measuring
        if judges:
            raise DataError(
                f"This picture is nearly the same as '{shown(record.path)}', which measures the model.", STAYS_OUT
            )
