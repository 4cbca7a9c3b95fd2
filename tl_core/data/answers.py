"""What the decoding children answer, as values. Knows their wire form, and nothing about processes and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tl_core.data.children import Done
from tl_core.data.columns import SIGNATURE_BYTES
from tl_core.data.looking import Looked

Square = npt.NDArray[np.uint8]
INDEXED = np.dtype(
    [
        ("sha256", np.uint8, (32,)), ("bytes", "<i8"), ("width", "<i4"), ("height", "<i4"), ("taken", "<f8"),
        ("camera", "<u2"), ("format", np.uint8),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an item cannot be used, in words."""

    reason: str


class ToRead(NamedTuple):
    """A file for the index pass: where it lies, the name a person knows it by, and its size as far as that is known."""

    path: str
    name: str
    size: int
    sha256: str = ""  # of the content, where it is known and has to be the same still


@dataclass(frozen=True, slots=True)
class Indexed:
    """The headers of several files: row i of `rows` (INDEXED) is of file numbers[i]; the others are in `problems`.

    `rows["camera"]` are positions in `cameras`, `rows["format"]` in headers.FORMATS.
    """

    numbers: tuple[int, ...]
    rows: npt.NDArray[Any]
    cameras: tuple[str, ...]
    problems: dict[int, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a whole picture looks like. `notes`: words of `columns.NOTES`. `thumbnail`: a JPEG. `square` if wanted."""

    looked: Looked
    notes: tuple[str, ...]
    thumbnail: bytes
    square: Square | None = None


def indexed_of(done: Done, numbers: tuple[int, ...]) -> Indexed:
    """The answer to an index request of files with these numbers."""
    rows = np.frombuffer(done.payload, dtype=INDEXED)
    if len(rows) != len(numbers):
        reason = done.problem or "Its header came back damaged."
        return Indexed((), rows[:0], (), dict.fromkeys(numbers, reason))
    problems = {numbers[int(at)]: str(reason) for at, reason in done.header["problems"].items()}
    fine = [at for at, number in enumerate(numbers) if number not in problems]
    return Indexed(
        tuple(numbers[at] for at in fine),
        rows[fine] if problems else rows,
        tuple(map(str, done.header["cameras"])),
        problems,
    )


def seen_of(done: Done, size: int = 0) -> Seen | Problem:
    """`size` is the side of the square that was asked for; 0 for none."""
    if done.problem is not None:
        return Problem(done.problem)
    fields, signature = done.header, done.payload[:SIGNATURE_BYTES]
    thumbnail_at = SIGNATURE_BYTES + size * size * 3
    square = None
    if size:
        pixels = np.frombuffer(done.payload[SIGNATURE_BYTES:thumbnail_at], dtype=np.uint8)
        if len(pixels) != size * size * 3:
            return Problem("Its pixels came back damaged.")
        square = pixels.reshape(size, size, 3)
    measures = {name: float(fields[name]) for name in ("brightness", "contrast", "detail")}
    looked = Looked(difference_hash=int(fields["difference_hash"]), signature=signature, **measures)
    return Seen(looked, tuple(map(str, fields["notes"])), done.payload[thumbnail_at:], square)


def square_of(done: Done, size: int) -> Square | Problem:
    if done.problem is not None:
        return Problem(done.problem)
    if len(done.payload) != size * size * 3:
        return Problem("Its pixels came back damaged.")
    return np.frombuffer(done.payload, dtype=np.uint8).reshape(size, size, 3)
