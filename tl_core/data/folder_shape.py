"""Which folders name no kind: those around everything, and those that are named as splits. Pure; sees names alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tl_core.data.index import Split

SPLIT_NAMES: dict[str, Split] = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test",
    "testing": "test",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """The folders that name no kind: wrappers around everything, and splits."""

    prefix: tuple[str, ...]  # wrapper folders
    splits: dict[str, Split]  # folder name -> split, empty when there is none


def shape_of(likely: Sequence[tuple[str, ...]]) -> Shape:
    """Descends while there is exactly one folder and no picture beside it; then looks for split folders."""
    prefix: tuple[str, ...] = ()
    while True:
        depth = len(prefix)
        here = [item for item in likely if item[:depth] == prefix]
        tops = {item[depth] for item in here if len(item) > depth}
        splits = _split_folders(here, depth)
        deeper = any(len(item) > depth + 1 for item in here)
        loose = any(len(item) == depth for item in here)
        if splits or loose or len(tops) != 1 or not deeper:
            return Shape(prefix, splits)
        prefix = (*prefix, *tops)


def _split_folders(here: Sequence[tuple[str, ...]], depth: int) -> dict[str, Split]:
    """Folders that are named as splits and hold class folders; at least a train, or none counts.

    Where nothing else is there, train and a second split are splits even with loose pictures in them: they are no
    kinds "train" and "test".
    """
    tops = {item[depth].strip().lower() for item in here if len(item) > depth}
    all_loose = all(len(item) == depth + 1 for item in here)
    if all_loose and tops <= SPLIT_NAMES.keys() and {SPLIT_NAMES[top] for top in tops} > {"train"}:
        return {item[depth]: SPLIT_NAMES[item[depth].strip().lower()] for item in here}
    found = {
        item[depth]: SPLIT_NAMES[item[depth].strip().lower()]
        for item in here
        if len(item) > depth + 1 and item[depth].strip().lower() in SPLIT_NAMES
    }
    if "train" not in found.values():
        return {}
    for item in here:  # an unlabelled test folder belongs to the splits too: its pictures are no class "test"
        if len(item) == depth + 1 and item[depth].strip().lower() in SPLIT_NAMES:
            found[item[depth]] = SPLIT_NAMES[item[depth].strip().lower()]
    return found


def splits_inside_classes(likely: Sequence[tuple[str, ...]], shape: Shape) -> bool:
    """Whether each class folder holds train/ and test/ of its own."""
    if shape.splits:
        return False
    inner = [item[len(shape.prefix) :] for item in likely]
    if not inner or any(len(item) != 2 or item[1].lower() not in SPLIT_NAMES for item in inner):
        return False
    return "train" in {SPLIT_NAMES[item[1].lower()] for item in inner}
