"""What an estimate starts from as things are at the moment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.test_estimate_values import SPEED
from tests.training.test_plan_reasons import FACTS
from tl_core.caching.rows import RowRequest
from tl_core.caching.shards import RowKind
from tl_core.config import RunConfig
from tl_core.jobs.situations import HANDING_SECONDS, Situation
from tl_core.training.forecast import Sides

CONTENTS = ["a", "b", "c"]
KIND = RowKind("squares", "any", (2,), "uint8")


def situation(cache: Path) -> Situation:
    features = RowRequest(cache, replace(KIND, name="features"), CONTENTS)
    return Situation(
        Sides(FACTS, FACTS),
        SPEED,
        RowRequest(cache, KIND, CONTENTS),
        features,
        process_seconds=3.0,
        staging_seconds=0.5,
    )


def test_what_is_decoded_and_understood_meanwhile_is_counted(tmp_path: Path) -> None:
    known = situation(tmp_path)
    assert known.made() == (0, 0)
    with RowRequest(tmp_path, KIND, ["b", "c", "d"]) as request:
        for place in range(3):
            request.put(place, np.zeros(2, dtype=np.uint8))
    assert known.made() == pytest.approx((2 / 3, 0))
    assert replace(known, features=None).made() == pytest.approx((2 / 3, 0))


@pytest.mark.parametrize(
    ("settings", "worker_waits", "seconds"),
    [
        (RunConfig(), False, 3.5),
        (RunConfig(), True, HANDING_SECONDS),
        (RunConfig(image_size=96), True, HANDING_SECONDS + 0.5),
        (RunConfig(backbone="efficientnet_b0"), True, HANDING_SECONDS + 0.5),
    ],
)
def test_the_start_takes_what_no_worker_has_done_yet(
    tmp_path: Path, settings: RunConfig, worker_waits: bool, seconds: float
) -> None:
    assert situation(tmp_path).speed_now(settings, worker_waits=worker_waits).start_seconds == pytest.approx(seconds)
