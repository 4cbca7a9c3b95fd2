"""Cells of a table that a spreadsheet opens: a name must not be computed. Knows no table."""

from __future__ import annotations

# What makes Excel, LibreOffice and Google's tables compute a cell: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK = "'"


def safe_cell(text: str) -> str:
    """With an apostrophe more where a spreadsheet would start to compute; `cell_as_it_was` takes it away again."""
    return MARK + text if text.lstrip(MARK).startswith(FORMULA_STARTS) else text


def cell_as_it_was(text: str) -> str:
    """Also of a table in which somebody has typed such a name without the apostrophe."""
    is_marked = text.startswith(MARK) and text.lstrip(MARK).startswith(FORMULA_STARTS)
    return text.removeprefix(MARK) if is_marked else text
