"""What can be done about a finding with one press: which offers there are, and the correction behind each.

Pure values; the corrections are carried out by `DatasetEditor`, and each can be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tl_core.data.index import Finding, ImageRecord

COPIES = ("duplicate", "near_duplicate")
LEAVE_OUT = ("tiny", "blank", "dark", "bright", "shape", "outlier")
MOST_KINDS = 4  # beyond that the album is the better place to choose


@dataclass(frozen=True, slots=True)
class Offer:
    """`act` names what is done; `value` is the kind that is meant, where one has to be chosen."""

    act: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """Pictures to leave out with the reason, or to move to `label`."""

    paths: tuple[str, ...]
    label: str = ""
    why: str = ""


def copies(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Every copy but the first of each picture that is there more than once; nothing where a press for one will do."""
    groups = [finding.paths for finding in findings if finding.kind == "duplicate"]
    return tuple(path for paths in groups for path in paths[1:]) if len(groups) > 1 else ()


def offers(finding: Finding, records: Sequence[ImageRecord]) -> tuple[Offer, ...]:
    """What is offered for a finding whose pictures are `records`; nothing where a person has to look."""
    if len(records) < 2 and finding.kind not in LEAVE_OUT:
        return ()
    if finding.kind == "leak" and leaking(records):
        return (Offer("leak"),)
    labels = list(dict.fromkeys(record.label for record in records))
    if finding.kind in COPIES and len(labels) == 1:
        return (Offer("copies"),)
    if finding.kind in ("two_classes", *COPIES):
        return tuple(Offer("belongs", label) for label in labels) if 1 < len(labels) <= MOST_KINDS else ()
    return (Offer("leave"),) if finding.kind in LEAVE_OUT and records else ()


def correction(finding: Finding, records: Sequence[ImageRecord], offer: Offer) -> Correction | None:
    """What an offer does; None where it was not made for this finding."""
    if offer not in offers(finding, records):
        return None
    paths = tuple(record.path for record in records)
    if offer.act == "copies":
        return Correction(paths[1:], why="a copy")
    if offer.act == "leak":
        judges = "the test" if any(record.split == "test" for record in records) else "validation"
        return Correction(leaking(records), why=f"also in {judges}")
    if offer.act == "belongs":
        return Correction(tuple(record.path for record in records if record.label != offer.value), label=offer.value)
    return Correction(paths, why=finding.kind)


def leaking(records: Sequence[ImageRecord]) -> tuple[str, ...]:
    """The pictures that stand outside of test where others of the same group stand inside it; where none does, those
    that train.
    """
    if not any(record.split == "test" for record in records):
        return tuple(record.path for record in records if record.split in (None, "train"))
    return tuple(record.path for record in records if record.split != "test")
