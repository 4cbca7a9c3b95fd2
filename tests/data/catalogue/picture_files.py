"""One file for each row C of the catalogue that is about a single file, with what has to become of it."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.data.catalogue.hostile import chunk, png_of
from tests.data.pictures_for_tests import encoded, noise, png

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EOI = b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Sent:
    """`reason` is what is said where the file is passed over, "" where it is accepted; `note` what is said then."""

    row: str
    name: str
    data: bytes
    reason: str = ""
    note: str = ""


def marked(data: bytes, frame: int) -> bytes:
    """A baseline JPEG that claims another kind of coding."""
    return data.replace(b"\xff\xc0", bytes((0xFF, frame)), 1)


def first_scan(seed: int) -> bytes:
    """A progressive JPEG that ends after its first scan."""
    data = encoded(noise(seed, (90, 60)), "JPEG", progressive=True)
    first = data.index(b"\xff\xda")
    return data[: data.index(b"\xff\xda", first + 2)] + EOI


def exif(orientation: int = 1) -> Image.Exif:
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
    return block


def unchecked(data: bytes, kind: bytes) -> bytes:
    """With the check sum of one chunk wrong."""
    at = data.index(kind) + len(kind)
    length = struct.unpack_from(">L", data, at - 8)[0]
    return data[: at + length] + b"\0\0\0\0" + data[at + length + 4 :]


def animation(kind: str, count: int = 3) -> bytes:
    frames = [noise(900 + at) for at in range(count)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def endless_gif() -> bytes:
    """A hundred thousand frames that say nothing."""
    start = encoded(noise(31), "GIF")[:-1]
    return start + (b"\x21\xf9\x04\0\0\0\0\0\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0" * 100_000) + b";"


def sent_pictures() -> Iterator[Sent]:
    jpeg, plain = encoded(noise(1, (90, 60)), "JPEG"), png(2)
    none, cut = "not a picture that can be read", "damaged or cut off"
    yield Sent("c01", "c01.png", b"", r"^It is empty \(0 bytes\)\.$")
    yield Sent("c02", "c02.png", b"\x89PNG\r\n\x1a\n", none)
    yield Sent("c02", "c02 text.png", b"no picture", r"^It is a text file, not a picture\.$")
    yield Sent("c04", "c04.svg", SVG, r"an SVG drawing, not a picture. Export it as PNG\.$")
    yield Sent("c04", "c04 called.png", b"<?xml version='1.0'?>" + SVG, r"an SVG drawing, not a picture")
    for name, start, words in (
        ("c05.pdf", b"%PDF-1.7 ", "a PDF document, not a picture. Export its pages as PNG"),
        ("c05.docx", b"PK\3\4", "a zip archive or an Office document, not a picture"),
        ("c05.mp4", b"\0\0\0\x18ftypmp42", "a video, not a picture"),
        ("c05.psd", b"8BPS\0\1", "a Photoshop file, not a picture. Export it as PNG or JPEG"),
        ("c05.cr2", b"II*\0\x10\0\0\0CR", "a camera raw file, not a picture. Export it as JPEG"),
    ):
        yield Sent("c05", name, start + bytes(200), words)
    yield Sent("c06", "c06.png", encoded(noise(3), "EPS"), "a PostScript drawing, not a picture. Export it as PNG")
    yield Sent("c08", "c08.jpg", jpeg[:-2], cut)
    yield Sent("c09", "c09.jpg", jpeg + bytes(range(256)) * 20)
    yield Sent("c10", "c10.jpg", first_scan(4))
    yield Sent(
        "c12", "c12 lossless.jpg", marked(jpeg, 0xC3), r"^It is a lossless JPEG, which cannot be read. Save it as"
    )
    yield Sent(
        "c12", "c12 twelve.jpg", jpeg.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c", 1), "a JPEG with 12 bits a"
    )
    yield Sent("c16", "c16.jpg", encoded(noise(5), "JPEG", exif=exif()), note="with the place of the shot inside (GPS)")
    ramp = np.linspace(0, 65535, 40 * 36).astype(np.uint16).reshape(36, 40)
    yield Sent("c17", "c17.png", encoded(Image.fromarray(ramp)), note="with more than 8 bits a colour")
    yield Sent("c17", "c17.tif", encoded(Image.fromarray(ramp[::-1].copy()), "TIFF"))
    yield Sent("c18", "c18.png", png_of(np.stack([ramp, ramp.T.reshape(36, 40), ramp], 2), 16, 2))
    yield Sent("c20", "c20.png", encoded(noise(6).convert("1")))
    holes = noise(7).quantize(8)
    yield Sent("c21", "c21.png", encoded(holes, transparency=bytes(range(0, 256, 32))), note="with transparency")
    yield Sent("c22", "c22.png", encoded(noise(8).convert("RGBA")))
    for kind in ("GIF", "WEBP", "PNG"):
        yield Sent("c25", f"c25.{kind.lower()}", animation(kind), note="with several frames or pages")
    yield Sent("c26", "c26 many.gif", endless_gif())
    yield Sent("c26", "c26 huge.gif", encoded(noise(9), "GIF").replace(b"GIF89a\x28\0\x24\0", b"GIF89a\xff\xff\xff\xff")
               .replace(b"GIF87a\x28\0\x24\0", b"GIF87a\xff\xff\xff\xff"), "more pixels than are read")  # fmt: skip
    stereo = encoded(noise(10), "MPO", save_all=True, append_images=[noise(11)])
    yield Sent("c28", "c28.mpo", stereo)
    yield Sent("c28", "c28 phone.jpg", stereo + b"\0")
    for brand in (b"heic", b"mif1"):
        heic = b"\0\0\0\x18ftyp" + brand + bytes(100)
        remedy = r"an iPhone picture \(HEIC\), not a picture. Export it as JPEG, or set the camera to Most Compatible"
        yield Sent("c29", f"c29 {brand.decode()}.heic", heic, remedy)
    yield Sent("c30", "c30.avif", encoded(noise(12), "AVIF"))
    yield Sent("c30", "c30.webp", encoded(noise(13), "WEBP", lossless=True))
    yield Sent("c30", "c30.jp2", encoded(noise(14), "JPEG2000"), "a JPEG 2000 picture, not a picture. Save it as PNG")
    yield Sent("c30", "c30.jxl", b"\xff\x0a" + bytes(90), "a JPEG XL picture, not a picture. Save it as PNG or JPEG")
    strip = encoded(Image.new("L", (16_000, 1)))
    yield Sent("c32", "c32 wide.png", strip, r"^It is 16000 x 1 pixels, too small to show anything\.$")
    yield Sent("c32", "c32 high.png", encoded(Image.new("L", (1, 65_500))), "more pixels than are read")
    yield Sent("c32", "c32 thin.png", encoded(Image.new("L", (4, 300))), r"4 x 300 pixels, too thin a strip to be")
    yield Sent("c33", "c33.png", png(15, (1, 1)), r"^It is 1 x 1 pixels, too small to show anything\.$")
    yield Sent("c34", "c34.png", chunked_size(plain, 0, 5), r"\.$")
    yield Sent("c34", "c34.gif", encoded(noise(9), "GIF").replace(b"\x28\0\x24\0", b"\0\0\x24\0"), r"\.$")
    bomb = b"x\0\0" + zlib.compress(bytes(20_000_000), 9)
    head = png(16)
    yield Sent("c36", "c36 bomb.png", head[:33] + chunk(b"iCCP", bomb) + head[33:])
    yield Sent("c36", "c36 broken.png", encoded(noise(17), icc_profile=b"no profile"))
    yield Sent("c36", "c36 broken.jpg", encoded(noise(18), "JPEG", icc_profile=b"no profile"))
    yield from damaged_pngs()
    for kind in ("ICO", "TGA", "PCX", "SGI", "DDS", "PPM", "ICNS"):
        data = encoded(noise(19, (32, 32)), kind)
        yield Sent("c40", f"c40 {kind}.png", data, r"not a picture")
    for name, start in (("CUR", b"\0\0\2\0"), ("WMF", b"\xd7\xcd\xc6\x9a"), ("FITS", b"SIMPLE  = T"),
                        ("FLI", b"\0\1\0\0\x11\xaf"), ("BLP", b"BLP2"), ("EMF", b"\1\0\0\0")):  # fmt: skip
        yield Sent("c40", f"c40 {name}.png", start + bytes(600), r"not a picture")
    page = b"<html><script>alert(1)</script>"
    yield Sent("c49", "c49.jpg", encoded(noise(20), "JPEG", comment=page) + page)
    yield Sent("c49", "c49.gif", encoded(noise(21), "GIF") + b"PK\3\4" + page)


def chunked_size(data: bytes, width: int, height: int) -> bytes:
    """A PNG whose header, with a right check sum, says another size."""
    return data[:8] + chunk(b"IHDR", struct.pack(">2L", width, height) + data[24:29]) + data[33:]


def damaged_pngs() -> Iterator[Sent]:
    """As PngSuite's x*.png: signature, header, check sums, missing chunks, damaged pixels."""
    whole, none, cut = png(22), r"not a picture that can be read|header is damaged", r"damaged"
    idat = whole.index(b"IDAT") - 4
    yield Sent("c37", "xs1.png", b"\x88" + whole[1:], none)
    yield Sent("c37", "xcr.png", whole.replace(b"\r\n\x1a\n", b"\n\x1a\n\n", 1), none)
    yield Sent("c37", "xhd.png", unchecked(whole, b"IHDR"), none)
    yield Sent("c37", "xc9.png", whole[:8] + chunk(b"IHDR", whole[16:25] + b"\7\0\0\0") + whole[33:], none)
    yield Sent("c37", "xd0.png", whole[:8] + chunk(b"IHDR", whole[16:24] + b"\0\2\0\0\0") + whole[33:], none)
    yield Sent("c37", "xcs.png", unchecked(png(23), b"IDAT"))
    yield Sent("c37", "xdt.png", whole[:33] + chunk(b"IEND", b""), cut)
    yield Sent("c37", "zlib.png", whole[:33] + chunk(b"IDAT", b"\x78\x9cgarbage") + chunk(b"IEND", b""), cut)
    yield Sent("c37", "cut.png", whole[: idat + 60], cut)
    yield Sent("c37", "no end.png", whole[:-12])


def orientation_of(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as image:
        return int(image.getexif().get(0x0112, 1))
