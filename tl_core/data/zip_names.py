"""The names inside a zip whose alphabet the archive does not tell. Pure: bytes in, names and a measure of trust out.

A zip without the UTF-8 flag holds whatever its maker's system wrote: UTF-8 without saying so, Shift-JIS, GBK, Cyrillic
or Western code pages. All names of an archive come from one system, so one alphabet is chosen for all of them, by how
much the result looks like writing. It knows no file.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from zipfile import ZipInfo

UTF8_NAME = 0x800
UNICODE_PATH = 0x7075  # Info-ZIP's extra field with the name in UTF-8, APPNOTE.TXT 4.6.9
ZIP_DEFAULT = "cp437"
# By how much they are met, which decides between equals
ALPHABETS = {
    "cp932": "Shift-JIS (Japanese)",
    "gb18030": "GBK (Chinese)",
    "cp949": "Korean",
    "cp866": "Cyrillic (DOS)",
    "cp1251": "Cyrillic (Windows)",
    "cp1252": "Western (Windows)",
    "cp850": "Western (DOS)",
}
UTF8_SHARE = 0.8  # of the names fit UTF-8: then that is what they are, and the others are damaged
LEAST_TRUST = 0.5  # mean score of a letter, of at most 1
_COMMON_HANZI = range(0xB0A1, 0xD7FA)  # level 1 of GB 2312: the 3,755 characters in daily use
_COMMON_KANJI = range(0x889F, 0x9873)  # level 1 of JIS X 0208
# Every Hangul byte pair is a hanzi too: only that these syllables and letters are frequent tells the two apart
_FREQUENT_HANGUL = frozenset(
    "이다는을가의에하고지사기어리도자아나인은로서대한그시일전정상해수보부제주장들구조동원소"
    "국성유경여무마신공비선연화안생당영방식있오강중개물문용진양문학세관계과내바라러를만미발"
    "너노데두드디때람버분산살스실알야았었였우운위으음입적치크타터파포프할현호환회후꽃새말소닭곰"
)
_FREQUENT_CYRILLIC = frozenset("оеаинтсрвлкмдпуя")
_BASIC_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "HIRAGANA", "KATAKANA", "HANGUL", "CJK", "IDEOGRAPHIC")


@dataclass(frozen=True, slots=True)
class Names:
    """The names in the order of the entries. `alphabet` says in words what was taken, "" where there was no doubt;
    `guessed` are the positions of the names that it was taken for.
    """

    names: tuple[str, ...]
    alphabet: str
    guessed: tuple[int, ...]
    is_trusted: bool = True


def names_of(infos: Sequence[ZipInfo]) -> Names:
    """Every entry's name, as its maker wrote it as far as that can be told."""
    told = [_told(info) for info in infos]
    unsure = [position for position, name in enumerate(told) if name is None]
    raw = [infos[position].orig_filename.encode(ZIP_DEFAULT, "replace") for position in unsure]
    in_utf8 = [_in_utf8(name) for name in raw]
    if sum(name is not None for name in in_utf8) >= UTF8_SHARE * len(raw):  # many tools write it without saying so
        for position, name in zip(unsure, in_utf8, strict=True):
            told[position] = name
        kept = [at for at, name in enumerate(in_utf8) if name is None]
        unsure, raw = [unsure[at] for at in kept], [raw[at] for at in kept]
    encoding, trust = _alphabet(raw)
    for position, unread in zip(unsure, raw, strict=True):
        told[position] = unread.decode(encoding)
    alphabet = ALPHABETS.get(encoding, "") if unsure else ""
    return Names(tuple(name or "" for name in told), alphabet, tuple(unsure), is_trusted=trust >= LEAST_TRUST)


def likely_encoding(texts: Sequence[bytes]) -> str | None:
    """The alphabet in which pieces of text look most like writing; None where they look like writing in none."""
    encoding, trust = _alphabet(texts)
    return encoding if trust >= LEAST_TRUST and encoding in ALPHABETS else None


def _told(info: ZipInfo) -> str | None:
    """The name where the archive itself makes it sure, else None."""
    name = info.orig_filename
    if info.flag_bits & UTF8_NAME or name.isascii():
        return name
    return _unicode_path(info.extra, name.encode(ZIP_DEFAULT))


def _in_utf8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeError:
        return None


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in UTF-8 that Info-ZIP writes beside the old one, if it belongs to this very name."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and len(field) > 5 and field[1:5] == struct.pack("<L", zlib.crc32(raw)):
            return _in_utf8(field[5:])
    return None


def _alphabet(raw: Sequence[bytes]) -> tuple[str, float]:
    """The encoding that makes the names look most like writing, and how much they do."""
    best, best_score = ZIP_DEFAULT, float("-inf")
    different = sorted(set(raw))[:2000]  # enough to judge by
    for encoding in (*ALPHABETS, ZIP_DEFAULT) if different else ():
        try:
            score = _likeness([name.decode(encoding) for name in different], encoding)
        except UnicodeError:
            continue
        if score > best_score + 1e-9:
            best, best_score = encoding, score
    return best, best_score


def _likeness(texts: Sequence[str], encoding: str) -> float:
    """The mean score of the letters that are no ASCII: 1 for plain writing, below 0 for rubbish."""
    scores = [score for text in texts for score in _scores(text, encoding)]
    return sum(scores) / len(scores) if scores else 0.0


def _scores(text: str, encoding: str) -> list[float]:
    scores = []
    for before, letter, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        if letter.isascii():
            continue
        score = _letter(letter, encoding)
        for beside in (before, after):
            if (
                beside.isalpha()
                and _script(beside) != _script(letter)
                and {_script(beside), _script(letter)} not in _MIX
            ):
                score -= 0.5  # words are written in one script
        if (letter.isupper() and before.islower()) or (letter.islower() and after.isupper()):
            score -= 0.5  # "привЕТ"
        if _script(letter) == "LATIN" and any(not beside.isascii() and beside.isalpha() for beside in (before, after)):
            score -= 0.5  # accents hardly ever stand side by side
        scores.append(score)
    return scores


_MIX: tuple[set[str], ...] = ({"HIRAGANA", "CJK"}, {"KATAKANA", "CJK"}, {"HIRAGANA", "KATAKANA"}, {"HANGUL", "CJK"})


def _letter(letter: str, encoding: str) -> float:
    """How well a letter stands in a name."""
    if not letter.isalpha():
        kind = unicodedata.category(letter)
        return (
            -2.0 if kind[0] == "C" else 0.2 if letter in "　・（）［］「」『』【】～、。！？－＿—–’‘“”«»№°·" else -1.0
        )
    script = _script(letter)
    if script == "CJK":
        return _ideograph(letter, encoding)
    if script == "KATAKANA" and letter >= "\uff61":
        return -0.2  # half-width: every byte of another alphabet looks like one in Shift-JIS
    if script == "HANGUL":
        return 1.05 if letter in _FREQUENT_HANGUL else 0.85 if min(letter.encode("cp949")) > 0xA0 else -0.3
    if script == "CYRILLIC":
        return 1.0 if letter.lower() in _FREQUENT_CYRILLIC else 0.8 if _BASIC_CYRILLIC.match(letter) else 0.2
    if script == "GREEK" and encoding in ("cp437", "cp850"):
        return -0.5  # the few Greek letters there are signs of mathematics
    return 1.0 if script in _SCRIPTS else -0.5


def _ideograph(letter: str, encoding: str) -> float:
    common = {"cp932": _COMMON_KANJI, "gb18030": _COMMON_HANZI}.get(encoding)
    if common is None:
        return 0.3  # Korean names are written in Hangul
    code = letter.encode(encoding)
    return 0.95 if len(code) == 2 and int.from_bytes(code, "big") in common else -0.3


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ", 1)[0].removesuffix("-HALFWIDTH").replace("HALFWIDTH", "KATAKANA")
