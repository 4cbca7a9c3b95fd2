"""A worker in reserve is made only where there is memory for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tl_core.jobs.assistant_address import AssistantFiles
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.reserve_room import LEFT_BYTES, WORKER_BYTES, has_room, kept_in
from tl_core.jobs.workspace import Workspace

NEEDED = WORKER_BYTES + LEFT_BYTES


@pytest.mark.parametrize(("free", "is_enough"), [(NEEDED, True), (NEEDED - 1, False), (0, False)])
def test_the_worker_and_something_for_everybody_else_has_to_fit(free: int, is_enough: bool) -> None:
    assert has_room(lambda: free) is is_enough


def test_where_memory_is_short_no_worker_is_made_for_a_screen(tmp_path: Path) -> None:
    workspace, asked = Workspace(tmp_path), []

    def little() -> int:
        asked.append(True)
        return NEEDED - 1

    keeper = kept_in(workspace, niceness=0, available=little)
    ourselves = ProcessIdentity.of(os.getpid())
    assert ourselves is not None
    try:
        keeper.keep_for(ourselves)
        keeper.look()
        assert asked
        assert not keeper.is_loading
        assert not keeper.is_ready
        assert not AssistantFiles(workspace.assistant).reserve_log.exists()
    finally:
        keeper.close()
