"""The quick reading of headers agrees with the picture library wherever it says anything."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.data.pictures_for_tests import encoded, headers_of, noise, seen_of, to_read, write_files
from tl_core.data.decoder import DecoderPool, Problem, Seen
from tl_core.data.exif import taken_and_camera
from tl_core.data.headers import FORMATS, header_of

TAKEN = 1_793_266_200.0  # 2026-10-29 09:30:00


def exif() -> Image.Exif:
    block = Image.Exif()
    block[0x010F], block[0x0110] = "Acme", "Acme Trail 9"
    inner = block.get_ifd(0x8769)
    inner[0x9003] = "2026:10:29 09:30:00"
    inner[0xA431] = "SN 77"
    return block


JPEGS = {
    "plain": encoded(noise(1, (90, 60)), "JPEG"),
    "progressive": encoded(noise(2, (90, 60)), "JPEG", progressive=True),
    "grey": encoded(noise(3, (90, 60)).convert("L"), "JPEG"),
    "exif": encoded(noise(4, (90, 60)), "JPEG", exif=exif()),
    "print colours": encoded(noise(5, (90, 60)).convert("CMYK"), "JPEG"),
    "restarts": encoded(noise(6, (90, 60)), "JPEG", restart_marker_blocks=2),
}


@pytest.mark.parametrize("name", JPEGS)
def test_a_jpegs_header_is_read_as_the_library_reads_it(name: str) -> None:
    header = header_of(JPEGS[name])
    assert header is not None
    with Image.open(io.BytesIO(JPEGS[name])) as image:
        assert (header.format, header.width, header.height) == (image.format, *image.size)
        assert header.exif == image.info.get("exif", b"").removeprefix(b"Exif\0\0")
    assert not header.is_cut_off


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "I;16"])
def test_a_pngs_header_is_read_as_the_library_reads_it(mode: str) -> None:
    header = header_of(encoded(noise(1, (50, 41)).convert(mode) if mode != "I;16" else Image.new(mode, (50, 41))))
    assert header is not None
    assert (header.format, header.width, header.height) == ("PNG", 50, 41)


@pytest.mark.parametrize("name", ["plain", "progressive", "restarts"])
def test_a_jpeg_cut_anywhere_is_refused_at_once_only_where_decoding_refuses_it(
    name: str, pool: DecoderPool, tmp_path: Path
) -> None:
    data = JPEGS[name]
    cuts = [*range(30, len(data), 97), len(data) - 3, len(data) - 2, len(data) - 1, len(data)]
    paths = [write_files(tmp_path, {f"{cut}.jpg": data[:cut]}) / f"{cut}.jpg" for cut in cuts]
    headers, seen = headers_of(pool, *paths), seen_of(pool, *paths)
    refused = {name for name, found in headers.items() if isinstance(found, Problem)}
    assert refused <= {name for name, found in seen.items() if isinstance(found, Problem)}
    assert f"{len(data) - 3}.jpg" in refused
    assert isinstance(seen[f"{len(data)}.jpg"], Seen)


@settings(deadline=None)
@given(st.sampled_from(sorted(JPEGS)), st.integers(2, 600), st.binary(min_size=1, max_size=4))
def test_damaged_headers_never_break_the_reader(name: str, at: int, other: bytes) -> None:
    data = JPEGS[name]
    header = header_of(data[:at] + other + data[at + len(other) :])
    if header is not None:
        assert header.width > 0
        taken_and_camera(header.exif)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_may_stand_where_a_header_should(data: bytes) -> None:
    for start in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"):
        header_of(start + data)
    for start in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        taken_and_camera(start + data)


def test_segments_without_end_are_left_to_the_library() -> None:
    assert header_of(b"\xff\xd8" + b"\xff\xe0\x00\x02" * 2000 + JPEGS["plain"][2:]) is None


def test_time_and_camera_are_read_in_the_index_pass_from_every_format_that_holds_them(
    pool: DecoderPool, tmp_path: Path
) -> None:
    kinds = ("JPEG", "PNG", "WEBP", "AVIF")
    write_files(tmp_path, {f"a.{kind}": encoded(noise(1), kind, exif=exif()) for kind in kinds})
    paths = [tmp_path / f"a.{kind}" for kind in kinds]
    (batch,) = pool.index(to_read(*paths))
    assert [FORMATS[row["format"]] for row in batch.rows] == list(kinds)
    assert {float(row["taken"]) for row in batch.rows} == {TAKEN}
    assert {batch.cameras[row["camera"]] for row in batch.rows} == {"Acme Trail 9 #SN 77"}


@pytest.mark.parametrize(
    "text",
    ["0000:00:00 00:00:00", "2026:13:01 00:00:00", "2026:02:30 10:00:00", "2026:02:03 25:00:00", "yesterday", ""],
)
def test_a_camera_whose_clock_was_never_set_gives_no_time(text: str) -> None:
    block = Image.Exif()
    block.get_ifd(0x8769)[0x9003] = text
    assert taken_and_camera(block.tobytes().removeprefix(b"Exif\0\0")) == (None, "")
