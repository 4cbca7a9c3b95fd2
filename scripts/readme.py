"""Writes the parts of README.md that are known better elsewhere: settings, results, the tree. A test holds them equal.

`python -m scripts.readme` rewrites them in place.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from benchmarks.results_table import results_part
from tl_core.config import BOUNDS, CHOICES
from tl_ui.controls import CONTROLS
from tl_ui.words import words_for

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
ROOMS = ("tl_core", "tl_ui", "assets", "benchmarks", "scripts", "tests")
OWN_VALUES = {
    "backbone": "a name of timm, or torchvision/NAME",
    "freeze": "all, none, or a stage",
    "train_stages": "stages, with commas between",
    "start": "pretrained, scratch, a run or a model",
    "weights": "a .safetensors or .pth file",
    "gradual": "EPOCH:STAGE, with commas between",
    "part": "left,top,right,bottom as shares from 0 to 1",
    "name": "text",
}


def settings_table() -> str:
    """One row for each field of RunConfig, in the order of the screen."""
    words = words_for("en")
    rows = ["| Name | On the screen | Values | What it is |", "|---|---|---|---|"]
    for control in CONTROLS:
        help_line = words(control.help_key).replace("|", "\\|")
        rows.append(f"| `{control.field}` | {words(control.label_key)} | {_values(control.field)} | {help_line} |")
    return "\n".join(rows)


def _values(field: str) -> str:
    if field in OWN_VALUES:
        return OWN_VALUES[field]
    if field in CHOICES:
        return ", ".join(CHOICES[field])
    low, high = BOUNDS[field]
    return f"{low:g} to {high:,.0f}" if high >= 1000 else f"{low:g} to {high:g}"


def tree() -> str:
    """Every source file with the first sentence of its docstring."""
    lines = ["```"]
    for room in ROOMS:
        lines.append(f"{room}/")
        for path in sorted(_sources(ROOT / room)):
            depth = len(path.relative_to(ROOT).parts) - 1
            lines.append(
                f"{'  ' * depth}{path.relative_to(ROOT / room).as_posix():<38} {_first_sentence(path)}".rstrip()
            )
    return "\n".join([*lines, "```"])


def _sources(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*.py") if path.name != "__init__.py" or _first_sentence(path)]
    return [*found, *folder.rglob("*.js")]


def _first_sentence(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        said = text.partition("\n")[0].removeprefix("//").strip()
    else:
        said = ast.get_docstring(ast.parse(text)) or ""
    sentence = re.split(r"(?<=[.;:])\s", " ".join(said.split()), maxsplit=1)[0]
    return sentence.rstrip(".;:")


def filled(text: str) -> str:
    """README.md with these parts as they should be."""
    for name, part in (("settings", settings_table()), ("results", results_part()), ("tree", tree())):
        start, end = f"<!-- {name}: written by scripts/readme.py -->", f"<!-- end of {name} -->"
        before, _, rest = text.partition(start)
        after = rest.partition(end)[2]
        text = f"{before}{start}\n{part}\n{end}{after}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
