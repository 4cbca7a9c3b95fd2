"""Every sentence that stands in the core's and the screen's files has its template in Chinese."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.test_said import in_chinese

ROOT = Path(__file__).resolve().parents[2]
# what only the command line, or whoever starts the server, can meet
OFF_SCREEN = ("splits.py", "listening.py", "rundir.py", "workspace.py", "following.py", "server.py")


def spoken(path: Path) -> Iterator[str]:
    """The sentences that a file gives to an error, a warning or a skipped file, with "Xx" where a value stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: _text(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        name = getattr(getattr(node, "func", None), "id", "")
        if isinstance(node, ast.Call) and name in SPEAKERS:
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            texts = [constants.get(item.id, "") if isinstance(item, ast.Name) else _text(item) for item in given]
            yield from (text for text in texts if text.endswith(".") and text != FULL)


SPEAKERS = ("DataError", "RunError", "TrainingError", "WeightsError", "PictureError", "EntryDamaged", "Warned")
SPEAKERS += ("NotFoundError", "RefusedError", "TooLargeError", "Skipped", "ConfigError", "NotYetError", "Failed")
SPEAKERS += ("QuotaError", "BundleError")


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join("Xx" if isinstance(part, ast.FormattedValue) else _text(part) for part in node.values)
    return ""


FULL = "The disk is fullXx."  # the value is empty, or a path in brackets with a space before it
FILES = [
    path
    for folder in ("tl_core/caching", "tl_core/data", "tl_core/training", "tl_core/backbones", "tl_core/jobs", "tl_ui")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path.name not in OFF_SCREEN and "samples" not in path.parts
]
FILES += [
    ROOT / "tl_core" / "export" / name for name in ("checking.py", "onnx_file.py", "receiving.py", "whole_model.py")
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_file_says_to_a_person_has_a_template(path: Path) -> None:
    for text in spoken(path):
        in_chinese(text)
