"""Findings about classes: without pictures, with few, with many more than others. Counts; looks at no picture."""

from __future__ import annotations

from collections.abc import Sequence

from tl_core.data.counting import counted
from tl_core.data.index import SPLITS, Finding, ImageIndex, Severity
from tl_core.data.names import listed, shown

FEW = 20  # pictures a class; below it a validation split says little
IMBALANCE = 10  # biggest class / smallest class


def missing(index: ImageIndex, empty: Sequence[str]) -> list[Finding]:
    """Classes without a picture, with few, and classes that a split lacks."""
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
        message = f"Only one kind was found: '{shown(index.classes[0])}'. Add a second one, or a folder 'other'."
        found.append(Finding("few", "harm", message))
    return found


def imbalance(index: ImageIndex) -> list[Finding]:
    trained = {name: sides["train"] for name, sides in index.counts().items() if "train" in sides}
    if len(trained) < 2:
        return []
    most, least = max(trained, key=trained.__getitem__), min(reversed(trained), key=trained.__getitem__)
    if trained[most] < IMBALANCE * trained[least]:
        return []
    many, few = counted(trained[most], "picture"), trained[least]
    message = f"'{shown(most)}' has {many}, '{shown(least)}' {few}: the score leans to the big kinds."
    return [Finding("imbalance", "warning", message)]
