"""Finds and weighs a zip's table of contents by its last bytes, before Python's zipfile reads it into memory.

It also says what a file truly is that only pretends to be a zip. Layout: PKWARE's APPNOTE.TXT, 4.3.14 to 4.3.16.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from tl_core.data import sniffing
from tl_core.data.counting import sized
from tl_core.data.limits import Limits
from tl_core.data.names import shown
from tl_core.errors import DataError

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
MOST_COMMENT = 65_535
SEND_AGAIN = "The upload is incomplete: please send it again."
PLEASE_ZIP = "Please pack the folder as a zip."
# What people send by mistake; `sniffing` has its words
ARCHIVES = ("a RAR archive", "a 7-Zip archive", "a gzip archive", "a bzip2 archive", "an xz archive", "a tar archive",
            "a Zstandard archive")  # fmt: skip


def check_directory(path: Path, limits: Limits) -> None:
    """Raises DataError unless `path` is one whole zip within the limits."""
    name = shown(path.name)
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(sniffing.SNIFFED_BYTES)
            _check_kind(name, start, stream, size)
            if size > limits.archive_bytes:
                raise DataError(
                    f"'{name}' has {sized(size)}; at most {sized(limits.archive_bytes)} are taken.",
                    "Send fewer or smaller pictures.",
                )
            disks, entries, directory_bytes = _end_record(name, stream, size)
    except OSError as error:
        raise DataError(f"'{name}' cannot be read ({error.strerror}).", "Check the file.") from None
    if disks:
        raise DataError(f"'{name}' is one part of a split archive.", "Please send one zip.")
    if entries > limits.entries:
        raise DataError(f"'{name}' holds {entries:,} files; at most {limits.entries:,} are taken.", "Send fewer files.")
    if directory_bytes > limits.directory_bytes:
        raise DataError(
            f"'{name}' was refused: its table of contents alone has {sized(directory_bytes)}.",
            "Zip the pictures again.",
        )


def _check_kind(name: str, start: bytes, stream: BinaryIO, size: int) -> None:
    if not start:
        raise DataError(f"'{name}' is empty (0 bytes).", SEND_AGAIN)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return
    if start.startswith((b"PK\x07\x08", b"PK\x30\x30PK")):
        raise DataError(f"'{name}' is one part of a split archive.", "Please send one zip.")
    words = sniffing.what_it_is(start, name)
    stream.seek(max(0, size - 512))
    if stream.read(4) == b"koly":
        words = "a macOS disk image"
    if words is None or words in ARCHIVES or not _has_end(stream, size):
        what = words or "not an archive that can be read"
        hint = PLEASE_ZIP if words in ARCHIVES else "Give a folder or a zip in which each kind has a folder of its own."
        raise DataError(f"'{name}' is {what}, not a zip.".replace("is not an archive", "is no archive"), hint)


def _has_end(stream: BinaryIO, size: int) -> bool:
    stream.seek(max(0, size - MOST_COMMENT - _END.size))
    return b"PK\x05\x06" in stream.read()


def _end_record(name: str, stream: BinaryIO, size: int) -> tuple[bool, int, int]:
    """Whether it spans disks, entries, and bytes of the table of contents."""
    tail_at = max(0, size - MOST_COMMENT - _END.size)
    stream.seek(tail_at)
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise DataError(f"'{name}' ends before its table of contents.", SEND_AGAIN)
    _, disk, first, here, entries, directory, offset, _ = _END.unpack_from(tail, at)
    locator_at = tail_at + at - _LOCATOR.size
    if 0xFFFF in (entries, here, disk) or 0xFFFFFFFF in (directory, offset):
        big = _end64(stream, locator_at)
        if big is not None:
            return big
    if tail_at + at < directory:
        raise DataError(f"'{name}' is cut off at its start.", SEND_AGAIN)
    return disk != 0 or first != 0 or here != entries, entries, directory


def _end64(stream: BinaryIO, locator_at: int) -> tuple[bool, int, int] | None:
    if locator_at < 0:
        return None
    stream.seek(locator_at)
    locator = stream.read(_LOCATOR.size)
    if len(locator) < _LOCATOR.size or not locator.startswith(b"PK\x06\x07"):
        return None
    _, _, offset, disks = _LOCATOR.unpack(locator)
    # Archives with bytes before them shift every offset: the record stands right before its locator
    for position in (offset, locator_at - _END64.size):
        if not 0 <= position <= locator_at:
            continue
        stream.seek(position)
        record = stream.read(_END64.size)
        if len(record) == _END64.size and record.startswith(b"PK\x06\x06"):
            _, _, _, _, disk, first, here, entries, directory, _ = _END64.unpack(record)
            return disk != 0 or first != 0 or here != entries or disks > 1, entries, directory
    return None
