"""Which pictures are looked at where all of them would take too long. Knows records, no network and no file."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from tl_core.data.index import ImageIndex, ImageRecord

FEWEST_A_CLASS = 4


def to_learn_from(index: ImageIndex, most: int, seed: int) -> ImageIndex:
    """The index with every picture but the person's own test on the train side, at most about `most` of those.

    Beyond that each class gives its share, a few at least; which ones depends on the seed and their bytes alone. A
    test split stays whole where all the others do, so that what is prepared here is what a training prepares.
    """
    learned = [record for record in index.records if record.split != "test"]
    if len(learned) <= most:
        kept = [record if record.split == "test" else replace(record, split="train") for record in index.records]
        return ImageIndex(classes=index.classes, records=tuple(kept))
    by_class: dict[str, list[ImageRecord]] = defaultdict(list)
    for record in learned:
        by_class[record.label].append(record)
    chosen: list[ImageRecord] = []
    for records in by_class.values():
        wanted = max(FEWEST_A_CLASS, round(most * len(records) / len(learned)))
        chosen += sorted(records, key=lambda record: rank(seed, record.sha256))[:wanted]
    return ImageIndex(classes=index.classes, records=sorted_by_path(chosen))


def rank(seed: int, content: str) -> bytes:
    return hashlib.sha256(f"{seed}:{content}".encode()).digest()


def sorted_by_path(records: Sequence[ImageRecord]) -> tuple[ImageRecord, ...]:
    return tuple(replace(record, split="train") for record in sorted(records, key=lambda record: record.path))


def pictures_to_learn_from(index: ImageIndex) -> int:
    return sum(record.split != "test" for record in index.records)
