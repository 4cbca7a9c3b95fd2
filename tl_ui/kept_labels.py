"""Labels that looked wrong and that a person found right, by their pictures' contents: a file in the run's folder.

Knows no picture; a damaged file holds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tl_core.platform import atomic_write_json

KEPT_LABELS = "kept_labels.json"


def read_kept_labels(run: Path) -> frozenset[str]:
    try:
        values = json.loads((run / KEPT_LABELS).read_bytes())
    except (OSError, ValueError):
        return frozenset()
    return frozenset(one for one in values if isinstance(one, str)) if isinstance(values, list) else frozenset()


def write_kept_labels(run: Path, contents: Iterable[str]) -> None:
    atomic_write_json(run / KEPT_LABELS, sorted(contents))
