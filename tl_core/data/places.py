"""What a number measured on a split will mean: for pictures like these, or for new places. Judges a finished split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import SPLIT_CODES
from tl_core.data.counting import counted
from tl_core.data.groups import (
    GROUPINGS,
    GroupBy,
    classes_of_one_unit,
    group_keys,
    grouping_in_use,
    have_group,
    kept_together,
)
from tl_core.data.index import ImageIndex
from tl_core.data.names import listed

TRAIN, VAL, TEST = (SPLIT_CODES[name] for name in ("train", "val", "test"))
OFF = 1.5  # times the share that was asked for; beyond, it is said
NO_GROUP = (
    "Nothing says which pictures belong to one place or day, so the number is for pictures like these; "
    "new places may score lower."
)
CHOSEN_NONE = "No groups are kept whole, so the number is for pictures like these; new places may score lower."


@dataclass(frozen=True, slots=True)
class Places:
    """`used_in`: "same" or "new", as the person said. `kept_out`: what whole groups were kept out of training to judge
    by, "none" for none, and `groups` how many there are in all. `cautions`: what could not be held, in words.
    """

    used_in: str
    kept_out: GroupBy
    groups: int
    cautions: tuple[str, ...]


def places_of(index: ImageIndex, *, validation_share: float, used_in: str | None, group_by: str | None) -> Places:
    """Of an index whose every picture has a side; without val and test it is measured in folds of whole groups."""
    by = grouping_in_use(index, used_in=used_in, group_by=group_by)
    if by == "none":
        is_wanted = used_in == "new" or group_by in GROUPINGS
        caution = CHOSEN_NONE if group_by == "none" else NO_GROUP
        cautions = (*((caution,) if is_wanted else ()), *_alike(index))
        return Places(used_in or "same", "none", 0, cautions)
    split, keys, have = index.columns.split, group_keys(index, by), have_group(index, by)
    groups = len(np.unique(keys[have]))
    judging = TEST if (split == TEST).any() else VAL
    if len(straddling := np.intersect1d(keys[split == judging], keys[split == TRAIN])):
        return Places(used_in or "same", "none", groups, (_straddling(index, keys, straddling, split == judging),))
    cautions = (*_alone(have), *_lone(index, keys, split), *_share(split, validation_share, judging))
    return Places(used_in or "same", by, groups, cautions)


def _straddling(
    index: ImageIndex, keys: NDArray[np.int64], straddling: NDArray[np.int64], judging: NDArray[np.bool_]
) -> str:
    path = index.columns.path(int(np.flatnonzero((keys == straddling[0]) & judging)[0]))
    many = f"{len(straddling):,} groups lie" if len(straddling) > 1 else "1 group lies"
    return (
        f"{many} on both sides of the split that came with the pictures, for example around {listed([path])}: "
        "the number is for places like these."
    )


def _alike(index: ImageIndex) -> Iterator[str]:
    """Classes of one look alone: what judges them is nearly what was learned."""
    split, units = index.columns.split, kept_together(index, used_in="same")
    judged = np.unique(index.columns.label[split == VAL]) if (split != TRAIN).any() else np.arange(len(index.classes))
    codes = np.intersect1d(classes_of_one_unit(index, units), judged)
    if len(codes):
        names = listed([index.classes[code] for code in codes])
        yield f"All pictures of {names} are nearly the same or of one burst: any that judge flatter the number."


def _alone(have: NDArray[np.bool_]) -> Iterator[str]:
    """Pictures of which nobody knows where they belong."""
    without = int(np.count_nonzero(~have))
    if without:
        pictures = counted(without, "picture")
        yield f"No group is known of {pictures}: each is taken for one by itself, so the number may flatter a little."


def _lone(index: ImageIndex, keys: NDArray[np.int64], split: NDArray[np.int8]) -> Iterator[str]:
    """Classes that live in one group: it either trains or judges."""
    label = index.columns.label[split != TEST].astype(np.int64)
    pairs = np.unique(label * (int(keys.max()) + 1) + keys[split != TEST])
    several = np.bincount(pairs // (int(keys.max()) + 1), minlength=len(index.classes))
    judged = np.unique(index.columns.label[split != TRAIN])
    in_folds = not len(judged)
    names = [name for code, name in enumerate(index.classes) if several[code] == 1 and code not in judged]
    if names and in_folds:
        yield f"All pictures of {listed(names)} are one group: where they judge, nothing of their kind was learned."
    elif names:
        left = "none could be set aside, so the score says nothing of that."
        yield f"All pictures of {listed(names)} are one group: {left}"


def _share(split: NDArray[np.int8], wanted: float, judging: int) -> Iterator[str]:
    part = float((split == VAL).sum() / max(1, int((split != TEST).sum())))
    if judging == VAL and part and not wanted / OFF <= part <= wanted * OFF:
        yield f"Whole groups were set aside, and so {100 * part:.0f} % of the pictures instead of {100 * wanted:.0f} %."
