"""What was found out of a run's model after its training, in the run's folder: RUN/insights/NAME.json. Torch-free.

Knows names and JSON. An answer belongs to one set of weights; of others it is not shown.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tl_core.platform import atomic_write_json

FOLDER = "insights"
VERSION = 1  # of what the answers mean
NAMES = ("learning_curve", "sturdiness", "looks")


def read_insight(run: Path, name: str, weights: str) -> dict[str, Any] | None:
    """None where it was never asked for, or of other weights, or by another version."""
    try:
        values = json.loads((run / FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(values, dict) or (values.get("weights"), values.get("version")) != (weights, VERSION):
        return None
    found = values.get("found")
    return found if isinstance(found, dict) else None


def write_insight(run: Path, name: str, weights: str, found: dict[str, Any]) -> None:
    """Atomically; the folder is made with the first."""
    (run / FOLDER).mkdir(exist_ok=True)
    values = {"version": VERSION, "weights": weights, "found": found}
    atomic_write_json(run / FOLDER / f"{name}.json", values)
