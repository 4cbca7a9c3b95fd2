"""The ink of the charts: colours, and words at a place. Knows no figures."""

from __future__ import annotations

INK, FAINT = "#1f2937", "#d1d5db"


def text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK, size: int = 14) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{words}</text>'
