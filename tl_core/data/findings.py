"""What a person should know about a set of pictures before training, ranked by harm. Works on values; opens nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tl_core.data.counting import counted
from tl_core.data.decoder import Inspected
from tl_core.data.index import SPLITS, Finding, ImageIndex, ImageRecord, Severity, Skipped, class_counts
from tl_core.data.layout import BESIDE
from tl_core.data.names import listed, looks_like_picture
from tl_core.data.near_duplicates import near_duplicates

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
    inspected: Mapping[str, Inspected],
    skipped: Sequence[Skipped],
    given: Sequence[Finding],
    empty: Sequence[str],
) -> tuple[Finding, ...]:
    """Every finding, the most harmful first. `given` came from reading names; `inspected` is by path; `empty` are
    folders without a picture.
    """
    found = [
        *_two_classes(index),
        *_leaks(index),
        *_near(index, inspected),
        *_unreadable(skipped),
        *given,
        *_classes(index, empty),
        *_duplicates(index),
        *_imbalance(index),
        *_tiny(index),
        *_converted(index, inspected),
    ]
    return tuple(sorted(found, key=lambda finding: RANKS[finding.severity]))


def _by_content(index: ImageIndex) -> list[list[ImageRecord]]:
    copies: dict[str, list[ImageRecord]] = defaultdict(list)
    for record in index.records:
        copies[record.sha256].append(record)
    return [records for records in copies.values() if len(records) > 1]


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


def _near(index: ImageIndex, inspected: Mapping[str, Inspected]) -> list[Finding]:
    found = []
    for records in near_duplicates(index.records, inspected):
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
    used = {record.split or "train" for record in index.records}
    for split in SPLITS:
        lacking = [name for name in index.classes if split in used and split not in counts[name]]
        if lacking:
            severity: Severity = "harm" if split == "train" else "note"
            found.append(Finding("missing_class", severity, f"'{split}' has no pictures of {listed(lacking)}."))
    totals = class_counts(index.records)
    few = sorted((name for name in index.classes if totals[name] < FEW), key=lambda name: totals[name])
    if few:
        message = f"Few pictures of {listed(few)} (down to {totals[few[0]]}); {FEW} of each kind make a score."
        found.append(Finding("few", "warning", message))
    if len(index.classes) == 1:
        message = f"Only one kind was found: '{index.classes[0]}'. Add a second one, or a folder 'other'."
        found.append(Finding("few", "harm", message))
    return found


def _imbalance(index: ImageIndex) -> list[Finding]:
    counts = class_counts(record for record in index.records if record.split in (None, "train"))
    if len(counts) < 2:
        return []
    (most, many), (least, least_count) = counts.most_common()[0], counts.most_common()[-1]
    if many < IMBALANCE * least_count:
        return []
    message = f"'{most}' has {counted(many, 'picture')}, '{least}' {least_count}: the score leans to the big kinds."
    return [Finding("imbalance", "warning", message)]


def _tiny(index: ImageIndex) -> list[Finding]:
    small = [record for record in index.records if min(record.width, record.height) < TINY]
    if not small:
        return []
    message = f"{counted(len(small), 'picture')} below {TINY} pixels: a network sees little there."
    return [Finding("tiny", "note", message, _paths(small))]


def _converted(index: ImageIndex, inspected: Mapping[str, Inspected]) -> list[Finding]:
    by_note: dict[str, list[str]] = defaultdict(list)
    for record in index.records:
        for note in inspected[record.path].notes:
            by_note[note].append(record.path)
    return [
        Finding("converted", "note", f"{counted(len(by_note[note]), 'picture')} {words}.", tuple(by_note[note]))
        for note, words in CONVERSIONS.items()
        if note in by_note
    ]
