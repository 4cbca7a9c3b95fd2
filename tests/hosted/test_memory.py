"""The screen's process does not grow with the pages that are opened. Long: it opens several hundred."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.hosted import measure_memory, server

LOADS = 400
GROWTH_MEGABYTES = 40.0


@pytest.mark.long
def test_opening_pages_leaves_no_memory_behind(tmp_path: Path) -> None:
    with server(tmp_path / "workspace") as (port, process):
        told = measure_memory(port, process, LOADS, warm=600)
    assert told["grown_megabytes"] < GROWTH_MEGABYTES, told
