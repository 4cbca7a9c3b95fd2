"""Names in a table: computed by no spreadsheet, and read back as they were."""

from __future__ import annotations

import pytest

from tl_core.data.cells import FORMULA_STARTS, cell_as_it_was, safe_cell


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-fox", "@x", "\t=x", "＝x", "'=x", "''=x"])
def test_what_a_spreadsheet_would_compute_is_marked_and_comes_back(name: str) -> None:
    assert safe_cell(name).startswith("'")
    assert not safe_cell(name).startswith(FORMULA_STARTS)
    assert cell_as_it_was(safe_cell(name)) == name


@pytest.mark.parametrize("name", ["fox", "'tis", "", "a=b", "fox-2", "'", "狐狸"])
def test_any_other_name_stays_as_it_is(name: str) -> None:
    assert safe_cell(name) == name
    assert cell_as_it_was(name) == name


def test_a_name_typed_without_its_mark_is_taken_as_it_stands() -> None:
    assert cell_as_it_was("=cmd()") == "=cmd()"
