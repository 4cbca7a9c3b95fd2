"""The tables of words and how a sentence is taken from them. Knows no component and no value of the program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tl_ui.words import (
    controls_en,
    controls_zh_cn,
    en,
    hosted_en,
    hosted_zh_cn,
    networks_en,
    networks_zh_cn,
    pictures_en,
    pictures_zh_cn,
    report_en,
    report_zh_cn,
    results_en,
    results_zh_cn,
    runs_en,
    runs_zh_cn,
    try_en,
    try_zh_cn,
    understanding_en,
    understanding_zh_cn,
    zh_cn,
)
from tl_ui.words.said import said

_PLACE = re.compile(r"\{(\w+)\}")
DEFAULT_LANGUAGE = "en"
LANGUAGES: dict[str, str] = {"en": "English", "zh-CN": "中文"}
PARTS: dict[str, tuple[Mapping[str, str], ...]] = {
    "en": (
        en.WORDS,
        networks_en.WORDS,
        pictures_en.WORDS,
        results_en.WORDS,
        hosted_en.WORDS,
        runs_en.WORDS,
        try_en.WORDS,
        report_en.WORDS,
        understanding_en.WORDS,
        controls_en.WORDS,
    ),
    "zh-CN": (
        zh_cn.WORDS,
        networks_zh_cn.WORDS,
        pictures_zh_cn.WORDS,
        results_zh_cn.WORDS,
        hosted_zh_cn.WORDS,
        runs_zh_cn.WORDS,
        try_zh_cn.WORDS,
        report_zh_cn.WORDS,
        understanding_zh_cn.WORDS,
        controls_zh_cn.WORDS,
    ),
}
_TABLES: dict[str, Mapping[str, str]] = {
    language: {key: text for part in parts for key, text in part.items()} for language, parts in PARTS.items()
}


@dataclass(frozen=True, slots=True)
class Words:
    """One language's table. `words("key", n=3)` fills the places in; an unknown key is a KeyError."""

    language: str
    table: Mapping[str, str]

    def __call__(self, key: str, **values: Any) -> str:
        # one pass, not str.format: a class name may hold braces, or the name of another place
        return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), self.table[key])

    def count(self, key: str, n: int) -> str:
        """The singular or the plural of a key that has `.one` and `.other`."""
        return self(f"{key}.one" if n == 1 else f"{key}.other", n=number(n))

    def sentences(self, *parts: str) -> str:
        """Sentences after each other: with a space between, but in Chinese."""
        return ("" if self.language == "zh-CN" else " ").join(part for part in parts if part)

    def said(self, text: str) -> str:
        """Sentences that the core says in English."""
        return said(text, self.language)

    def has(self, key: str) -> bool:
        return key in self.table

    def part(self, *prefixes: str) -> dict[str, str]:
        """The words under some prefixes and the language, for a component that is drawn in the browser."""
        found = {key: text for key, text in self.table.items() if key.split(".")[0] in prefixes}
        return {**found, "language": self.language}


def words_for(language: str) -> Words:
    """The table of a language; English where it is not known (a hand-edited browser state)."""
    known = language if language in _TABLES else DEFAULT_LANGUAGE
    return Words(known, _TABLES[known])


def number(value: int) -> str:
    """1797 as 1,797: both languages group by thousands with a comma."""
    return f"{value:,}"
