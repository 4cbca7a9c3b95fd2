"""When and with which camera a picture was taken, from its EXIF block. Reads a few tags and trusts none of them.

The block is a TIFF file: a table of tags, one of which leads to a second table (Exif 2.32, 4.6). A damaged block says
nothing; a picture is never refused for it.
"""

from __future__ import annotations

import calendar
import struct

_ASCII, _LONG = 2, 4
_MAKE, _MODEL, _FURTHER, _SERIAL = 0x010F, 0x0110, 0x8769, 0xA431
_TAKEN = (0x9003, 0x9004)  # taken, digitized; the date of the last change (0x0132) says nothing about the camera's day
_MOST_TAGS = 500
_MOST_LETTERS = 64
_YEARS = range(1970, 2200)
Tags = dict[int, bytes]


def taken_and_camera(exif: bytes) -> tuple[float | None, str]:
    """Seconds since 1970 with the camera's local time read as UTC (None where unknown), and maker, model, serial."""
    if len(exif) < 8 or exif[:2] not in (b"II", b"MM"):
        return None, ""
    order = "<" if exif[:2] == b"II" else ">"
    try:
        tags = _tags(exif, order, struct.unpack_from(order + "I", exif, 4)[0])
        if _FURTHER in tags:
            tags |= _tags(exif, order, struct.unpack(order + "I", tags[_FURTHER])[0])
    except struct.error:
        return None, ""
    taken = next((seconds for tag in _TAKEN if (seconds := _seconds(tags.get(tag, b""))) is not None), None)
    return taken, _camera(*(_text(tags.get(tag, b"")) for tag in (_MAKE, _MODEL, _SERIAL)))


def _tags(exif: bytes, order: str, at: int) -> Tags:
    """The texts and long numbers of one table, as their bytes. Raises struct.error where it does not fit."""
    count = min(struct.unpack_from(order + "H", exif, at)[0], _MOST_TAGS)
    table = exif[at + 2 : at + 2 + 12 * count]
    found: Tags = {}
    for tag, kind, length, value in struct.iter_unpack(order + "HHI4s", table[: len(table) // 12 * 12]):
        if kind == _LONG and length == 1:
            found[tag] = value
        elif kind == _ASCII:
            start = struct.unpack(order + "I", value)[0]
            found[tag] = value[:length] if length <= 4 else exif[start : start + min(length, 4 * _MOST_LETTERS)]
    return found


def _seconds(text: bytes) -> float | None:
    """Of "2026:11:21 09:30:00"."""
    try:
        year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
        hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
        if year not in _YEARS or not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
            return None
        if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second <= 60):
            return None
    except ValueError:
        return None
    return float(calendar.timegm((year, month, day, hour, minute, second)))


def _text(value: bytes) -> str:
    text = value.split(b"\0", 1)[0].decode("utf-8", "replace")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_MOST_LETTERS]


def _camera(make: str, model: str, serial: str) -> str:
    name = model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()
    return f"{name} #{serial}" if serial else name
