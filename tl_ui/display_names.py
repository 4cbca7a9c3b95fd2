"""What browsers call files and people call things, made fit to be shown: one line, no folders, no direction marks."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 80


def display_name(text: str) -> str:
    """The name of a set of pictures, without the ending of its zip."""
    return _one_line(re.sub(r"\.zip$", "", _last(text), flags=re.IGNORECASE)) or "pictures"


def file_name(text: str) -> str:
    """The name of one file, its ending kept."""
    return _one_line(_last(text)) or "picture"


def _last(text: str) -> str:
    """Its last part: categories C* (control, right-to-left marks, surrogates, private use) become spaces."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    return "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in last)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()[:LONGEST_NAME].strip()
