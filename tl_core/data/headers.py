"""What the first bytes of a JPEG or PNG say, at a hundredth of what a picture library takes to open it.

It decodes nothing and trusts nothing: whatever is unusual is left (None) to the library, whose word counts.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")  # MPO (stereo phone pictures) opens as JPEG
JPEG_START, PNG_START = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_SIZE = struct.Struct(">BHHB")  # bits a colour, height, width, colours: behind a frame marker and its length
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DECODED = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})  # the others are lossless or built of several frames
_ALONE = frozenset({0x01, *range(0xD0, 0xD9), 0xFF})  # markers without a length
_APP1, _END = 0xE1, b"\xff\xd9"
EXIF_MARK = b"Exif\0\0"
_MOST_SEGMENTS = 1000  # before the pixels; a file with more is built to waste time


class Header(NamedTuple):
    """`exif` without its marker, empty where there is none. `is_cut_off`: the file ends before its pixels do."""

    format: str
    width: int
    height: int
    exif: bytes = b""
    is_cut_off: bool = False


def header_of(data: bytes) -> Header | None:
    if data.startswith(JPEG_START):
        return _of_jpeg(data)
    return _of_png(data) if data.startswith(PNG_START) else None


def undecoded_jpeg(data: bytes) -> str | None:
    """What a JPEG is that is whole and yet of a kind that the library does not decode, in words; None for others."""
    frame = _frame_of(data) if data.startswith(JPEG_START) else None
    if frame is None:
        return None
    if frame.marker not in _DECODED:
        return "a lossless JPEG"
    return None if frame.bits == 8 else f"a JPEG with {frame.bits} bits a colour"


class _Frame(NamedTuple):
    """The first frame of a JPEG: where it stands, what it says, and the EXIF block before it."""

    at: int
    marker: int
    bits: int
    width: int
    height: int
    exif: bytes


def _of_jpeg(data: bytes) -> Header | None:
    """Up to the first frame: what follows it is at a picture's end or is tables, which hold no end marker."""
    frame = _frame_of(data)
    if frame is None or frame.marker not in _DECODED or frame.bits != 8 or not (frame.width and frame.height):
        return None
    return Header("JPEG", frame.width, frame.height, frame.exif, data.rfind(_END, frame.at) < 0)


def _frame_of(data: bytes) -> _Frame | None:
    at, exif = 2, b""
    try:
        for _ in range(_MOST_SEGMENTS):
            if data[at] != 0xFF:
                return None
            marker = data[at + 1]
            if marker in _FRAMES:
                bits, height, width, _colours = _SIZE.unpack_from(data, at + 4)
                return _Frame(at, marker, bits, width, height, exif)
            if marker in _ALONE:
                at += 1 if marker == 0xFF else 2  # fill bytes may stand before a marker
                continue
            length = data[at + 2] << 8 | data[at + 3]
            if marker == _APP1 and not exif and data.startswith(EXIF_MARK, at + 4):
                exif = data[at + 10 : at + 2 + length]
            at += 2 + length if length > 2 else 4
    except (IndexError, struct.error):
        pass
    return None


def _of_png(data: bytes) -> Header | None:
    if data[12:16] != b"IHDR" or len(data) < 33:
        return None
    width, height = struct.unpack_from(">II", data, 16)
    at, exif = 33, b""
    for _ in range(_MOST_SEGMENTS):
        kind = data[at + 4 : at + 8]
        if len(kind) < 4 or kind == b"IDAT":
            break
        length = int.from_bytes(data[at : at + 4], "big")
        if kind == b"eXIf":
            exif = data[at + 8 : at + 8 + length]
        at += 12 + length
    return Header("PNG", width, height, exif) if width and height else None
