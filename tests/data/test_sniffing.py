from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.pictures_for_tests import encoded, headers_of, noise, png, seen_of, write_files
from tl_core.data import sniffing
from tl_core.data.decoder import DecoderPool, Problem

FOREIGN = {
    "empty.png": (b"", "It is empty (0 bytes)."),
    "letter.jpg": ("Liebe Grüße".encode(), "It is a text file, not a picture."),
    "bom.jpg": ("\ufefftext".encode(), "It is a text file, not a picture."),
    "logo.png": (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "It is an SVG drawing"),
    "page.jpg": (b"<!DOCTYPE html><html></html>", "It is a web page"),
    "paper.jpg": (b"%PDF-1.7\n\x93", "It is a PDF document, not a picture. Export its pages as PNG."),
    "plot.png": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "It is a PostScript drawing"),
    "design.png": (b"8BPS\0\1", "It is a Photoshop file"),
    "phone.jpg": (
        b"\0\0\0\x24ftypheic\0\0\0\0mif1",
        "It is an iPhone picture (HEIC), not a picture. Export it as JPEG",
    ),
    "clip.jpg": (b"\0\0\0\x20ftypisom\0\0\2\0", "It is a video"),
    "song.png": (b"OggS\0\2\0\0", "It is a sound file"),
    "beep.png": (b"RIFF\x24\0\0\0WAVEfmt ", "It is a sound file"),
    "inner.zip": (b"PK\3\4\x14\0\0\0", "Archives inside are not opened; unpack it first."),
    "pack.jpg": (b"Rar!\x1a\7\1\0", "It is a RAR archive"),
    "raw.NEF": (b"II*\0\x08\0\0\0", "It is a camera raw file, not a picture. Export it as JPEG."),
    "old.jpg": (b"\0\0\0\x0cjP  \r\n\x87\n", "It is a JPEG 2000 picture"),
    "new.jpg": (b"\xff\x0a\0\0", "It is a JPEG XL picture"),
    "bytes.png": (b"\x89PNG\r\n\x1a\n", "not a picture that can be read"),
    "static.png": (bytes(range(1, 256)) * 3, "not a picture that can be read"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_picture_is_called_by_its_true_name(name: str, pool: DecoderPool, tmp_path: Path) -> None:
    data, reason = FOREIGN[name]
    write_files(tmp_path, {name: data})
    for found in (headers_of(pool, tmp_path / name)[name], seen_of(pool, tmp_path / name)[name]):
        assert isinstance(found, Problem)
        assert reason in found.reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_no_picture_is_taken_for_something_else(kind: str) -> None:
    assert sniffing.what_it_is(encoded(noise(1), kind)[: sniffing.SNIFFED_BYTES], "a") is None


def test_a_letter_cut_in_two_at_the_end_of_the_first_bytes_is_still_text() -> None:
    text = ("x" * (sniffing.SNIFFED_BYTES - 1) + "é").encode()[: sniffing.SNIFFED_BYTES]
    assert sniffing.what_it_is(text, "notes") == "a text file"


def test_a_name_without_or_with_a_wrong_ending_does_not_matter(pool: DecoderPool, tmp_path: Path) -> None:
    write_files(tmp_path, {"cat": png(1), "dog.jpg": png(2), "cow.txt": png(3)})
    found = seen_of(pool, *(tmp_path / name for name in ("cat", "dog.jpg", "cow.txt")))
    notes = {name: getattr(seen, "notes", None) for name, seen in found.items()}
    assert notes == {"cat": (), "dog.jpg": ("misnamed",), "cow.txt": ("misnamed",)}


def test_a_device_or_a_folder_is_never_read(pool: DecoderPool, tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    assert headers_of(pool, tmp_path / "folder.png") == {"folder.png": Problem("It is no ordinary file.")}
    assert seen_of(pool, tmp_path / "folder.png") == {"folder.png": Problem("It is no ordinary file.")}
