"""The networks a person can start from: the recommended ones on top, then every other of torchvision and timm.

Reads a table (catalogue.csv, written by scripts/catalogue.py) and needs no torch; how to build a network it does not
know.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from tl_core.backbones.recommended import BUNDLED, RECOMMENDED, Recommendation
from tl_core.backbones.record import HUB, OWN, BackboneRecord, Three
from tl_core.errors import ConfigError

TABLE = Path(__file__).with_name("catalogue.csv")
COLUMNS = (
    "name", "short", "family", "parameters", "gmacs", "image_size", "mean", "std", "imagenet_top1", "megabytes",
    "licence", "source",
)  # fmt: skip
HUB_NAME = re.compile(r"hf-hub:[A-Za-z0-9][\w.\-]{0,95}/[A-Za-z0-9][\w.\-]{0,95}(@[\w.\-/]{1,120})?", re.ASCII)
# What `--sort` takes, and whether the largest comes first; what is unknown comes last.
SORTS: dict[str, tuple[Callable[[BackboneRecord], float | str | None], bool]] = {
    "name": (lambda record: record.name, False),
    "family": (lambda record: record.family.lower(), False),
    "accuracy": (lambda record: record.imagenet_top1, True),
    "parameters": (lambda record: record.parameters, False),
    "gmacs": (lambda record: record.gmacs, False),
    "download": (lambda record: 0.0 if record.bundled else record.download_megabytes, False),
    "picture": (lambda record: record.image_size, False),
}


def recommended() -> tuple[BackboneRecord, ...]:
    """The networks worth a first look: the four of the simple screen first, then from small to large."""
    return tuple(record for record in everything() if record.recommended)


@cache
def everything() -> tuple[BackboneRecord, ...]:
    """Every network that has weights to start from, and Thaw's own small ones; the recommended come first."""
    rows, names = _rows(), _short_names()
    first = tuple(_recommended(one, rows[names.get(one.name, one.name)]) for one in RECOMMENDED)
    same = {names.get(one.name, one.name) for one in RECOMMENDED if one.name not in BUNDLED}
    others = (record for record in rows.values() if record.name not in same)
    return (*first, *(record for record in others if record.source or record.name.startswith(OWN)))


def record_of(name: str) -> BackboneRecord | None:
    """What is known of a network by its full name (architecture and weights) or its short one."""
    found = _by_name().get(name)
    if found is None and name in _short_names():
        found = replace(_rows()[_short_names()[name]], name=name)
    return found or _rows().get(name)


def search(records: Sequence[BackboneRecord], text: str) -> tuple[BackboneRecord, ...]:
    """Those that have each word of `text` somewhere in their name, title, family or licence."""
    words = text.lower().split()
    return tuple(record for record in records if all(word in _searched(record) for word in words))


def in_order(records: Sequence[BackboneRecord], sort: str) -> tuple[BackboneRecord, ...]:
    """Sorted by one of SORTS. Raises ConfigError for anything else."""
    if sort not in SORTS:
        raise ConfigError(f"sort is '{sort}'; it is one of {', '.join(SORTS)}.")
    key, largest_first = SORTS[sort]
    known = [record for record in records if key(record) is not None]
    known.sort(key=key, reverse=largest_first)  # type: ignore[arg-type]
    return (*known, *(record for record in records if key(record) is None))


@cache
def known_names() -> frozenset[str]:
    """Every name that `check_name` lets pass, but for those of the Hugging Face hub."""
    return frozenset((*_rows(), *_by_name(), *_short_names()))


def check_name(name: str) -> None:
    """Raises ConfigError, with the nearest known name, if there is no such network. Asks nobody."""
    if name in known_names() or HUB_NAME.fullmatch(name):
        return
    if name.startswith(HUB):
        raise ConfigError(f"'{name}' is no name of the hub.", "Write hf-hub:OWNER/NAME.")
    near = difflib.get_close_matches(name, known_names(), n=1)
    raise ConfigError(
        f"There is no backbone called '{name}'." + (f" Did you mean '{near[0]}'?" if near else ""),
        "Take one of the catalogue, or write hf-hub:OWNER/NAME for one of the Hugging Face hub.",
    )


def _recommended(one: Recommendation, row: BackboneRecord) -> BackboneRecord:
    bundle = BUNDLED.get(one.name)
    return replace(
        row,
        name=one.name,
        title=one.title,
        source=bundle.package if bundle else row.source,
        download_megabytes=None if bundle else row.download_megabytes,
        bundled=bundle is not None,
        recommended=True,
        simple=one.simple,
    )


@cache
def _by_name() -> dict[str, BackboneRecord]:
    return {record.name: record for record in everything()}


@cache
def _rows() -> dict[str, BackboneRecord]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["name"]: _record(row) for row in csv.DictReader(file)}


@cache
def _short_names() -> dict[str, str]:
    """timm's name of an architecture -> the name with the weights that it then means."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["short"]: row["name"] for row in csv.DictReader(file) if row["short"]}


def _record(row: dict[str, str]) -> BackboneRecord:
    return BackboneRecord(
        name=row["name"],
        title=row["name"],
        family=row["family"],
        parameters=int(row["parameters"]),
        gmacs=_number(row["gmacs"]),
        image_size=int(row["image_size"]),
        mean=_three(row["mean"]),
        std=_three(row["std"]),
        imagenet_top1=_number(row["imagenet_top1"]),
        download_megabytes=_number(row["megabytes"]),
        licence=row["licence"],
        source=row["source"],
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _three(text: str) -> Three:
    first, second, third = map(float, text.split())
    return first, second, third


def _searched(record: BackboneRecord) -> str:
    return " ".join((record.name, record.title, record.family, record.licence, record.simple or "")).lower()
