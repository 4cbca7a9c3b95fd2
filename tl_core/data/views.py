"""The looks that a model takes at one picture before it answers (test-time augmentation). Values only.

Kept with the model as names, so that training's score, Try, prediction and exports take the same looks.
"""

from __future__ import annotations

from dataclasses import dataclass

from tl_core.data.preprocessing import Preprocessing

CENTRE = "centre"
MIRRORED = "-mirrored"
# The further looks in the order in which they are added: the corners of the square that the centre is cut from.
CORNERS = {"top-left": (0, 0), "bottom-right": (1, 1), "top-right": (0, 1), "bottom-left": (1, 0)}


@dataclass(frozen=True, slots=True)
class View:
    """Where a look's square begins, in pixels from the top left, and whether left and right are swapped."""

    top: int
    left: int
    mirrored: bool


def view_names(preprocessing: Preprocessing, *, mirror: bool) -> tuple[str, ...]:
    """All looks that differ from each other, the plain one first; `mirror` where mirrored pictures show the same."""
    places = [CENTRE]
    if preprocessing.resize_size > preprocessing.image_size:
        places += CORNERS
    return tuple(name for place in places for name in ((place, place + MIRRORED) if mirror else (place,)))


def is_view(name: object) -> bool:
    return isinstance(name, str) and name.removesuffix(MIRRORED) in (CENTRE, *CORNERS)


def view_of(name: str, preprocessing: Preprocessing) -> View:
    """Raises KeyError for a name that is none of a look."""
    margin = preprocessing.resize_size - preprocessing.image_size
    place = name.removesuffix(MIRRORED)
    if place == CENTRE:
        return View(margin // 2, margin // 2, name.endswith(MIRRORED))
    down, right = CORNERS[place]
    return View(down * margin, right * margin, name.endswith(MIRRORED))
