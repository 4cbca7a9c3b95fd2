"""The automatic choices of how pictures are varied, in training and when answering: values and reasons.

Knows no choice that was made by hand but those that it hangs on, no tensor and no file.
"""

from __future__ import annotations

import math

from tl_core.config import BOUNDS
from tl_core.training.automatic import Situation
from tl_core.training.freezing import last_of_prefix

# Above this share of the work, remembering the frozen part saves more than augmentation brings.
MUCH_OF_THE_WORK = 0.3
AUGMENT_BELOW = 20_000
# So many varied views of each picture are kept, where there is room: all of them may take half of what rows may.
VIEWS, SHARE_FOR_VIEWS = 4, 0.5
MOST_VIEWS = int(BOUNDS["cached_views"][1])
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
    share = situation.frozen_share
    if situation.on_gpu:
        return 0, "Every epoch has new views: a graphics card runs the frozen stages fast enough."
    if share < MUCH_OF_THE_WORK:
        return 0, f"Every epoch has new views: the frozen stages are only {share:.0%} of the work."
    fitting = fitting_views(situation, SHARE_FOR_VIEWS)
    if not fitting:
        size = f"{view_bytes(situation) / GIGABYTE:.1f}"
        return 0, f"Every epoch has new views: the disk has no room for {size} GB, which each kept view would take."
    count = min(VIEWS, fitting, epochs)
    return count, (
        f"{count} views of every picture take turns, so that the frozen stages run {count} times a picture "
        f"in {epochs} epochs."
    )


def views_that_fit(situation: Situation, wanted: int) -> tuple[int, str]:
    """As many of the kept views that were asked for as the cache may hold, and why where they are fewer."""
    fitting = fitting_views(situation, 1.0)
    if wanted <= fitting:
        return wanted, ""
    room, size = (situation.facts.cache_bytes or 0) / GIGABYTE, view_bytes(situation) / GIGABYTE
    return fitting, (
        f"cached_views '{wanted}' becomes {fitting}: each kept view takes {size:.1f} GB, and {room:.1f} GB may be kept "
        "(--cache-gb)."
    )


def fitting_views(situation: Situation, share: float) -> int:
    """How many views fit into this share of what may be kept; where nobody knows that, as many as there may be."""
    room = situation.facts.cache_bytes
    return MOST_VIEWS if room is None else int(room * share // max(view_bytes(situation), 1))


def too_much_to_keep(situation: Situation) -> str:
    """Why what the frozen stages say of all pictures is not kept, or "" where there is room for it."""
    room, needed = situation.facts.cache_bytes, (situation.train + judging(situation)) * row_bytes(situation)
    if room is None or needed <= room:
        return ""
    return (
        f"The frozen stages run at every step: what they say of all pictures would take {needed / GIGABYTE:.1f} GB, "
        f"and {room / GIGABYTE:.1f} GB may be kept (--cache-gb)."
    )


def keeps_judging(situation: Situation) -> bool:
    """Whether there is room for what the frozen stages say of the pictures that judge, which never vary."""
    room = situation.facts.cache_bytes
    return room is None or judging(situation) * row_bytes(situation) <= room


def judging(situation: Situation) -> int:
    return situation.facts.pictures.get("val", 0)


def view_bytes(situation: Situation) -> int:
    """What the frozen stages say of one view of all training pictures, as it is kept."""
    return situation.train * row_bytes(situation)


def row_bytes(situation: Situation) -> int:
    """Of one picture, at the largest of the cuts that stages which thaw later lead to."""
    shapes = {stage.name: stage.output_shape for stage in situation.facts.stages}
    learning, cuts = set(situation.freezing.trained), [situation.freezing.cut]
    for _, stage in sorted(situation.freezing.thaws):
        learning.add(stage)
        cuts.append(last_of_prefix(list(shapes), sorted(learning)))
    numbers = max((math.prod(shapes[cut]) for cut in cuts if cut is not None), default=0)
    return numbers * (2 if situation.facts.device.native_bf16 else 4)


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
