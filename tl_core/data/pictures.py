"""Turns an opened Pillow image into upright 8-bit sRGB on white, and into a network's square. Pure Pillow.

It knows no file, no process and no tensor. Raises PictureError with the reason in words.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
from typing import Any

from PIL import ExifTags, Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

# Imported for the opener that each registers; Image.init() would load forty old parsers.
from PIL import (  # isort: skip
    AvifImagePlugin as _avif,  # noqa: F401
    BmpImagePlugin as _bmp,  # noqa: F401
    GifImagePlugin as _gif,  # noqa: F401
    JpegImagePlugin as _jpeg,  # noqa: F401
    PngImagePlugin as _png,  # noqa: F401
    TiffImagePlugin as _tiff,  # noqa: F401
    WebPImagePlugin as _webp,  # noqa: F401
)

from tl_core.data.headers import FORMATS
from tl_core.data.limits import Limits
from tl_core.data.preprocessing import Preprocessing

LATITUDE = 2  # tag in the EXIF's table of places
FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
WHITE = (255, 255, 255)
MISNAMED = "misnamed"
# What Pillow raises on damaged bytes, seen over its own corpus of crashes and timeouts.
DAMAGED = (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, EOFError,
           AttributeError, AssertionError, struct.error, Image.DecompressionBombError)  # fmt: skip
DAMAGED_PROFILE = (ImageCms.PyCMSError, *DAMAGED)


class PictureError(Exception):
    """A picture cannot be used; the reason is in words, the file's name is the caller's to add."""


def open_picture(data: bytes, limits: Limits) -> ImageFile.ImageFile:
    """Opens the header only, by content, from the allowed formats, and holds the limits on size and shape."""
    try:
        image = _open(data)
    except Image.DecompressionBombError:
        raise PictureError(_too_many(limits)) from None
    except UnidentifiedImageError:
        raise PictureError("It is not a picture that can be read (JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF).") from None
    except DAMAGED as error:
        raise PictureError(f"Its header is damaged ({_short(error)}).") from None
    check_size(*image.size, limits)
    return image


def check_size(width: int, height: int, limits: Limits) -> None:
    """Raises PictureError for a picture that is too big, too small or too thin."""
    short, long = min(width, height), max(width, height)
    if width * height > limits.pixels or long > limits.side:
        raise PictureError(_too_many(limits))
    if short < limits.shortest_side:
        raise PictureError(f"It is {width} x {height} pixels, too small to show anything.")
    if long > limits.aspect * short:
        raise PictureError(f"It is {width} x {height} pixels, too thin a strip to be a picture.")


def _too_many(limits: Limits) -> str:
    return (
        f"It has more pixels than are read: {limits.pixels / 1e6:g} million in all, {limits.side:,} on a side. "
        "Make it smaller."
    )


def _open(data: bytes) -> ImageFile.ImageFile:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except ValueError as error:
        if "too large" not in str(error):
            raise
    # An oversized colour profile: Pillow drops it only while this flag is up. It is down again before decoding.
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def load(image: ImageFile.ImageFile, smallest: float | None = None) -> None:
    """Decodes the first frame. A JPEG is decoded at a fraction of its size that keeps twice `smallest` pixels."""
    try:
        if smallest is not None and min(image.size) >= 4 * smallest:
            side = math.ceil(2 * smallest)
            image.draft(None, (side, side))
        image.load()
    except DAMAGED as error:
        raise PictureError(f"Its pixels are damaged or cut off ({_short(error)}). Send it again.") from None


def smallest_for(preprocessing: Preprocessing) -> float:
    """The short side of a whole picture whose part still fills the square, whichever way the picture was held."""
    left, top, right, bottom = preprocessing.part or (0.0, 0.0, 1.0, 1.0)
    return preprocessing.resize_size / min(right - left, bottom - top)


def upright_rgb(image: Image.Image) -> Image.Image:
    """Mode RGB, 8 bit, sRGB, turned as the camera was held, transparency on white, first frame."""
    try:
        return _to_rgb(_turned(image))
    except DAMAGED as error:
        raise PictureError(f"Its colours cannot be read ({_short(error)}).") from None


def square(image: Image.Image, preprocessing: Preprocessing) -> Image.Image:
    """The centre square of `resize_size` of an upright RGB picture's part, its short side resized to that first."""
    size = preprocessing.resize_size
    if preprocessing.part is not None:
        image = image.crop(preprocessing.box(*image.size))
    width, height = image.size
    short = min(width, height)
    # torchvision's and timm's rule: the short side is exact, the long one is cut to a whole number
    wide, high = int(size * width / short), int(size * height / short)
    resized = image.resize((wide, high), FILTERS[preprocessing.interpolation])
    left, top = (wide - size) // 2, (high - size) // 2
    return resized.crop((left, top, left + size, top + size))


def thumbnail(upright: Image.Image, size: int) -> bytes:
    """A JPEG whose long side is at most `size`, without any metadata: places, names and hidden data stay behind."""
    scale = size / max(upright.size)
    if scale < 1:
        wide, high = (max(1, round(side * scale)) for side in upright.size)
        upright = upright.resize((wide, high), Image.Resampling.BICUBIC, reducing_gap=1.0)
    out = io.BytesIO()
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(out, "JPEG", quality=85)
    return out.getvalue()


def notes(image: Image.Image) -> tuple[str, ...]:
    """What upright_rgb will change about this loaded picture, and leave behind, as words of a closed list."""
    found = []
    if image.mode.startswith(("I", "F")):
        found.append("more than 8 bits")
    if image.mode == "CMYK":
        found.append("CMYK")
    if image.has_transparency_data:
        found.append("transparent")
    if _has_more_frames(image):
        found.append("several frames")
    if _orientation(image) not in (None, 1):
        found.append("turned")
    if _has_place(image):
        found.append("place")
    return tuple(found)


def _has_more_frames(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except DAMAGED:  # the first frame is read; what follows it does not matter
        return False


def _orientation(image: Image.Image) -> Any:
    try:
        return image.getexif().get(0x0112)
    except DAMAGED:
        return None


def _has_place(image: Image.Image) -> bool:
    """Whether its EXIF block says at which latitude it was taken."""
    try:
        return LATITUDE in image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    except DAMAGED:
        return False


def _turned(image: Image.Image) -> Image.Image:
    if _orientation(image) in (None, 1):
        return image
    try:
        return ImageOps.exif_transpose(image)
    except DAMAGED:  # a broken EXIF block: the pixels are still right, only how the camera was held is unknown
        return image


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image).convert("RGB")
    if image.has_transparency_data:
        return _on_white(image)
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK"):
        return _to_srgb(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    clear = image.convert("RGBA")
    ground = Image.new("RGB", clear.size, WHITE)
    ground.paste(clear, mask=clear.getchannel("A"))
    profile = image.info.get("icc_profile")
    return _to_srgb(ground, profile) if profile and image.mode == "RGBA" else ground


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit values by 1/257 (Pillow's own convert would cut them off at 255); floats by their range."""
    values = image.convert("F")
    low, high = (float(value) for value in values.getextrema() if not isinstance(value, tuple))
    if image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and high <= 65535):
        scale, offset = 1 / 257, 0.0
    elif image.mode == "F" and low >= 0 and high <= 1:
        scale, offset = 255.0, 0.0
    elif low >= 0 and high <= 255:
        scale, offset = 1.0, 0.0
    else:
        scale = 255 / ((high - low) or 1.0)
        offset = -low * scale
    return values.point(lambda value: value * scale + (offset + 0.5)).convert("L")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """By the picture's colour profile; a broken profile is dropped, as every viewer does."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower() and image.mode == "RGB":
            return image
        changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except DAMAGED_PROFILE:
        changed = None
    return changed if changed is not None else image.convert("RGB")


def quiet() -> None:
    """Pillow's warnings about odd files are answered by the reasons above."""
    warnings.simplefilter("ignore")


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 80 else text[:77] + "..."
