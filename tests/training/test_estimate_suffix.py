"""The end of a network is measured alone where there is one."""

from __future__ import annotations

import pytest
from small_training import Ticking, small_network

from tl_core.training.engine import Engine
from tl_core.training.estimate_suffix import measured_alone
from tl_core.training.estimate_values import WITHIN

ENGINE = Engine("cpu", "fp32")


def test_about_the_last_quarter_is_compared_with_what_it_took_within() -> None:
    network = small_network(3)
    seconds = [1.0] * len(network.stages)
    clock = Ticking(0.5)  # between the two looks at it half a second passes
    found = measured_alone(network, ENGINE, seconds, 2, clock)
    assert found.share == pytest.approx(0.25, abs=0.15)
    assert found.ratio == pytest.approx(0.5 / (found.share * len(seconds)))


def test_it_never_costs_more_alone() -> None:
    network = small_network(3)
    assert measured_alone(network, ENGINE, [1e-6] * len(network.stages), 2, Ticking(1.0)).ratio == 1.0


def test_where_nothing_can_be_cut_or_nothing_was_measured_it_costs_the_same() -> None:
    network = small_network(3)
    assert measured_alone(network, ENGINE, [0.0] * len(network.stages), 2, Ticking()) == WITHIN
    assert measured_alone(network, ENGINE, [1.0, 1.0], 2, Ticking()) == WITHIN
