"""Files as hostile or careless people send them, made byte by byte where no library would. Knows no test."""

from __future__ import annotations

import random
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import pets, write_zip
from tl_core.data.dataset import Dataset
from tl_core.data.limits import LOCAL, Limits
from tl_core.errors import DataError

CENTRAL, HEADER, END = b"PK\1\2", b"PK\3\4", b"PK\5\6"


def accounted(dataset: Dataset, sent: int) -> dict[str, str]:
    """The reasons of what was passed over, by path, after every file that was sent was counted."""
    report = dataset.report
    assert report.images + len(report.skipped) + report.system_files == sent
    assert report.images == len(dataset.index.records) == sum(sum(n.values()) for n in report.classes.values())
    return {item.path: item.reason for item in report.skipped}


def said(dataset: Dataset, kind: str) -> str:
    """The sentences of the findings of one kind."""
    return " ".join(finding.message for finding in dataset.report.findings if finding.kind == kind)


def refused(bring: Bring, path: Path, match: str, limits: Limits = LOCAL) -> None:
    """With the file's name, the cause and a remedy; and nothing stays behind."""
    with pytest.raises(DataError, match=match) as caught:
        bring(path, limits)
    assert path.name in caught.value.message
    assert caught.value.hint
    assert not list(path.parent.glob("datasets/*"))


def patched(path: Path, change: Callable[[bytearray], object]) -> Path:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    return path


def put(mark: bytes, offset: int, form: str, *values: int, every: bool = False) -> Callable[[bytearray], None]:
    """Writes numbers behind the first record that starts with `mark` (or behind each)."""

    def change(data: bytearray) -> None:
        at = data.find(mark)
        while at >= 0:
            struct.pack_into(form, data, at + offset, *values)
            at = data.find(mark, at + 4) if every else -1

    return change


def overlapping(path: Path) -> Path:
    """Every entry of the table of contents points at the bytes of the first: small to send, endless to unpack."""
    return patched(write_zip(path, pets()), put(CENTRAL, 42, "<L", 0, every=True))


def with_link(path: Path, link: str, target: str, files: Mapping[str, bytes]) -> Path:
    """A link first, then files, of which some may lie behind it."""
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo(link)
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def in_alphabet(path: Path, encoding: str, folders: tuple[str, str]) -> Path:
    """A zip with kinds named in an old alphabet that the archive does not tell."""
    raw = [name.encode(encoding) for name in folders]
    stand_ins = ["A" * len(raw[0]), "B" * len(raw[1])]
    files = {f"{stand_ins['dogs' in name]}/{name[-5:]}": data for name, data in pets().items()}

    def change(data: bytearray) -> None:
        for stand_in, name in zip(stand_ins, raw, strict=True):
            data[:] = data.replace(stand_in.encode() + b"/", name + b"/")

    return patched(write_zip(path, files), change)


def many_entries(path: Path, count: int) -> Path:
    """A Zip64 archive of empty files, more than an old zip can count."""
    names = [f"c/{number:05}".encode() for number in range(count)]
    local = [struct.pack("<4s5H3L2H", HEADER, 20, 0, 0, 0, 33, 0, 0, 0, 7, 0) + name for name in names]
    table = b"".join(
        struct.pack("<4s6H3L5H2L", CENTRAL, 20, 20, 0, 0, 0, 33, 0, 0, 0, 7, 0, 0, 0, 0, 0, 37 * number) + name
        for number, name in enumerate(names)
    )
    start = 37 * count
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(table), start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + len(table), 1)
    end = struct.pack("<4s4H2LH", END, 0, 0, 0xFFFF, 0xFFFF, len(table), start, 0)
    path.write_bytes(b"".join([*local, table, end64, locator, end]))
    return path


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def png_of(
    samples: NDArray[np.uint16], depth: int, colour: int, *, filter_type: int = 0, interlaced: bool = False,
    palette: bytes = b"", extra: bytes = b"",
) -> bytes:  # fmt: skip
    """A PNG from samples (height, width, channels) at any bit depth, filter and interlacing of the standard."""
    height, width, channels = samples.shape
    step = max(1, depth * channels // 8)
    images = [samples[y::dy, x::dx] for x, y, dx, dy in PASSES] if interlaced else [samples]
    rows = b"".join(_rows(image, depth, filter_type, step) for image in images if image.size)
    head = chunk(b"IHDR", struct.pack(">2L5B", width, height, depth, colour, 0, 0, interlaced))
    colours = chunk(b"PLTE", palette) if palette else b""
    return b"\x89PNG\r\n\x1a\n" + head + extra + colours + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _rows(samples: NDArray[np.uint16], depth: int, filter_type: int, step: int) -> bytes:
    above = bytes(len(_packed(samples[0], depth)))
    out = bytearray()
    for row in samples:
        line = _packed(row, depth)
        out.append(filter_type)
        out += bytes(_filtered(line, above, filter_type, step))
        above = line
    return bytes(out)


def _packed(row: NDArray[np.uint16], depth: int) -> bytes:
    flat = row.reshape(-1)
    if depth == 16:
        return flat.astype(">u2").tobytes()
    bits = (flat[:, None] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.reshape(-1).astype(np.uint8)).tobytes()


def _filtered(line: bytes, above: bytes, filter_type: int, step: int) -> Iterator[int]:
    for at, value in enumerate(line):
        left = line[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[filter_type]
        yield (value - guess) % 256


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))


def spoiled(data: bytes, seed: int) -> bytes:
    """Bytes flipped, cut out, doubled or put in, as fuzzers do."""
    rng, out = random.Random(seed), bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at, length = rng.randrange(len(out)), rng.randint(1, 24)
        match rng.randrange(4):
            case 0:
                out[at] = rng.choice((0, 0x7F, 0x80, 0xFF, rng.randrange(256)))
            case 1:
                del out[at : at + length]
            case 2:
                out[at:at] = out[at : at + length]
            case _:
                out[at:at] = rng.randbytes(length)
        if not out:
            return b""
    return bytes(out if rng.random() < 0.8 else out[: rng.randrange(len(out)) + 1])
