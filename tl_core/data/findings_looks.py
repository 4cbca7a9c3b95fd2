"""Findings about single pictures: unreadable, tiny, blank, dark, thin, too finely drawn, changed, telling a place.

Judges the columns that `looking.py` filled; opens no picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import NOTES, Columns
from tl_core.data.counting import counted
from tl_core.data.index import Finding, ImageIndex, Severity, Skipped
from tl_core.data.layout import BESIDE, THERE_ALREADY
from tl_core.data.looking import COLOUR_SIDE, GREY_SIDE, INPUT_SIDE, LARGER_INPUT
from tl_core.data.names import looks_like_picture

TINY = 32  # pixels of the short side
BLANK = 1.0  # grey levels of standard deviation; a sheet with a hair on it has more, and so has a faint weave
ONE_COLOUR = 8  # levels between the colours of the corners; a red thing on a green one of the same grey has more
DARK, BRIGHT = 16.0, 244.0  # mean grey level ...
FAINT = 24.0  # ... of a picture with so little contrast; a lamp at night or ink on paper has more
THIN = 4.0  # long side / short side
LOST = 0.5  # share of the edges' energy that is gone at the network's input
LARGER_INPUTS = (LARGER_INPUT, 384, 448)  # pixels, offered where the pictures have more
CONVERSIONS = {
    "more than 8 bits": "with more than 8 bits a colour, scaled to 8",
    "CMYK": "in print colours (CMYK), turned into RGB",
    "transparent": "with transparency, put on white",
    "several frames": "with several frames or pages, of which the first was taken",
    "misnamed": "of another format than the name says; the content was believed",
    "turned": "turned upright, as the camera noted",
}


def unreadable(skipped: Sequence[Skipped]) -> list[Finding]:
    paths = tuple(item.path for item in skipped if looks_like_picture(item.path) and not _is_readable(item.reason))
    if not paths:
        return []
    message = f"{counted(len(paths), 'picture')} could not be used; the list of skipped files says why."
    return [Finding("unreadable", "warning", message, paths)]


def _is_readable(reason: str) -> bool:
    return reason in BESIDE or reason.startswith(THERE_ALREADY)


def of_looks(index: ImageIndex) -> list[Finding]:
    """Pictures in which a network sees little, in one finding of each kind."""
    columns = index.columns
    short = np.minimum(columns.width, columns.height)
    long = np.maximum(columns.width, columns.height)
    blank = (columns.contrast < BLANK) & (_colour_span(columns) < ONE_COLOUR)
    faint = ~blank & (columns.contrast < FAINT)
    found: list[tuple[str, Severity, str, NDArray[np.bool_]]] = [
        ("blank", "warning", "of one plain colour, or nearly: there is hardly anything to learn from", blank),
        ("dark", "note", "so dark that hardly anything shows", faint & (columns.brightness < DARK)),
        ("bright", "note", "so bright that hardly anything shows", faint & (columns.brightness > BRIGHT)),
        ("tiny", "note", f"below {TINY} pixels: a network sees little there", short < TINY),
        (
            "shape",
            "note",
            f"over {THIN:g} times as long as wide: the network sees the middle square",
            long > THIN * short,
        ),
    ]
    return [
        Finding(kind, severity, f"{counted(len(rows), 'picture')} {words}.", tuple(columns.paths(rows)))
        for kind, severity, words, which in found
        if len(rows := np.flatnonzero(which))
    ] + _detail(index)


def _colour_span(columns: Columns) -> NDArray[np.uint8]:
    """Between the least and the most of red, green or blue, whichever differs most, over the picture's coarse cells."""
    cells = columns.signature[:, GREY_SIDE * GREY_SIDE :].reshape(len(columns), COLOUR_SIDE * COLOUR_SIDE, 3)
    span: NDArray[np.uint8] = np.ptp(cells, axis=1).max(axis=1, initial=0)
    return span


def _detail(index: ImageIndex) -> list[Finding]:
    """Where fine marks vanish at the usual input; with the larger input that these pictures would bear."""
    columns = index.columns
    short = np.minimum(columns.width, columns.height)
    rows = np.flatnonzero((columns.detail >= LOST) & (short >= LARGER_INPUTS[0]))
    if not len(rows):
        return []
    typical = int(np.median(short[rows]))
    larger = max(side for side in LARGER_INPUTS if side <= typical)
    message = (
        f"{counted(len(rows), 'picture')} of about {typical:,} pixels with fine marks that are gone at the "
        f"{INPUT_SIDE} pixels a network usually sees. If such marks matter, choose an image size of {larger}."
    )
    return [Finding("detail", "note", message, tuple(columns.paths(rows)))]


def converted(index: ImageIndex) -> list[Finding]:
    return [
        Finding("converted", "note", f"{counted(len(paths), 'picture')} {words}.", paths)
        for note, words in CONVERSIONS.items()
        if (paths := _noted(index, note))
    ]


def placed(index: ImageIndex) -> list[Finding]:
    """Files are kept to the byte, so that a picture is known again by its content: what they tell is said instead."""
    paths = _noted(index, "place")
    if not paths:
        return []
    message = (
        f"{counted(len(paths), 'picture')} with the place of the shot inside (GPS). No thumbnail and no model gets "
        "it, but the files keep it: take it out before you pass them on."
    )
    return [Finding("place", "note", message, paths)]


def _noted(index: ImageIndex, note: str) -> tuple[str, ...]:
    return tuple(index.columns.paths(np.flatnonzero(index.columns.notes & (1 << NOTES.index(note)))))
