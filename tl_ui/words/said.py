"""Says in another language what the program's core says in English. Knows templates, and not who uses them.

The core keeps one language: its sentences also stand in journals, reports and on the command line. Here an English
sentence is recognised by its template, and the values in it are carried over. What is not recognised stays English.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tl_ui.words import (
    said_answers_zh_cn,
    said_cache_zh_cn,
    said_data_zh_cn,
    said_device_zh_cn,
    said_doctor_zh_cn,
    said_engine_zh_cn,
    said_export_zh_cn,
    said_heads_zh_cn,
    said_hosted_zh_cn,
    said_networks_zh_cn,
    said_phrases_zh_cn,
    said_probe_zh_cn,
    said_queue_zh_cn,
    said_resume_zh_cn,
    said_run_zh_cn,
    said_screen_zh_cn,
    said_skipped_zh_cn,
    said_training_zh_cn,
    said_try_zh_cn,
    said_understanding_zh_cn,
    said_views_zh_cn,
    said_ways_zh_cn,
    said_weights_zh_cn,
)

PLACE = re.compile(r"\{(\w+)\}")
LONGEST = 4000  # characters; a longer text is a log or a listing, and no sentence
KEPT_SENTENCES = 4096
_SENTENCE_END = re.compile(r"[.!?)](?= |$)")
_QUOTED = re.compile(r"('[^']*')")
# A sentence stands in one table alone.
TABLES: dict[str, tuple[Mapping[str, str], ...]] = {
    "zh-CN": (
        said_answers_zh_cn.SAID,
        said_cache_zh_cn.SAID,
        said_data_zh_cn.SAID,
        said_device_zh_cn.SAID,
        said_doctor_zh_cn.SAID,
        said_engine_zh_cn.SAID,
        said_export_zh_cn.SAID,
        said_heads_zh_cn.SAID,
        said_hosted_zh_cn.SAID,
        said_skipped_zh_cn.SAID,
        said_ways_zh_cn.SAID,
        said_run_zh_cn.SAID,
        said_training_zh_cn.SAID,
        said_understanding_zh_cn.SAID,
        said_try_zh_cn.SAID,
        said_views_zh_cn.SAID,
        said_networks_zh_cn.SAID,
        said_weights_zh_cn.SAID,
        said_probe_zh_cn.SAID,
        said_queue_zh_cn.SAID,
        said_resume_zh_cn.SAID,
        said_screen_zh_cn.SAID,
    ),
}
_TABLES: dict[str, Mapping[str, str]] = {
    language: {sentence: told for table in tables for sentence, told in table.items()}
    for language, tables in TABLES.items()
}
_PHRASES: dict[str, Mapping[str, str]] = {"zh-CN": said_phrases_zh_cn.PHRASES}


@dataclass(frozen=True, slots=True)
class _Template:
    pattern: re.Pattern[str]
    said: str


def said(text: str, language: str) -> str:
    """One or more sentences of the core in a language; as they are where no table knows the language."""
    if language not in _TABLES or not text or len(text) > LONGEST:
        return text
    return _said(text, language)


def pattern_of(template: str, flags: int = 0) -> re.Pattern[str]:
    """A template as a pattern for whole sentences; each place becomes a group of its name, taken as short as fits."""
    parts = PLACE.split(template)
    pieces = [f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
    return re.compile("".join(pieces), re.DOTALL | flags)


@functools.cache
def _templates(language: str) -> tuple[_Template, ...]:
    """Those with the most letters of their own first: "'{a}' is {b}." would take what belongs to others."""
    table = _TABLES[language]
    ordered = sorted(table, key=lambda template: -len(PLACE.sub("", template)))
    return tuple(_Template(pattern_of(template), table[template]) for template in ordered)


@functools.cache
def _phrases(language: str) -> tuple[_Template, ...]:
    return tuple(_Template(pattern_of(key), text) for key, text in _PHRASES[language].items())


@functools.lru_cache(maxsize=KEPT_SENTENCES)
def _said(text: str, language: str) -> str:
    """From the left: the shortest run of whole sentences that a template knows; else one sentence stays as it is."""
    translated, rest = "", text.strip()
    while rest:
        ends = [match.end() for match in _SENTENCE_END.finditer(rest)] or [len(rest)]
        if ends[-1] != len(rest):
            ends.append(len(rest))
        found = next(((end, known) for end in ends if (known := _sentence(rest[:end], language)) is not None), None)
        end, sentence = found or (ends[0], rest[: ends[0]])
        translated += ("" if not translated or translated[-1] > "\u2fff" else " ") + sentence
        rest = rest[end:].strip()
    return translated


def _sentence(sentence: str, language: str) -> str | None:
    for template in _templates(language):
        if match := template.pattern.fullmatch(sentence):
            return _filled(template.said, match, lambda value: _value(value, language))
    head, colon, tail = sentence.partition(": ")  # "cats/1.jpg: It is empty (0 bytes)."
    known = _sentence(tail, language) if colon else None
    return None if known is None else f"{head}：{known}"


def _filled(template: str, match: re.Match[str], change: Callable[[str], str]) -> str:
    return PLACE.sub(lambda place: change(match[place[1]]), template)


def _value(value: str, language: str) -> str:
    """What stands in a place: a sentence of its own, or a phrase; quoted names in it are left as they are."""
    if value.endswith((".", "?")) and (known := _sentence(value, language)) is not None:
        return known
    parts = _QUOTED.split(value)
    return "".join(part if at % 2 else _phrase(part, language) for at, part in enumerate(parts))


def _phrase(text: str, language: str) -> str:
    for template in _phrases(language):
        if match := template.pattern.fullmatch(text):
            return _filled(template.said, match, lambda value: _value(value, language))
    return text
