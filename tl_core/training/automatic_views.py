"""The automatic choices of how pictures are varied, in training and when answering: values and reasons.

Knows no choice that was made by hand but those that it hangs on, no tensor and no file.
"""

from __future__ import annotations

import math

from tl_core.training.automatic import Situation

# Above this share of the work, remembering the frozen part saves more than augmentation brings.
MUCH_OF_THE_WORK = 0.3
AUGMENT_BELOW = 20_000
# So many varied views of each picture are kept, where there is room: all of them may take half of what rows may.
VIEWS, SHARE_FOR_VIEWS = 4, 0.5
GIGABYTE = 1e9


def auto_augment(situation: Situation, cached_views: int | None = None) -> tuple[str, str]:
    """`cached_views` as chosen by hand: who wants views wants them varied."""
    share = situation.frozen_share
    if cached_views:
        return "gentle", "Kept views are slightly different crops of each picture."
    if not situation.on_gpu and share >= MUCH_OF_THE_WORK:
        return "none", f"The frozen stages are {share:.0%} of the work; with unchanged pictures they run only once."
    if situation.train >= AUGMENT_BELOW:
        return "none", f"With {situation.train:,} pictures the network sees enough variety."
    return (
        "gentle",
        f"With {situation.train:,} pictures, slightly different crops of each keep it from learning by heart.",
    )


def auto_cached_views(situation: Situation, epochs: int) -> tuple[int, str]:
    """Where pictures are varied and what the frozen stages say of them can be kept."""
    share, bytes_a_view = situation.frozen_share, view_bytes(situation)
    if situation.on_gpu:
        return 0, "Every epoch has new views: a graphics card runs the frozen stages fast enough."
    if share < MUCH_OF_THE_WORK:
        return 0, f"Every epoch has new views: the frozen stages are only {share:.0%} of the work."
    room = situation.facts.cache_bytes
    fitting = VIEWS if room is None else int(room * SHARE_FOR_VIEWS // max(bytes_a_view, 1))
    if not fitting:
        size = f"{bytes_a_view / GIGABYTE:.1f}"
        return 0, f"Every epoch has new views: the disk has no room for {size} GB, which each kept view would take."
    count = min(VIEWS, fitting, epochs)
    return count, (
        f"{count} views of every picture take turns, so that the frozen stages run {count} times a picture "
        f"in {epochs} epochs."
    )


def view_bytes(situation: Situation) -> int:
    """What the frozen stages say of one view of all training pictures, as it is kept."""
    shapes = {stage.name: stage.output_shape for stage in situation.facts.stages}
    numbers = math.prod(shapes.get(situation.freezing.cut or "", ()))
    return situation.train * numbers * (2 if situation.facts.device.native_bf16 else 4)


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
