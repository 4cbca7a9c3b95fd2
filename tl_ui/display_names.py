"""What browsers call files and people call things, made fit to be shown: one line, no folders, no direction marks."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath

LONGEST_NAME = 80
LONGEST_ENDING = 12


def display_name(text: str) -> str:
    """The name of a set of pictures, without the ending of its zip."""
    return _cut(_one_line(re.sub(r"\.zip$", "", _last(text), flags=re.IGNORECASE)), LONGEST_NAME) or "pictures"


def file_name(text: str) -> str:
    """The name of one file, its ending kept, also where it is cut."""
    name = _one_line(_last(text))
    ending = PurePath(name).suffix if len(PurePath(name).suffix) <= LONGEST_ENDING else ""
    return _cut(name.removesuffix(ending), LONGEST_NAME - len(ending)) + ending or "picture"


def one_line(text: str) -> str:
    """What a person calls something, slashes and all."""
    return _one_line(_plain(unicodedata.normalize("NFC", text)))


def several_lines(text: str) -> str:
    """A note: its lines stay."""
    return "\n".join(_plain(line).rstrip() for line in unicodedata.normalize("NFC", text).splitlines()).strip()


def _last(text: str) -> str:
    return _plain(re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1])


def _plain(text: str) -> str:
    """Categories C* (control, right-to-left marks, surrogates, private use) become spaces."""
    return "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in text)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _cut(text: str, letters: int) -> str:
    return text[:letters].strip()
