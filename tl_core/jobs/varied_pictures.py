"""What the assistant shows of augmentation: a few of a person's pictures, varied as a training would vary them.

Knows requests and answers; how a picture is varied, `training.previews` knows. The decoding child opens the pictures.
"""

from __future__ import annotations

import base64
import hashlib
import io
from pathlib import Path
from typing import Any

from tl_core.config import RunConfig, part_of
from tl_core.data.decoder import ItemDecoder, Problem
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import DataError

USUAL_SIZE, CROP_SHARE = 224, 0.875  # what most networks take, and how much of the square they see
JPEG_QUALITY = 85
MOST_PICTURES = 8
Request = dict[str, Any]


def varied_pictures(decoder: ItemDecoder, request: Request) -> dict[str, Any]:
    """`pictures` (paths) and the choices `augment`, `flips`, `mixup`, `cutmix`, `image_size`, `part` and `seed`.

    The answer's `pictures` are eight JPEG files in base64, made of the first eight at most. What is left out is gentle
    augmentation with left and right flips. Raises ConfigError for choices that are none, DataError where no picture can
    be opened.
    """
    from PIL import Image

    from tl_core.training.previews import Variation, augmented

    names = ("augment", "flips", "mixup", "cutmix", "image_size", "part", "seed")
    config = RunConfig.from_dict({name: request[name] for name in names if request.get(name) is not None})
    size = config.image_size or USUAL_SIZE
    how = Variation(
        augment=config.augment or "gentle",
        flips=config.flips or "horizontal",
        mixup=config.mixup or 0.0,
        cutmix=config.cutmix or 0.0,
        seed=config.seed,
    )
    squares, hashes = _opened(decoder, request["pictures"], size, part_of(config.part))
    return {"pictures": [_jpeg(Image.fromarray(view)) for view in augmented(squares, hashes, how, size=size)]}


def _opened(
    decoder: ItemDecoder, pictures: list[str], size: int, part: tuple[float, float, float, float] | None
) -> tuple[Any, list[str]]:
    """Squares (n, s, s, 3) of the pictures that can be opened, and the hashes of their files."""
    import numpy as np

    paths = [Path(picture) for picture in pictures[:MOST_PICTURES]]
    whole = Preprocessing(size, round(size / CROP_SHARE), "bicubic", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), part=part)
    found = {index: item for index, item in decoder.squares(paths, whole) if not isinstance(item, Problem)}
    if not found:
        raise DataError("None of these pictures can be opened.", "Choose others.")
    order = sorted(found)  # they come as they are ready
    hashes = [hashlib.sha256(paths[index].read_bytes()).hexdigest() for index in order]
    return np.stack([found[index] for index in order]), hashes


def _jpeg(picture: Any) -> str:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY)
    return base64.b64encode(file.getvalue()).decode()
