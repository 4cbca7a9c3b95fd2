"""What an estimate starts from as things are at the moment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.training.test_estimate_values import SPEED
from tests.training.test_plan_reasons import FACTS
from tl_core.caching.limits import cache_limit, free_bytes
from tl_core.caching.rows import RowRequest
from tl_core.caching.shards import RowKind
from tl_core.config import RunConfig
from tl_core.jobs.situations import ENDING_SECONDS, HANDING_SECONDS, Situation, room_in
from tl_core.training.forecast import Sides
from tl_core.training.made import nothing_known

KIND = RowKind("squares", "any", (2,), "uint8")


def situation() -> Situation:
    return Situation(Sides(FACTS, FACTS), SPEED, lambda: nothing_known, process_seconds=3.0, staging_seconds=0.5)


def test_older_rows_may_go_for_new_ones_and_the_limit_bounds_them(tmp_path: Path) -> None:
    with RowRequest(tmp_path, KIND, ["b", "c"]) as request:
        for place in range(2):
            request.put(place, np.zeros(2, dtype=np.uint8))
    room = room_in(tmp_path)
    assert room.older == sum(path.stat().st_size for path in tmp_path.rglob("*.shard")) > 0
    assert room.free == pytest.approx(free_bytes(tmp_path), rel=0.05)
    assert room.bound == pytest.approx(cache_limit(tmp_path).bytes, rel=0.05)


@pytest.mark.parametrize(
    ("settings", "worker_waits", "seconds"),
    [
        (RunConfig(), False, 3.5),
        (RunConfig(), True, HANDING_SECONDS),
        (RunConfig(image_size=96), True, HANDING_SECONDS + 0.5),
        (RunConfig(backbone="efficientnet_b0"), True, HANDING_SECONDS + 0.5),
    ],
)
def test_the_start_takes_what_no_worker_has_done_yet(settings: RunConfig, worker_waits: bool, seconds: float) -> None:
    speed = situation().speed_now(settings, worker_waits=worker_waits)
    assert (speed.start_seconds, speed.end_seconds) == pytest.approx((seconds, ENDING_SECONDS))
