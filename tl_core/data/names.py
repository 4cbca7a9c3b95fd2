"""Names as people wrote them, made fit to compare and to show. Knows no file and no archive."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tl_core.errors import DataError

LONGEST_CLASS_NAME = 255  # bytes, as file systems have it
SYSTEM_NAMES = frozenset({
    "thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", "__macosx", "@eadir", "lost+found", "$recycle.bin",
    "system volume information", "__pycache__",
})  # fmt: skip
COMPANIONS = frozenset({"readme", "license", "licence", "copying", "changelog", "manifest", "attribution"})
TEXT_ENDINGS = frozenset({"", ".txt", ".md", ".rst"})
PICTURE_ENDINGS = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff",
    ".avif", ".heic", ".heif", "",
})  # fmt: skip
INVISIBLE = frozenset(". \u115f\u1160\u2800\u3164\uffa0")  # dots, space, fillers of Hangul, the empty Braille cell
INVISIBLE_KINDS = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


def is_system(path: str) -> bool:
    """Whether a part of a relative path is hidden (leading dot), made by an operating system or a tool, or if the file
    is a README or licence: texts that come along with pictures and alarm nobody.
    """
    parts = path.lower().split("/")
    stem, dot, ending = parts[-1].rpartition(".")
    is_companion = (stem if dot else ending) in COMPANIONS and (dot + ending if dot else "") in TEXT_ENDINGS
    return is_companion or any(part.startswith(".") or part in SYSTEM_NAMES for part in parts)


def looks_like_picture(path: str) -> bool:
    """By its ending alone: only for guessing what a folder is for. What a file is, its content says."""
    name = path.rsplit("/", 1)[-1]
    dot = name.rfind(".")
    return (name[dot:].lower() if dot > 0 else "") in PICTURE_ENDINGS


def class_name(folder: str) -> str:
    """A folder's name as a class: NFC, without spaces and dots at its ends, control characters shown as escapes."""
    name = unicodedata.normalize("NFC", shown(folder)).strip().rstrip(". ")
    return name or shown(folder) or "(no name)"


def is_blank(text: str) -> bool:
    """Whether nobody would see a name there: spaces, dots, and characters that draw nothing."""
    if text[:1].isascii() and text[:1].isalnum():
        return False
    return all(letter in INVISIBLE or unicodedata.category(letter) in INVISIBLE_KINDS for letter in text)


def checked_class_name(text: str) -> str:
    """A typed name as a class. Raises DataError for one that shows nothing or is too long."""
    if is_blank(text):
        raise DataError("A kind needs a name.", "Type a word for it.")
    name = class_name(text)
    if len(name.encode("utf-8", "surrogatepass")) > LONGEST_CLASS_NAME:
        raise DataError(f"The name '{name[:40]}...' is longer than {LONGEST_CLASS_NAME} bytes.", "Type a shorter one.")
    return name


def class_key(name: str) -> str:
    """Equal for names that differ by letter case or Unicode form alone."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def shown(text: str) -> str:
    """Safe to print: control characters, undecodable bytes and direction overrides as escapes, the rest as it is."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == " " else _escape(letter) for letter in text)


def listed(items: Sequence[str], most: int = 5) -> str:
    """Names for a sentence, quoted; beyond `most` they are counted."""
    quoted = [f"'{shown(item)}'" for item in items[:most]]
    if len(items) > most:
        return ", ".join(quoted) + f" and {len(items) - most:,} more"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)


def _escape(letter: str) -> str:
    code = ord(letter)
    if letter in "\u200c\u200d":  # joiners: part of how Persian, Indic scripts and emoji are written
        return letter
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
