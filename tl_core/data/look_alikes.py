"""Class names that a person cannot tell apart: other alphabets' letters, characters that draw nothing. Pure.

The letters are a small part of Unicode's table of confusable characters (UTS #39): those of Cyrillic, Greek and
typography that look like plain Latin ones. It knows names alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from tl_core.data.index import Finding
from tl_core.data.names import INVISIBLE_KINDS, listed

LOOKS_LIKE = str.maketrans(
    "асеорхуіјѕһԁԛԝкмнтвгӏёαοιρνυκτχεηωβγμıɑɡ’‘ʼ´`–—‐‑−",
    "aceopxyijshdqwkmhtbrleaoipvuktxenwbymiag'''''-----",
)
_ESCAPE = re.compile(r"\\u(?:[0-9a-f]{4})|\\x[0-9a-f]{2}")  # how names.shown writes what draws nothing


def look_alikes(classes: Iterable[str]) -> tuple[Finding, ...]:
    """One finding for each group of names that look the same and are not."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in classes:
        alike[skeleton(name)].append(name)
    return tuple(
        Finding(
            "look_alike",
            "warning",
            f"{listed(names)} look the same and are different names ({_told_apart(names)}); rename one if they are "
            "one kind.",
        )
        for names in alike.values()
        if len(names) > 1
    )


def skeleton(name: str) -> str:
    """Equal for names that look equal."""
    plain = unicodedata.normalize("NFKC", _ESCAPE.sub("", name)).casefold().translate(LOOKS_LIKE)
    drawn = "".join(letter for letter in plain if unicodedata.category(letter) not in INVISIBLE_KINDS - {"Zs"})
    return " ".join(drawn.split())


def _told_apart(names: list[str]) -> str:
    """The letters that not all of them have, by their names in Unicode."""
    shared = set.intersection(*(set(name) for name in names))
    odd = sorted({letter for name in names for letter in name if letter not in shared and not letter.isascii()})
    if odd:
        return ", ".join(unicodedata.name(letter, f"U+{ord(letter):04X}") for letter in odd[:3])
    return "characters that draw nothing"
