"""What a person should know about a set of pictures before training, ranked by harm. Works on values; opens nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import NOTES, Columns
from tl_core.data.counting import counted
from tl_core.data.index import SPLITS, Finding, ImageIndex, ImageRecord, Severity, Skipped
from tl_core.data.layout import BESIDE
from tl_core.data.names import listed, looks_like_picture

FEW = 20  # pictures a class; below it a validation split says little
IMBALANCE = 10  # biggest class / smallest class
TINY = 32  # pixels of the short side
RANKS = {"harm": 0, "warning": 1, "note": 2}
CONVERSIONS = {
    "more than 8 bits": "with more than 8 bits a colour, scaled to 8",
    "CMYK": "in print colours (CMYK), turned into RGB",
    "transparent": "with transparency, put on white",
    "several frames": "with several frames or pages, of which the first was taken",
    "misnamed": "of another format than the name says; the content was believed",
    "turned": "turned upright, as the camera noted",
}


def find_all(
    index: ImageIndex,
    skipped: Sequence[Skipped],
    given: Sequence[Finding],
    empty: Sequence[str],
) -> tuple[Finding, ...]:
    """Every finding, the most harmful first. `given` came from reading names; `empty` are folders without a picture."""
    found = [
        *_two_classes(index),
        *_leaks(index),
        *_near(index),
        *_unreadable(skipped),
        *given,
        *_classes(index, empty),
        *_duplicates(index),
        *_imbalance(index),
        *_tiny(index),
        *_converted(index),
    ]
    return tuple(sorted(found, key=lambda finding: RANKS[finding.severity]))


def _by_content(index: ImageIndex) -> Iterator[list[ImageRecord]]:
    return _groups(index.columns, index.columns.content_codes() + 1)


def _groups(columns: Columns, numbers: NDArray[np.signedinteger]) -> Iterator[list[ImageRecord]]:
    """The rows that share a number above 0 with another one, group by group."""
    order = np.argsort(numbers, kind="stable")
    order = order[numbers[order] > 0]
    borders = np.flatnonzero(np.diff(numbers[order])) + 1
    groups = [group for group in np.split(order, borders) if len(group) > 1]
    for group in sorted(groups, key=lambda group: int(group[0])):
        yield [columns.record(int(position)) for position in group]


def _paths(records: Sequence[ImageRecord]) -> tuple[str, ...]:
    return tuple(record.path for record in records)


def _two_classes(index: ImageIndex) -> list[Finding]:
    found = []
    for records in _by_content(index):
        labels = sorted({record.label for record in records})
        if len(labels) > 1:
            message = f"The same picture lies in {listed(labels)}; one label is wrong."
            found.append(Finding("two_classes", "harm", message, _paths(records)))
    return found


def _sides(records: Sequence[ImageRecord]) -> list[str]:
    return [split for split in SPLITS if any((record.split or "train") == split for record in records)]


def _leaks(index: ImageIndex) -> list[Finding]:
    found = []
    for records in _by_content(index):
        sides = _sides(records)
        if len(sides) > 1:
            message = f"The same picture lies in {' and '.join(sides)}: the score would flatter."
            found.append(Finding("leak", "harm", message, _paths(records)))
    return found


def _duplicates(index: ImageIndex) -> list[Finding]:
    found = []
    for records in _by_content(index):
        if len({record.label for record in records}) == 1 and len(_sides(records)) == 1:
            message = f"The same picture is there {len(records)} times; copies stay on one side of the split."
            found.append(Finding("duplicate", "warning", message, _paths(records)))
    return found


def _near(index: ImageIndex) -> list[Finding]:
    """Of each group of near-duplicates the first record of each content; exact copies have a finding of their own."""
    found = []
    for group in _groups(index.columns, index.columns.near):
        records = list({record.sha256: record for record in reversed(group)}.values())[::-1]
        if len(records) < 2:  # the others were left out
            continue
        sides, labels = _sides(records), sorted({record.label for record in records})
        if len(sides) > 1:
            message = f"{len(records)} pictures in {' and '.join(sides)} are nearly the same: the score would flatter."
            found.append(Finding("leak", "harm", message, _paths(records)))
        elif len(labels) > 1:
            message = f"{len(records)} pictures in {listed(labels)} are nearly the same."
            found.append(Finding("near_duplicate", "warning", message, _paths(records)))
        else:
            message = f"{len(records)} pictures of '{labels[0]}' are nearly the same."
            found.append(Finding("near_duplicate", "note", message, _paths(records)))
    return found


def _unreadable(skipped: Sequence[Skipped]) -> list[Finding]:
    paths = tuple(item.path for item in skipped if looks_like_picture(item.path) and item.reason not in BESIDE)
    if not paths:
        return []
    message = f"{counted(len(paths), 'picture')} could not be used; the list of skipped files says why."
    return [Finding("unreadable", "warning", message, paths)]


def _classes(index: ImageIndex, empty: Sequence[str]) -> list[Finding]:
    """Classes without a picture, with few, and classes that validation or test lacks."""
    found = []
    if empty:
        names = [folder.rsplit("/", 1)[-1] for folder in empty]
        message = f"No usable picture in {listed(names)}: an empty folder is no kind."
        found.append(Finding("empty_class", "warning", message, tuple(empty)))
    counts = index.counts()
    used = {split for sides in counts.values() for split in sides}
    for split in SPLITS:
        lacking = [name for name in index.classes if split in used and split not in counts[name]]
        if lacking:
            severity: Severity = "harm" if split == "train" else "note"
            found.append(Finding("missing_class", severity, f"'{split}' has no pictures of {listed(lacking)}."))
    totals = {name: sum(counts[name].values()) for name in index.classes}
    few = sorted((name for name in index.classes if totals[name] < FEW), key=lambda name: totals[name])
    if few:
        message = f"Few pictures of {listed(few)} (down to {totals[few[0]]}); {FEW} of each kind make a score."
        found.append(Finding("few", "warning", message))
    if len(index.classes) == 1:
        message = f"Only one kind was found: '{index.classes[0]}'. Add a second one, or a folder 'other'."
        found.append(Finding("few", "harm", message))
    return found


def _imbalance(index: ImageIndex) -> list[Finding]:
    trained = {name: sides["train"] for name, sides in index.counts().items() if "train" in sides}
    if len(trained) < 2:
        return []
    most, least = max(trained, key=trained.__getitem__), min(reversed(trained), key=trained.__getitem__)
    many, least_count = trained[most], trained[least]
    if many < IMBALANCE * least_count:
        return []
    message = f"'{most}' has {counted(many, 'picture')}, '{least}' {least_count}: the score leans to the big kinds."
    return [Finding("imbalance", "warning", message)]


def _tiny(index: ImageIndex) -> list[Finding]:
    small = np.flatnonzero(np.minimum(index.columns.width, index.columns.height) < TINY)
    if not len(small):
        return []
    message = f"{counted(len(small), 'picture')} below {TINY} pixels: a network sees little there."
    return [Finding("tiny", "note", message, tuple(index.columns.paths(small)))]


def _converted(index: ImageIndex) -> list[Finding]:
    found = []
    for bit, note in enumerate(NOTES):
        paths = tuple(index.columns.paths(np.flatnonzero(index.columns.notes & (1 << bit))))
        if paths:
            message = f"{counted(len(paths), 'picture')} {CONVERSIONS[note]}."
            found.append(Finding("converted", "note", message, paths))
    return found
