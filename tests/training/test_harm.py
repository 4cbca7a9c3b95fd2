"""A fine-tuning that ends clearly below its own head says so, and batch norms that learn from little are told of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_training import digits_data, run, small_network, small_plan

from tests.training.test_plan_reasons import FACTS, counted, plan
from tl_core.events import EpochDone, Event, Finished, Warned
from tl_core.training.harm import cautions_of, clearly_lower, risk_of_norms


def warned(events: list[Event], words: str) -> list[str]:
    return [event.message for event in events if isinstance(event, Warned) and words in event.message]


def trained(folder: Path, **choices: Any) -> tuple[list[Event], float, float]:
    """A short real training; the head's accuracy on validation and the last epoch's."""
    data, network = digits_data(160, 60), small_network()
    made = small_plan(data, network, freeze="blocks.1", epochs=2, augment="none", **choices)
    events = run(folder, data, network, made)
    epochs = [event.val_accuracy for event in events if isinstance(event, EpochDone)]
    assert None not in epochs
    return events, epochs[0] or 0.0, epochs[-1] or 0.0


def test_a_fine_tuning_that_did_harm_says_so_with_both_numbers(tmp_path: Path) -> None:
    events, before, after = trained(tmp_path, learning_rate=0.01)
    assert after < before - 0.3
    (said,) = warned(events, "made the model worse")
    assert said.startswith(f"Training on made the model worse: {after:.0%} of the validation pictures are right")
    assert f"with the head alone it was {before:.0%}." in said
    assert "batch_norm" not in said
    assert isinstance(events[-1], Finished)


def test_one_that_did_none_says_nothing(tmp_path: Path) -> None:
    events, before, after = trained(tmp_path, learning_rate=1e-5)
    assert after >= before - 0.1
    assert warned(events, "made the model worse") == []


@pytest.mark.parametrize(
    ("before", "after", "pictures", "clearly"),
    [
        (1.0, 0.34, 9, True),
        (1.0, 0.8, 10, False),  # two pictures
        (0.9, 0.85, 100, False),
        (0.9, 0.75, 100, True),
        (0.9, 0.87, 5000, True),
        (0.5, 0.9, 100, False),
    ],
)
def test_few_pictures_take_a_greater_fall(before: float, after: float, pictures: int, clearly: bool) -> None:
    assert clearly_lower(after, before, pictures) is clearly


@pytest.mark.parametrize(("batch_size", "steps", "told"), [(8, 500, True), (32, 20, True), (32, 500, False)])
def test_batch_norms_that_learn_from_little_are_told_of(batch_size: int, steps: int, told: bool) -> None:
    assert (risk_of_norms("trained", batch_size, steps) is not None) is told
    assert risk_of_norms("kept", batch_size, steps) is None
    assert risk_of_norms("updated", batch_size, steps) is None


def test_the_risk_is_a_reason_of_the_plan_and_a_warning_of_the_run() -> None:
    risky = plan(counted(40, 10), freeze="none", batch_norm="train")
    (event,) = cautions_of(risky)
    assert event == Warned(risky.reasons["batch_norm"])
    assert risky.reasons["batch_norm"].startswith("Batch norms learn from 8 pictures at a time, in ")
    safe = plan(FACTS, freeze="none", batch_norm="train")
    assert "batch_norm" not in safe.reasons
    assert list(cautions_of(safe)) == []
