"""Sample datasets that need no network: real scans and drawn flowers. It writes files and trains nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tl_core.data.samples.digits import write_digits
from tl_core.data.samples.garden import write_garden
from tl_core.errors import DataError

SAMPLES: dict[str, Callable[[Path], list[str]]] = {"digits": write_digits, "garden": write_garden}


def write_sample(name: str, out_dir: Path) -> list[str]:
    """Writes the sample as class folders into a new or empty folder; returns facts about it, as sentences.

    Raises DataError for an unknown name, or a folder that holds something.
    """
    if name not in SAMPLES:
        raise DataError(f"There is no sample called '{name}'.", f"Choose {' or '.join(SAMPLES)}.")
    if out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise DataError(f"'{out_dir}' is not empty; nothing was written.", "Name a new or an empty folder.")
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        return SAMPLES[name](out_dir)
    except OSError as error:
        raise DataError(f"'{out_dir}' cannot be written to ({error.strerror}).", "Name another folder.") from error
