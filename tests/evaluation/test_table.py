"""Answers as CSV: complete, in order, and no formula for a spreadsheet to run."""

from __future__ import annotations

import csv
import io

import pytest

from tl_core.data.index import Skipped
from tl_core.evaluation.predictor import Prediction
from tl_core.evaluation.table import answers_csv, plain_cell


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_row_for_each_picture_and_a_column_for_each_class_in_the_models_order():
    answers = [
        Prediction("猫/a, b.png", "dog", 0.75, {"dog": 0.75, "cat": 0.25}),
        Skipped("bad.png", "It is not a picture."),
    ]
    assert rows_of(answers_csv(answers, ("cat", "dog"))) == [
        ["path", "class", "probability", "problem", "cat", "dog"],
        ["猫/a, b.png", "dog", "0.750000", "", "0.250000", "0.750000"],
        ["bad.png", "", "", "It is not a picture.", "", ""],
    ]


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_a_name_that_a_spreadsheet_would_compute_is_made_text(name: str):
    answers = [Prediction(name, name, 1.0, {name: 1.0, "b": 0.0}), Skipped(name, name)]
    for row in rows_of(answers_csv(answers, (name, "b"))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝")) for cell in row)
    assert plain_cell(name) == "'" + name
    assert plain_cell("plain = name") == "plain = name"


def test_a_file_name_that_is_no_unicode_keeps_its_bytes():
    data = answers_csv([Skipped(b"\xff.png".decode("utf-8", "surrogateescape"), "x")], ("a", "b"))
    assert b"\xff.png" in data
