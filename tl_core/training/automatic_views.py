"""The automatic choices of how pictures are varied, in training and when answering: values and reasons.

Knows no choice that was made by hand but those that it hangs on, no tensor and no file.
"""

from __future__ import annotations

from tl_core.training.automatic import Situation

# Above this share of the work, remembering the frozen part saves more than augmentation brings.
MUCH_OF_THE_WORK = 0.3
AUGMENT_BELOW = 20_000


def auto_augment(situation: Situation) -> tuple[str, str]:
    share = situation.frozen_share
    if not situation.on_gpu and share >= MUCH_OF_THE_WORK:
        return "none", f"The frozen stages are {share:.0%} of the work; with unchanged pictures they run only once."
    if situation.train >= AUGMENT_BELOW:
        return "none", f"With {situation.train:,} pictures the network sees enough variety."
    return (
        "gentle",
        f"With {situation.train:,} pictures, slightly different crops of each keep it from learning by heart.",
    )


def auto_flips(augment: str) -> tuple[str, str]:
    if augment == "none":
        return "none", "Pictures stay as they are, so none is flipped."
    return (
        "horizontal",
        "Left and right are swapped at random, unless the network no longer knows the pictures then; "
        "choose 'none' for text and digits.",
    )


def auto_mixup() -> tuple[float, str]:
    return 0.0, "Pictures are not blended: that needs many epochs before it helps; 0.2 is a usual strength."


def auto_cutmix() -> tuple[float, str]:
    return 0.0, "No pieces are pasted in: that needs many epochs before it helps; 1 is the usual strength."


def auto_test_views() -> tuple[int, str]:
    return 1, "One look at each picture answers fastest; more looks help a little and take as many times longer."
