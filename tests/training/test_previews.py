"""What is shown of augmentation is what training makes, and TrivialAugment is torchvision's, change by change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_image
from small_training import digits_data, small_network, small_plan
from torchvision.transforms.v2 import functional as reference

from tl_core.data.tensors import to_batch
from tl_core.training import trivial
from tl_core.training.augment import NUMBERS_A_VIEW, STRENGTHS, Flips, augment
from tl_core.training.previews import VERSIONS, Variation, augmented
from tl_core.training.trainee import view_feed

PHOTOGRAPH = torch.from_numpy(load_sample_image("flower.jpg")[100:196, 150:246].copy()).permute(2, 0, 1)
PIXELS = PHOTOGRAPH[None].float()


def changed(change: Any, amount: float, sign: float = 1.0) -> torch.Tensor:
    return change(PIXELS, torch.tensor([amount]), torch.tensor([sign])).clamp(0, 255)[0]


@pytest.mark.parametrize(
    ("change", "amount", "sign", "theirs"),
    [
        (trivial.brightness, 0.5, -1.0, lambda p: reference.adjust_brightness(p, 1 - 0.99 * 0.5)),
        (trivial.colour, 0.5, -1.0, lambda p: reference.adjust_saturation(p, 1 - 0.99 * 0.5)),
        (trivial.contrast, 0.4, 1.0, lambda p: reference.adjust_contrast(p, 1 + 0.99 * 0.4)),
        (trivial.sharpness, 0.6, 1.0, lambda p: reference.adjust_sharpness(p, 1 + 0.99 * 0.6)),
        (trivial.posterised, 0.5, 1.0, lambda p: reference.posterize(p, 8 - 3)),
        (trivial.solarised, 0.5, 1.0, lambda p: reference.solarize(p, 127.5)),
        (trivial.stretched, 0.0, 1.0, reference.autocontrast),
        (trivial.equalised, 0.0, 1.0, reference.equalize),
        (trivial.turned, 0.2, 1.0, lambda p: reference.rotate(p.float(), 27.0, reference.InterpolationMode.BILINEAR)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_change_is_torchvisions_own(change: Any, amount: float, sign: float, theirs: Any) -> None:
    difference = (changed(change, amount, sign) - theirs(PHOTOGRAPH).float()).abs()
    assert float(difference.mean()) < 1.5
    assert float(difference.quantile(0.95)) < 4.0
    assert float((changed(change, amount, sign) - PIXELS[0]).abs().mean()) > 0.5


def test_every_kind_of_change_is_drawn_and_each_picture_has_its_own() -> None:
    count = 40 * len(trivial.CHANGES)
    numbers = np.random.default_rng(0).random((count, 3), dtype=np.float32)
    kinds = (numbers[:, 0] * len(trivial.CHANGES)).astype(np.int64)
    assert set(kinds.tolist()) == set(range(len(trivial.CHANGES)))
    few = np.random.default_rng(1).random((6, 3), dtype=np.float32)
    together = trivial.one_change(PIXELS.expand(6, -1, -1, -1), few)
    for row in range(6):
        assert torch.equal(together[row], trivial.one_change(PIXELS, few[row : row + 1])[0])


@pytest.mark.parametrize("amount", [0.0, 1.0])
@pytest.mark.parametrize("change", trivial.CHANGES)
def test_the_weakest_and_the_strongest_change_still_give_pixels(change: Any, amount: float) -> None:
    for sign in (-1.0, 1.0):
        pixels = changed(change, amount, sign)
        assert torch.isfinite(pixels).all()
    flat = torch.full((1, 3, 16, 16), 77.0)
    assert torch.isfinite(change(flat, torch.tensor([amount]), torch.tensor([1.0]))).all()


def test_upside_down_views_come_only_where_both_flips_were_chosen() -> None:
    square = PHOTOGRAPH.permute(1, 2, 0).numpy()[None]
    still = np.full((1, NUMBERS_A_VIEW), 0.5, dtype=np.float32)
    still[0, 0], still[0, 12] = 1.0, 0.1
    once = augment(square, still, STRENGTHS["gentle"], size=96, flips=Flips(True))
    both = augment(square, still, STRENGTHS["gentle"], size=96, flips=Flips(True, upside_down=True))
    assert np.array_equal(once, square)
    assert np.array_equal(both, square[:, ::-1])


@pytest.mark.parametrize("name", ["gentle", "strong", "trivial"])
def test_a_preview_is_what_training_sees_in_those_epochs(name: str) -> None:
    data = digits_data(3, 1)
    plan = small_plan(data, small_network(), freeze="none", augment=name, flips="both", seed=4)
    size = plan.preprocessing.image_size
    shown = augmented(data.squares[:3], data.content_hashes[:3], Variation(name, "both", seed=4), size=size)
    assert shown.shape == (VERSIONS, size, size, 3)
    feed = view_feed(plan, data, mirror=True)
    for version in range(VERSIONS):
        seen = feed(np.array([version % 3]), np.array([1 + version // 3]))
        cropped = type(plan.preprocessing)(**{**plan.preprocessing.to_dict(), "resize_size": size})
        torch.testing.assert_close(to_batch(shown[version : version + 1], cropped), seen)


def test_without_augmentation_a_preview_is_the_pictures_centre() -> None:
    data = digits_data(2, 1)
    shown = augmented(data.squares[:2], data.content_hashes[:2], Variation("none"), size=32)
    assert np.array_equal(shown[5], data.squares[1, 1:33, 1:33])


def test_blends_are_shown_too() -> None:
    data = digits_data(8, 1)
    plain, blends = (
        augmented(data.squares[:8], data.content_hashes[:8], Variation("none", mixup=mixup), size=32)
        for mixup in (0.0, 1.0)
    )
    assert sum(not np.array_equal(one, other) for one, other in zip(plain, blends, strict=True)) >= 4
