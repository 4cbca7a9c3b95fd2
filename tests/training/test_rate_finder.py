"""The learning-rate range test on a tiny network and real scans, and what is read from curves drawn by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from small_training import Ticking, digits_data, small_network, small_plan
from test_probe import NoDecoder, place_in

from tl_core.errors import ConfigError
from tl_core.training.rate_finder import FEWEST, STEPS, find_rate, smoothed, suggestion
from tl_core.training.rate_values import RateCurve, RatePoint
from tl_core.training.workplace import Workplace


def curve(loss_at: Callable[[float], float]) -> list[RatePoint]:
    points: list[RatePoint] = []
    for step in range(STEPS):
        rate = 1e-6 * 10 ** (6 * step / (STEPS - 1))
        points.append(RatePoint(rate, loss_at(rate), smoothed(points, loss_at(rate))))
    return points


def test_the_loss_falls_and_runs_away_on_real_scans(tmp_path: Path) -> None:
    data, network = digits_data(160, 40), small_network()
    plan = small_plan(data, network, start="scratch", freeze="none", augment="none", batch_size=16)
    values = list(find_rate(plan, data, network, place_in(tmp_path, NoDecoder())))
    last = values[-1]
    assert last.state == "done"
    rates = [point.rate for point in last.points]
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(1e-6)
    assert all(math.isfinite(point.loss) for point in last.points)
    assert min(point.smoothed for point in last.points) < last.points[0].loss
    assert last.suggestion is not None
    assert 1e-5 < last.suggestion < 0.1
    assert [len(value.points) for value in values if value.points][:3] == [1, 2, 3]
    assert all(RateCurve.from_dict(value.to_dict()) == value for value in values[-2:])


def test_a_test_that_is_asked_to_stop_keeps_the_curve_so_far(tmp_path: Path) -> None:
    data, network = digits_data(64, 16), small_network()
    plan = small_plan(data, network, freeze="blocks.2", augment="none")
    asked = iter(range(10**6))
    place = place_in(tmp_path, NoDecoder())
    place = Workplace(place.cache, place.decoder, place.device, lambda: next(asked) >= 30, Ticking())
    values = list(find_rate(plan, data, network, place))
    assert values[-1].state == "stopped"
    assert 0 < len(values[-1].points) < STEPS
    assert values[-1].suggestion is None


def test_what_is_kept_of_varied_views_is_made_before_the_first_step(tmp_path: Path) -> None:
    data, network = digits_data(64, 16), small_network()
    plan = small_plan(data, network, freeze="blocks.2", augment="strong", cached_views=2)
    assert plan.prefix_cached
    values = list(find_rate(plan, data, network, place_in(tmp_path, NoDecoder())))
    assert values[-1].state == "done"
    assert len(values[-1].points) >= FEWEST


def test_a_head_in_closed_form_has_no_learning_rate(tmp_path: Path) -> None:
    data, network = digits_data(40, 10), small_network()
    with pytest.raises(ConfigError, match="there is no learning rate to find"):
        next(find_rate(small_plan(data, network), data, network, place_in(tmp_path, NoDecoder())))


def test_a_tenth_below_the_lowest_loss_is_suggested() -> None:
    rate, reason = suggestion(curve(lambda rate: 2.0 + abs(math.log10(rate) + 2.0)), planned=5e-5)
    assert 3e-4 < rate < 5e-3
    assert "a tenth of that" in reason


def test_where_the_first_model_is_good_already_the_rise_counts() -> None:
    rate, reason = suggestion(curve(lambda rate: 0.3 if rate < 1e-2 else 0.3 + 100 * rate), planned=5e-5)
    assert 5e-4 < rate < 5e-3
    assert "fell at no rate" in reason


@pytest.mark.parametrize("points", [curve(lambda _rate: 1.0), curve(lambda _rate: 1.0)[: FEWEST - 1]])
def test_a_curve_that_says_nothing_leaves_the_plans_choice(points: list[RatePoint]) -> None:
    rate, reason = suggestion(points, planned=5e-5)
    assert rate == 5e-5
    assert "this is what the plan chose" in reason
