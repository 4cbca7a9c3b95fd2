"""Tells what a file truly is by its first bytes, in words for people. Never trusts a name, and decodes nothing."""

from __future__ import annotations

SNIFFED_BYTES = 512

# Bytes that stand at the very start, and what they mean to a person.
STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript drawing"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript drawing"),
    (b"8BPS", "a Photoshop file"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"OggS", "a sound file"),
    (b"ID3", "a sound file"),
    (b"fLaC", "a sound file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"\x00\x00\x02\x00", "a Windows cursor"),
    (b"icns", "a macOS icon"),
    (b"DDS ", "a DDS texture"),
    (b"SIMPLE  =", "a FITS file"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
    (b"SQLite format", "a database"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x80\x02", "a Python pickle"),
)
RAW_ENDINGS = (".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef", ".srw")
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
REMEDIES: dict[str, str] = {
    "a camera raw file": "Export it as JPEG.",
    "an SVG drawing": "Export it as PNG.",
    "a PostScript drawing": "Export it as PNG.",
    "a PDF document": "Export its pages as PNG.",
    "a Photoshop file": "Export it as PNG or JPEG.",
    "an iPhone picture (HEIC)": "Export it as JPEG, or set the camera to Most Compatible.",
    "a JPEG 2000 picture": "Save it as PNG or JPEG.",
    "a JPEG XL picture": "Save it as PNG or JPEG.",
    "a zip archive or an Office document": "Archives inside are not opened; unpack it first.",
    "a RAR archive": "Archives inside are not opened; unpack it first.",
    "a 7-Zip archive": "Archives inside are not opened; unpack it first.",
    "a gzip archive": "Archives inside are not opened; unpack it first.",
}


def what_it_is(start: bytes, name: str) -> str | None:
    """Words for a file that is no picture we read, or None where it may be one. `start`: its first 512 bytes."""
    if name.lower().endswith(RAW_ENDINGS):
        return "a camera raw file"
    for magic, words in STARTS:
        if start.startswith(magic):
            return words
    if start[:4] == b"RIFF" and start[8:12] in (b"WAVE", b"AVI "):
        return "a sound file" if start[8:12] == b"WAVE" else "a video"
    if start[4:8] == b"ftyp":
        return _of_brand(start[8:12])
    if start[257:262] == b"ustar":
        return "a tar archive"
    return _of_text(start)


def remedy(words: str) -> str:
    """What a person can do about a file of this kind; empty where there is nothing to do."""
    return REMEDIES.get(words, "")


def _of_brand(brand: bytes) -> str | None:
    if brand in (b"avif", b"avis"):
        return None
    return "an iPhone picture (HEIC)" if brand in HEIC_BRANDS else "a video"


def _of_text(start: bytes) -> str | None:
    """SVG, HTML or plain text; None for bytes that are no text."""
    try:
        text = start.decode("utf-8-sig").lstrip().lower()
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3:  # else only the last letter was cut in two
            return None
        text = start[: error.start].decode("utf-8-sig").lstrip().lower()
    if any(ord(letter) < 32 and letter not in "\t\r\n\f\x1b" for letter in text):
        return None
    if "<svg" in text:
        return "an SVG drawing"
    if text.startswith(("<!doctype html", "<html")):
        return "a web page"
    return "a text file"
