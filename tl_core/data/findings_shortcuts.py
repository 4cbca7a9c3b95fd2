"""Findings about what gives a class away without showing it: all grey, all of one size, one camera, one corner.

A network takes the easiest road to the answer (Geirhos et al. 2020, "Shortcut learning in deep neural networks",
doi:10.1038/s42256-020-00257-z). A property that nearly all pictures of a class have, and nearly no others, is such a
road. These are hints: whether it is the subject or an accident, only the person knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import NOTES, Columns
from tl_core.data.groups import DAY, is_named
from tl_core.data.index import Finding, ImageIndex
from tl_core.data.looking import COLOUR_SIDE, GREY_SIDE
from tl_core.data.names import listed

LEAST_PICTURES = 8  # of a class, and of all others
INSIDE, OUTSIDE = 0.9, 0.1  # shares of the class's own pictures and of the others that have the property
GREY_SPREAD = 3  # levels between the colours of a part; compression leaves as many in a grey picture
CORNER_SPREAD = 10.0  # grey levels around the class's own corner
SHOWN = 12  # pictures of a finding
CORNERS = {"top left": (0, 0), "top right": (0, -1), "bottom left": (-1, 0), "bottom right": (-1, -1)}
WORDS = {  # of classes that share it
    "grey": "are grey",
    "colour": "are in colour",
    "transparent": "are cut out on a transparent ground",
    "size": "have the same size",
    "format": "are of the same file format",
    "camera": "were taken with the same camera",
    "day": "were taken on the same day",
}
OWN = {  # of classes of which each has another one
    "size": "a size of their own",
    "format": "a file format of their own",
    "camera": "a camera of their own",
    "day": "a day of their own",
}


def shortcuts(index: ImageIndex) -> list[Finding]:
    """One finding for each property that gives classes away."""
    columns, found = index.columns, []
    if len(index.classes) < 2:
        return []
    for name, codes in _properties(columns):
        classes, values = _given_away(columns.label, codes, len(index.classes))
        if len(classes):
            is_shared = len(np.unique(values)) == 1
            found.append(_finding(index, classes, WORDS[name] if is_shared else "", OWN.get(name, "")))
    for corner, place in CORNERS.items():
        classes, levels = _corners_alike(columns, place, len(index.classes))
        if len(classes):
            is_shared = bool(np.ptp(levels) <= CORNER_SPREAD)
            alike = f"look the same in the {corner} corner" if is_shared else ""
            found.append(_finding(index, classes, alike, f"a {corner} corner of their own"))
    return found


def _finding(index: ImageIndex, classes: NDArray[np.int64], shared: str, own: str) -> Finding:
    """`shared`: what the classes have together; "" where each of them has `own`."""
    names = listed([index.classes[code] for code in classes])
    told = (
        f"Nearly all pictures of {names} {shared}, and hardly any others"
        if shared
        else f"{names} each have {own}, shared by nearly all their pictures and hardly any others"
    )
    each = max(1, SHOWN // len(classes))
    rows = np.concatenate([np.flatnonzero(index.columns.label == code)[:each] for code in classes[:SHOWN]])
    message = f"{told}: a network may learn that instead of the subject."
    return Finding("shortcut", "warning", message, tuple(index.columns.paths(rows)))


def _properties(columns: Columns) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Each property as a code for each picture, -1 where it is not known."""
    grey = _is_grey(columns.signature)
    yield "grey", _where(grey, 0)
    if len(columns.labels) > 2:  # of two classes, "a is grey" says it
        yield "colour", _where(~grey, 0)
    yield "transparent", _where(columns.notes & (1 << NOTES.index("transparent")) > 0, 0)
    yield "size", columns.width.astype(np.int64) << 32 | columns.height
    yield "format", _where(is_named(columns.formats)[columns.format], columns.format)
    yield "camera", _where(is_named(columns.cameras)[columns.camera], columns.camera)
    known = np.isfinite(columns.taken)
    yield "day", _where(known, np.where(known, columns.taken, 0) // DAY)


def _where(known: NDArray[np.bool_], codes: NDArray[Any] | int) -> NDArray[np.int64]:
    return np.where(known, codes, -1).astype(np.int64)


def _is_grey(signature: NDArray[np.uint8]) -> NDArray[np.bool_]:
    colours = signature[:, GREY_SIDE**2 :].reshape(len(signature), COLOUR_SIDE**2, 3)
    return np.asarray((colours.max(axis=2) - colours.min(axis=2) <= GREY_SPREAD).all(axis=1))


def _given_away(
    label: NDArray[np.int32], codes: NDArray[np.int64], classes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The classes of which nearly all pictures share a code that hardly any other picture has, and these codes."""
    values, value = np.unique(codes, return_inverse=True)
    sizes = np.bincount(label, minlength=classes)
    pairs, counts = np.unique(label.astype(np.int64) * len(values) + value, return_counts=True)
    owner, which = pairs // len(values), pairs % len(values)
    totals = np.bincount(value, minlength=len(values))
    inside = counts / sizes[owner]
    others = len(label) - sizes[owner]
    outside = (totals[which] - counts) / np.maximum(others, 1)
    enough = (sizes[owner] >= LEAST_PICTURES) & (others >= LEAST_PICTURES)
    given_away = enough & (values[which] >= 0) & (inside >= INSIDE) & (outside <= OUTSIDE)
    return owner[given_away], values[which[given_away]]


def _corners_alike(
    columns: Columns, place: tuple[int, int], classes: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The classes whose pictures have one grey level in a corner that hardly any other picture has (a background, a
    frame, a label or a watermark), and these levels.
    """
    greys = columns.signature[:, : GREY_SIDE**2].reshape(-1, GREY_SIDE, GREY_SIDE)
    level = greys[:, place[0], place[1]].astype(np.float64)
    ordered = np.sort(level)
    found, levels = [], []
    by_class = np.argsort(columns.label, kind="stable")
    for code, rows in enumerate(np.split(by_class, np.cumsum(np.bincount(columns.label, minlength=classes))[:-1])):
        others = len(level) - len(rows)
        if min(len(rows), others) < LEAST_PICTURES:
            continue
        own = level[rows]
        middle = float(np.median(own))
        near = np.abs(own - middle) <= CORNER_SPREAD
        low = np.searchsorted(ordered, middle - CORNER_SPREAD, side="left")
        high = np.searchsorted(ordered, middle + CORNER_SPREAD, side="right")
        if near.mean() >= INSIDE and (high - low - near.sum()) / others <= OUTSIDE:
            found.append(code)
            levels.append(middle)
    return np.array(found, dtype=np.int64), np.array(levels)
