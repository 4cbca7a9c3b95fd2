"""The limited process in which pictures of strangers are opened: `python -m tl_core.data.child SETTINGS`.

It reads requests from stdin and answers on stdout (`wire.py`). It knows paths and pictures; no dataset, no network, no
tensor; it imports Pillow and the standard library alone, may write no file, and dies alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import signal
import stat
import sys
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageFile

from tl_core.data import looking, pictures, sniffing, wire
from tl_core.data.counting import sized
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
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):  # exchanged in between
            raise PictureError("It is no ordinary file.")
        if status.st_size > limits.file_bytes:
            raise PictureError(f"It has {sized(status.st_size)}; at most {sized(limits.file_bytes)} are read.")
        try:
            data = stream.read(limits.file_bytes + 1)
        except OSError as error:
            raise PictureError(f"It cannot be read ({error.strerror}).") from None
    if not data:
        raise PictureError("It is empty (0 bytes).")
    return data


def open_checked(path: str, limits: Limits, name: str = "") -> tuple[bytes, ImageFile.ImageFile]:
    data = read_file(path, limits)
    words = sniffing.what_it_is(data[: sniffing.SNIFFED_BYTES], name or path)
    if words is not None:
        raise PictureError(f"It is {words}, not a picture. {sniffing.remedy(words)}".strip())
    return data, pictures.open_picture(data, limits)


def inspect(request: dict[str, Any], limits: Limits) -> Answer:
    """Size, format, content hash, and what near-duplicates are found by. The picture is decoded to its last row."""
    name = request["name"]
    data, image = open_checked(request["path"], limits, name)
    width, height = image.size
    kind = str(image.format)
    ending = os.path.splitext(name)[1].lower()
    pictures.load(image, smallest=looking.INPUT_SIDE)
    found = [
        *pictures.notes(image),
        *([pictures.MISNAMED] if ending not in ("", *ENDINGS.get(kind, (ending,))) else []),
    ]
    seen = looking.looked(pictures.upright_rgb(image), (width, height))
    header = {
        "width": width, "height": height, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
        "format": kind, "notes": found, "difference_hash": seen.difference_hash, "brightness": seen.brightness,
        "contrast": seen.contrast, "detail": seen.detail,
    }  # fmt: skip
    return header, seen.signature


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
    """A fresh JPEG without any metadata: places, names and hidden data stay behind."""
    size = int(request["size"])
    _, image = open_checked(request["path"], limits)
    pictures.load(image, smallest=size)
    upright = pictures.upright_rgb(image)
    scale = size / max(upright.size)
    if scale < 1:
        wide, high = (max(1, round(side * scale)) for side in upright.size)
        upright = upright.resize((wide, high), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(out, "JPEG", quality=85)
    return {}, out.getvalue()


OPERATIONS: dict[str, Callable[[dict[str, Any], Limits], Answer]] = {
    "inspect": inspect,
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
