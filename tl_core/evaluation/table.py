"""Answers as a table that a spreadsheet opens: CSV, safe against names that a spreadsheet would take for formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from tl_core.data.index import Skipped
from tl_core.evaluation.predictor import Prediction

# What makes Excel, LibreOffice and Google's tables compute a cell: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# Halves of letters that stand for no byte of a file's name: a model's list of classes may hold them, UTF-8 cannot
_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def answers_csv(answers: Iterable[Prediction | Skipped], classes: Sequence[str]) -> bytes:
    """Path, class, probability, why there is no answer, and a column for each class; UTF-8 with Excel's mark.

    Behind the probability whether it is sure (yes or no), where the model can say that it does not know.
    """
    told = list(answers)
    may_doubt = any(isinstance(answer, Prediction) and answer.is_sure is not None for answer in told)
    sure = {None: "", True: "yes", False: "no"}
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    head = ["path", "class", "probability", *(["sure"] if may_doubt else []), "problem"]
    writer.writerow([*head, *(plain_cell(name) for name in classes)])
    for answer in told:
        if isinstance(answer, Skipped):
            empty = [""] * (len(head) - 2)
            writer.writerow([plain_cell(answer.path), *empty, plain_cell(answer.reason), *("" for _ in classes)])
        else:
            row = [plain_cell(answer.path), plain_cell(answer.label), f"{answer.probability:.6f}"]
            row += [sure[answer.is_sure]] if may_doubt else []
            writer.writerow([*row, "", *(f"{answer.scores[name]:.6f}" for name in classes)])
    return _HALVES.sub("\ufffd", text.getvalue()).encode("utf-8-sig", "surrogateescape")


def plain_cell(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would start to compute."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
