"""Which pictures train and which judge: seeded, stratified, whole groups on one side. Knows no picture's pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import SPLIT_CODES
from tl_core.data.groups import kept_together
from tl_core.data.index import ImageIndex, Records
from tl_core.data.split_file import SplitRow, apply_split, read_split_csv, write_split_csv
from tl_core.data.units import Units
from tl_core.errors import DataError

__all__ = ["SplitRow", "apply_split", "assign_splits", "check_classes", "read_split_csv", "write_split_csv"]
TRAIN, VAL, TEST = (SPLIT_CODES[name] for name in ("train", "val", "test"))


def assign_splits(
    index: ImageIndex, *, validation_share: float, seed: int, used_in: str | None = None, group_by: str | None = None
) -> ImageIndex:
    """Every record with a split. The person's own are kept; a validation split is cut from train if there is none.

    Exact copies, near-duplicates and bursts stay on one side, and so do whole groups where the model is for "new"
    places or a grouping is named (see groups.py). Stratified as far as groups allow: each class gives its share, at
    least one picture and never its last. A picture that lies in two classes, near one of test, or that somebody told a
    model that had answered wrong, never validates. A
    group's place depends on the seed and its bytes alone, so that adding pictures moves few others. What could not be
    held, places.py says. Raises DataError for fewer than two classes, for one picture over and over, and for a class
    that only validation or test has.
    """
    check_classes(index)
    split = np.where(index.columns.split < 0, TRAIN, index.columns.split).astype(np.int8)
    if not (split == VAL).any():
        groups = kept_together(index, used_in=used_in, group_by=group_by)
        chosen = _units(index, split, groups, seed).chosen(validation_share)
        split[np.isin(groups, chosen) & (split == TRAIN)] = VAL
    return ImageIndex(index.classes, Records(index.columns.with_(split=split)))


def check_classes(index: ImageIndex) -> None:
    """Raises DataError where nothing could be learned or measured: one kind or one picture alone, or a kind only in
    val or test.
    """
    if len(index.classes) < 2:
        found = f"Only one kind was found: '{index.classes[0]}'." if index.classes else "No pictures were found."
        raise DataError(found, "Put at least two kinds of pictures each in a folder of its own; one may be 'other'.")
    columns = index.columns
    if (columns.sha256 == columns.sha256[:1]).all():
        raise DataError(
            f"All {len(columns):,} pictures are the same one: there is nothing to tell apart.", "Bring other pictures."
        )
    trained = np.unique(columns.label[(columns.split < 0) | (columns.split == TRAIN)])
    for split, folder in ((VAL, "validation"), (TEST, "test")):
        lacking = np.setdiff1d(columns.label[columns.split == split], trained)
        if len(lacking):
            names = ", ".join(f"'{index.classes[code]}'" for code in lacking[:10]) + (
                " ..." if len(lacking) > 10 else ""
            )
            raise DataError(
                f"The {folder} folder has {'kinds' if len(lacking) > 1 else 'a kind'} that train lacks: {names}.",
                "Add training pictures of it, or take it out; folders are matched by their names.",
            )


def _units(index: ImageIndex, split: NDArray[np.int8], groups: NDArray[np.int64], seed: int) -> Units:
    columns = index.columns
    blocked = np.zeros(int(groups.max(initial=-1)) + 1, dtype=np.bool_)
    blocked[groups[split != TRAIN]] = True
    blocked[groups[_in_two_classes(columns.content_codes(), columns.label)]] = True
    blocked[groups[columns.told]] = True
    return Units.of(groups, columns.label, trains=split == TRAIN, blocked=blocked, sha256=columns.sha256, seed=seed)


def _in_two_classes(contents: NDArray[np.int64], label: NDArray[np.int32]) -> NDArray[np.bool_]:
    lowest = np.full(int(contents.max(initial=-1)) + 1, np.iinfo(np.int32).max)
    highest = np.zeros_like(lowest)
    np.minimum.at(lowest, contents, label)
    np.maximum.at(highest, contents, label)
    return np.asarray((lowest != highest)[contents])
