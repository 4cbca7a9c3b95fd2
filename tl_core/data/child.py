"""The limited process in which pictures of strangers are opened: `python -m tl_core.data.child SETTINGS`.

It reads requests from stdin and answers on stdout (`wire.py`). It knows paths and pictures; no dataset, no network, no
tensor; it imports Pillow and the standard library alone, may write no file, and dies alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import signal
import stat
import sys
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageFile

from tl_core.data import exif, headers, looking, pictures, sniffing, wire
from tl_core.data.counting import sized
from tl_core.data.headers import Header
from tl_core.data.limits import Limits
from tl_core.data.pictures import PictureError
from tl_core.data.preprocessing import Preprocessing

ENDINGS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"), "MPO": (".jpg", ".jpeg", ".mpo"), "PNG": (".png", ".apng"),
    "WEBP": (".webp",), "GIF": (".gif",), "BMP": (".bmp", ".dib"), "TIFF": (".tif", ".tiff"),
    "AVIF": (".avif", ".avifs"),
}  # fmt: skip
Answer = tuple[dict[str, Any], bytes]


def read_file(path: str, limits: Limits) -> bytes:
    """The bytes of a regular file within the limit; a device or a pipe is never opened for reading."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise PictureError("It is no ordinary file.")
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise PictureError("The file is gone.") from None
    except PermissionError:
        raise PictureError("There is no permission to read it.") from None
    except OSError as error:
        raise PictureError(f"It cannot be read ({error.strerror}).") from None
    try:
        data = _read_open(descriptor, limits)
    except OSError as error:
        raise PictureError(f"It cannot be read ({error.strerror}).") from None
    finally:
        os.close(descriptor)
    if not data:
        raise PictureError("It is empty (0 bytes).")
    return data


def _read_open(descriptor: int, limits: Limits) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):  # exchanged in between
        raise PictureError("It is no ordinary file.")
    if status.st_size > limits.file_bytes:
        raise PictureError(f"It has {sized(status.st_size)}; at most {sized(limits.file_bytes)} are read.")
    data = os.read(descriptor, status.st_size)
    if len(data) == status.st_size:
        return data
    parts = [data]  # a system may give less than was asked for; a file may have been cut meanwhile
    while part := os.read(descriptor, status.st_size - sum(map(len, parts))):
        parts.append(part)
    return b"".join(parts)


def open_checked(path: str, limits: Limits, name: str = "") -> tuple[bytes, ImageFile.ImageFile]:
    data = read_file(path, limits)
    return data, open_bytes(data, limits, name or path)


def open_bytes(data: bytes, limits: Limits, name: str) -> ImageFile.ImageFile:
    words = sniffing.what_it_is(data[: sniffing.SNIFFED_BYTES], name)
    if words is not None:
        raise PictureError(f"It is {words}, not a picture. {sniffing.remedy(words)}".strip())
    odd = headers.undecoded_jpeg(data)
    if odd is not None:
        raise PictureError(f"It is {odd}, which cannot be read. Save it as PNG or usual JPEG.")
    return pictures.open_picture(data, limits)


def index(request: dict[str, Any], limits: Limits) -> Answer:
    """Content hash, size, format, time and camera of many files, by reading them once and decoding none.

    The payload has a packed row (`wire.INDEXED`) for each file; `problems` says why a file is none, by its number.
    """
    root, names = request["root"], request["names"]
    rows, problems, cameras = [], {}, [""]
    for number, path in enumerate(request["paths"]):
        try:
            data, header = checked_header(root + path, limits, names[number] if names else root + path)
        except PictureError as error:
            problems[number] = str(error)
            rows.append(wire.NOT_INDEXED)
            continue
        taken, camera = exif.taken_and_camera(header.exif) if header.exif else (None, "")
        if camera not in cameras:
            cameras.append(camera)
        rows.append(
            wire.INDEXED.pack(
                hashlib.sha256(data).digest(), len(data), header.width, header.height,
                math.nan if taken is None else taken, cameras.index(camera), headers.FORMATS.index(header.format),
            )
        )  # fmt: skip
    return {"problems": problems, "cameras": cameras}, b"".join(rows)


def checked_header(path: str, limits: Limits, name: str) -> tuple[bytes, Header]:
    data = read_file(path, limits)
    header = None if name.lower().endswith(sniffing.RAW_ENDINGS) else headers.header_of(data)
    if header is None:
        return data, _header_by_library(path, data, limits, name)
    pictures.check_size(header.width, header.height, limits)
    if header.is_cut_off:
        raise PictureError("Its pixels are damaged or cut off (no end marker). Send it again.")
    return data, header


def _header_by_library(path: str, data: bytes, limits: Limits, name: str) -> Header:
    image = open_bytes(data, limits, name or path)
    block = image.info.get("exif")
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    return Header(kind, *image.size, block.removeprefix(headers.EXIF_MARK) if isinstance(block, bytes) else b"")


def look(request: dict[str, Any], limits: Limits) -> Answer:
    """What a picture looks like, decoded to its last row: signature, square if a preprocessing is named, thumbnail."""
    name, wanted = request["name"], request.get("preprocessing")
    preprocessing = Preprocessing.from_dict(wanted) if wanted else None
    data, image = open_checked(request["path"], limits, name)
    expected = request.get("sha256")
    if len(data) != request["bytes"] or (expected and hashlib.sha256(data).hexdigest() != expected):
        raise PictureError("It changed while it was read. Bring it in again.")
    size, ending = image.size, os.path.splitext(name)[1].lower()
    needed = pictures.smallest_for(preprocessing) if preprocessing else 0.0
    pictures.load(image, smallest=max(looking.INPUT_SIDE, needed))
    found = list(pictures.notes(image))
    if ending not in ("", *ENDINGS.get(str(image.format), (ending,))):
        found.append(pictures.MISNAMED)
    upright = pictures.upright_rgb(image)
    seen = looking.looked(upright, size)
    header = {
        "notes": found, "difference_hash": seen.difference_hash, "brightness": seen.brightness,
        "contrast": seen.contrast, "detail": seen.detail,
    }  # fmt: skip
    pixels = pictures.square(upright, preprocessing).tobytes() if preprocessing else b""
    return header, seen.signature + pixels + pictures.thumbnail(upright, int(request["thumbnail"]))


def square(request: dict[str, Any], limits: Limits) -> Answer:
    """The uint8 square of a Preprocessing, as raw bytes. With `sha256`, refuses a file that is another by now."""
    preprocessing = Preprocessing.from_dict(request["preprocessing"])
    data, image = open_checked(request["path"], limits)
    expected = request.get("sha256")
    if expected and hashlib.sha256(data).hexdigest() != expected:
        raise PictureError("The file has changed since the pictures were brought in. Bring them in again.")
    pictures.load(image, smallest=pictures.smallest_for(preprocessing))
    return {}, pictures.square(pictures.upright_rgb(image), preprocessing).tobytes()


def thumbnail(request: dict[str, Any], limits: Limits) -> Answer:
    """Its thumbnail alone."""
    size = int(request["size"])
    _, image = open_checked(request["path"], limits)
    pictures.load(image, smallest=size)
    return {}, pictures.thumbnail(pictures.upright_rgb(image), size)


OPERATIONS: dict[str, Callable[[dict[str, Any], Limits], Answer]] = {
    "index": index,
    "look": look,
    "square": square,
    "thumbnail": thumbnail,
}


def answer(request: dict[str, Any], limits: Limits) -> Answer:
    """Never raises for what a file holds: the reason goes back as `problem`."""
    try:
        return OPERATIONS[request["op"]](request, limits)
    except PictureError as error:
        return {"problem": str(error)}, b""
    except MemoryError:
        return {"problem": "It needs more memory than a picture may."}, b""
    except pictures.DAMAGED as error:
        return {"problem": f"It is damaged ({type(error).__name__})."}, b""


def limit_process(limits: Limits) -> None:
    """No core files, no written files, a ceiling on memory. Windows has none of these: the pool's timeout is all."""
    try:
        import resource
    except ImportError:
        return
    for name, value in (("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0), ("RLIMIT_AS", limits.memory), ("RLIMIT_NOFILE", 64)):
        which = getattr(resource, name, None)
        if which is not None:
            # macOS refuses some of them
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(which, (value, value))


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    Image.MAX_IMAGE_PIXELS = limits.pixels
    pictures.quiet()
    limit_process(limits)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    alarm = getattr(signal, "alarm", None)
    wire.write_frame(answers, {"ready": True})
    while (frame := wire.read_frame(requests)) is not None:
        if alarm:
            alarm(int(limits.seconds) + 2)  # ends this process even when its parent no longer looks
        wire.write_frame(answers, *answer(frame[0], limits))
        if alarm:
            alarm(0)


if __name__ == "__main__":
    main()
