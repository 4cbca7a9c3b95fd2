"""The memory that is left, of a machine and of a container, from files as Linux writes them."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tl_core.memory import available_memory, container_memory


def group(folder: Path, *, limit: str, version: int) -> Path:
    names = ("memory.max", "memory.current", "memory.stat")
    idle, inside = "inactive_file", folder
    if version == 1:
        names, idle = ("memory.limit_in_bytes", "memory.usage_in_bytes", "memory.stat"), "total_inactive_file"
        inside = folder / "memory"
        inside.mkdir()
    for name, text in zip(names, (limit, "700", f"anon 500\n{idle} 150\nother 7\n"), strict=True):
        (inside / name).write_text(text + "\n")
    return folder


@pytest.mark.parametrize("version", [1, 2])
def test_a_container_leaves_what_it_may_take_less_what_it_takes_for_good(tmp_path: Path, version: int) -> None:
    assert available_memory(group(tmp_path, limit="1000", version=version)) == 1000 - 700 + 150


def test_without_a_limit_the_machine_says_it(tmp_path: Path) -> None:
    assert container_memory(tmp_path) is None
    assert container_memory(group(tmp_path, limit="max", version=2)) is None
    assert 0 < available_memory(tmp_path) <= psutil.virtual_memory().total


def test_a_container_that_is_full_leaves_nothing(tmp_path: Path) -> None:
    assert available_memory(group(tmp_path, limit="600", version=2)) == 50
    (tmp_path / "memory.max").write_text("100")
    assert available_memory(tmp_path) == 0
