"""Plain words for what the stages of a network see, by depth. A rule of thumb, not a measurement.

The ladder follows what visualisations of ImageNet networks show (Zeiler and Fergus, arXiv 1311.2901; Olah and others,
"Feature Visualization", distill.pub 2017).
"""

from __future__ import annotations

HEAD_TITLE = "your classes"
LADDER = (
    "edges and colours",
    "textures and simple patterns",
    "shapes and complex patterns",
    "parts of objects",
    "whole objects",
)


def titles(count: int) -> tuple[str, ...]:
    """Titles of `count` stages before the head, from the picture on; numbered where one serves several stages."""
    rungs = [_rung(index, count) for index in range(count)]
    return tuple(
        LADDER[rung] if rungs.count(rung) == 1 else f"{LADDER[rung]} {rungs[: index + 1].count(rung)}"
        for index, rung in enumerate(rungs)
    )


def _rung(index: int, count: int) -> int:
    if count == 1:
        return len(LADDER) - 1
    if count <= len(LADDER):
        return round(index * (len(LADDER) - 1) / (count - 1))
    return index * len(LADDER) // count
