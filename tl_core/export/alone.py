"""Says what is on pictures: `python predict.py PICTURE_OR_FOLDER...`, with model.onnx in the same folder.

Needs onnxruntime, numpy and pillow, nothing else. Prints what `python -m tl_core predict --json` prints.
"""

import io
import json
import math
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy
import onnxruntime
from PIL import Image, ImageCms, ImageOps

DAMAGED = (OSError, ValueError, SyntaxError, TypeError, LookupError, RuntimeError)  # what Pillow raises on odd bytes


def upright_rgb(image: Any) -> Any:
    """8-bit sRGB, turned as the camera was held, transparency on white, first frame: as in training."""
    with suppress(*DAMAGED):  # a broken EXIF block does not cost the picture
        image = ImageOps.exif_transpose(image)
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        return eight_bits(image).convert("RGB")
    if image.has_transparency_data:
        profile, clear = profile if image.mode == "RGBA" else None, image.convert("RGBA")
        image = Image.new("RGB", clear.size, (255, 255, 255))
        image.paste(clear, mask=clear.getchannel("A"))
    if profile and image.mode in ("RGB", "CMYK"):
        with suppress(ImageCms.PyCMSError, *DAMAGED):  # a broken profile is dropped, as every viewer does
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if image.mode != "RGB" or "srgb" not in ImageCms.getProfileDescription(source).lower():
                image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return image.convert("RGB")


def eight_bits(image: Any) -> Any:  # 16-bit values by 1/257, floats by their range
    values, mode = image.convert("F"), image.mode
    low, high = values.getextrema()
    scale = 255 / ((high - low) or 1.0)
    offset = -low * scale
    if low >= 0 and (mode.startswith("I;16") or (mode == "I" and high <= 65535)):
        scale, offset = 1 / 257, 0.0
    elif low >= 0 and high <= 255:
        scale, offset = 255.0 if mode == "F" and high <= 1 else 1.0, 0.0
    return values.point(lambda value: value * scale + (offset + 0.5)).convert("L")


def answer(path: str, session: Any, about: Any) -> dict[str, Any]:
    image = Image.open(path, formats=("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"))
    if min(image.size) >= 4 * about["smallest"]:  # a large JPEG is decoded at a fraction of its size
        image.draft(None, (math.ceil(2 * about["smallest"]),) * 2)
    (row,) = session.run(None, {"picture": numpy.asarray(upright_rgb(image))})
    scores = {about["classes"][place]: float(row[place]) for place in numpy.argsort(-row, kind="stable")}
    label, rule, watched = next(iter(scores)), about["rule"], about["rule"].get("watched_class")
    if watched:  # the class that must not be missed
        label = watched if scores[watched] >= rule["watched_from"] else next(one for one in scores if one != watched)
    sure = {"sure": label == watched or scores[label] >= rule["unsure_below"]} if rule["unsure_below"] else {}
    return {"path": path, "class": label, "probability": scores[label], **sure, "scores": scores}


def main(words: list[str]) -> None:
    session = onnxruntime.InferenceSession(
        str(Path(__file__).parent / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    about = json.loads(session.get_modelmeta().custom_metadata_map["thaw"])
    for word in map(Path, words):
        for file in sorted(filter(Path.is_file, word.rglob("[!.]*"))) if word.is_dir() else [word]:
            try:
                print(json.dumps(answer(str(file), session, about)), flush=True)
            except (*DAMAGED, Image.DecompressionBombError) as error:
                print(json.dumps({"kind": "skipped", "path": str(file), "reason": str(error)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
