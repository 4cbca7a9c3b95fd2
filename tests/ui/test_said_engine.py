"""What is said of the engine that runs what is frozen, said in Chinese; the sentences are those of the core itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.engines.test_choosing import PART, TASK, Watch, choice, engines, refusing, timed
from tests.ui.test_said import in_chinese
from tl_core.engines.choosing import OPENVINO, EngineChoice, Make
from tl_core.engines.running import fast_part

CHOICES: tuple[Callable[[], EngineChoice], ...] = (
    lambda: choice(None),
    lambda: choice(None, replace(TASK, device="cuda")),
    lambda: choice(lambda _: refusing),
    lambda: choice(lambda _: refusing, pictures=3),
    lambda: choice(lambda watch: timed(watch, 0.01)),
    lambda: choice(lambda watch: timed(watch, 0.2)),
    lambda: choice(lambda watch: timed(watch, 0.01, 0.5)),
)


@pytest.mark.parametrize("made", CHOICES)
def test_why_an_engine_was_chosen_is_said_in_chinese(made: Callable[[], EngineChoice]) -> None:
    assert "冻结部分由" in in_chinese(made().reason)


@pytest.mark.parametrize("other", [None, timed(Watch(), 0.1, 0.5), refusing])
def test_why_an_engine_gave_way_is_said_in_chinese(other: Make | None) -> None:
    told = fast_part(PART, TASK, OPENVINO, engines=engines(Watch(), other)).told
    assert "最终没有使用 OpenVINO" in in_chinese(told.replace("no such operation", "operation"))
