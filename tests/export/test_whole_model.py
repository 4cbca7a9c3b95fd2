"""The graph that exports hold: Pillow's resizing and Thaw's looks to the last bit, for pictures of any size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from tests.export.models import small_config, small_network
from tl_core.data.pictures import square
from tl_core.data.preprocessing import Preprocessing
from tl_core.evaluation.predictor import Predictor
from tl_core.export.whole_model import WholeModel, resized

SIZES = [(97, 131), (300, 200), (28, 28), (7, 301), (301, 7), (256, 224), (640, 853)]
PARTS = [None, (0.05, 0.301, 0.75, 1.0), (0.999, 0.0, 1.0, 0.001)]


def picture(width: int, height: int) -> Image.Image:
    """Soft shapes with noise on them: values that come near each rounding."""
    numbers = np.random.default_rng(width * 1000 + height)
    shape = (max(2, height // 8), max(2, width // 8), 3)
    soft = Image.fromarray(numbers.integers(0, 256, shape, dtype=np.uint8)).resize((width, height))
    noisy = np.asarray(soft).astype(int) + numbers.integers(-20, 21, (height, width, 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_the_square_has_the_very_pixels_that_pillow_makes(interpolation: str, part):
    how = Preprocessing(56, 64, interpolation, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), part=part)
    for width, height in SIZES:
        image = picture(width, height)
        found = resized(torch.from_numpy(np.array(image)), how)
        wanted = np.asarray(square(image, how)).transpose(2, 0, 1)
        assert np.array_equal(found.numpy(), wanted), f"{width} x {height}"


@pytest.mark.parametrize(
    ("part", "views"),
    [
        (None, ("centre",)),
        ((0.05, 0.301, 0.75, 1.0), ("centre", "centre-mirrored", "top-left", "bottom-right-mirrored", "top-right")),
    ],
)
def test_the_whole_answers_as_the_predictor_does(part, views: tuple[str, ...]):
    network = small_network()
    how = replace(network.preprocessing, part=part, resize_size=73)
    config = small_config(network, preprocessing=how, temperature=1.7, views=views)
    whole, predictor = WholeModel(network.module, config).eval(), Predictor(config, network.module, "cpu")
    for width, height in SIZES[:4]:
        image = picture(width, height)
        with torch.inference_mode():
            found = whole(torch.from_numpy(np.array(image))).numpy()
        (wanted,) = predictor.probabilities(np.asarray(square(image, how))[None])
        assert found == pytest.approx(wanted, abs=1e-6)
