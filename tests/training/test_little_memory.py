"""Where the memory does not hold a step's pictures at once: smaller pieces, the same step; and only for that reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from small_training import digits_data, small_network, small_plan
from torch import Tensor, nn

from tl_core.events import Warned
from tl_core.training.engine import Engine, is_out_of_memory
from tl_core.training.losses import Objective
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.stepping import Stepper
from tl_core.training.trainee import Trainee, as_it_is

FEATURES = torch.randn(40, 6, generator=torch.Generator().manual_seed(0))
LABELS = np.arange(40) % 3


class Narrow(nn.Module):
    """A layer that says it has no memory for more than `most` pictures, in the given words."""

    def __init__(self, most: int, error: Callable[[], BaseException]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(6, 3)
        self.most, self.error = most, error
        self.seen: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(len(x))
        if len(x) > self.most:
            raise self.error()
        answer: Tensor = self.layer(x)
        return answer


def plan(**choices: Any) -> TrainingPlan:
    data, network = digits_data(40, 10), small_network()
    return small_plan(data, network, freeze="none", epochs=1, batch_size=16, learning_rate=0.05, **choices)


def stepped(part: Narrow, chosen: TrainingPlan) -> tuple[list[Warned], list[float], Tensor]:
    """Three steps; what was said, the losses and where the weights came to."""
    feed = lambda positions, _views, _mixture: FEATURES[torch.from_numpy(positions)]  # noqa: E731
    trainee = Trainee(part, feed, lambda positions: FEATURES[torch.from_numpy(positions)], as_it_is, ())
    stepper = Stepper(chosen, Engine("cpu", "fp32"), Objective(0.1), None)
    stepper.learn_also({"head": tuple(part.parameters())})
    said, losses = [], []
    for batch in range(1, 4):
        rows = np.arange(batch, batch + 16)
        step = stepper.make(trainee, rows, LABELS[rows], np.ones(16, dtype=np.int64), epoch=1, batch=batch)
        said += list(step)
        losses += [counted.loss for counted in stepper.read()]
    return said, losses, part.layer.weight.detach()  # type: ignore[return-value]


OUT_OF_MEMORY = {
    "torch's own": lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    "python's": lambda: MemoryError(),
    "a processor's": lambda: RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    "apple's": lambda: RuntimeError("MPS backend out of memory (MPS allocated: 9.00 GB)."),
}


@pytest.mark.parametrize("error", OUT_OF_MEMORY.values(), ids=OUT_OF_MEMORY)
def test_pieces_that_fit_make_the_very_steps_of_the_whole(error: Callable[[], BaseException]) -> None:
    narrow, wide = Narrow(5, error), Narrow(99, error)
    said, losses, weights = stepped(narrow, plan())
    _, usual, expected = stepped(wide, plan())
    assert losses == pytest.approx(usual, rel=1e-5)
    torch.testing.assert_close(weights, expected, rtol=1e-4, atol=1e-6)
    assert narrow.seen == [16, 8, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]
    assert [event.message for event in said] == [
        "The memory does not hold 16 pictures at once, so each step takes 8 at a time; "
        "it still learns from 16 together.",
        "The memory does not hold 8 pictures at once, so each step takes 4 at a time; "
        "it still learns from 16 together.",
    ]


def test_a_single_picture_that_does_not_fit_ends_it() -> None:
    with pytest.raises(torch.OutOfMemoryError, match="out of memory"):
        stepped(Narrow(0, OUT_OF_MEMORY["torch's own"]), plan())


def test_another_error_is_not_taken_for_a_lack_of_memory() -> None:
    narrow = Narrow(5, lambda: RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes do not match"):
        stepped(narrow, plan())
    assert narrow.seen == [16]
    assert not is_out_of_memory(ValueError("out of range"))


def test_answers_come_in_halves_too() -> None:
    narrow = Narrow(3, OUT_OF_MEMORY["torch's own"])
    answers = Engine("cpu", "fp32").infer(narrow, FEATURES[:10])
    with torch.no_grad():
        torch.testing.assert_close(answers, narrow.layer(FEATURES[:10]))
    with pytest.raises(MemoryError, match=r"^$"):
        Engine("cpu", "fp32").infer(Narrow(0, MemoryError), FEATURES[:2])


def test_blends_are_made_of_the_whole_step_before_it_is_parted() -> None:
    chosen = replace(plan(), mixup=0.4)
    _, losses, weights = stepped(Narrow(4, OUT_OF_MEMORY["python's"]), chosen)
    _, usual, expected = stepped(Narrow(99, OUT_OF_MEMORY["python's"]), chosen)
    assert losses == pytest.approx(usual, rel=1e-5)
    torch.testing.assert_close(weights, expected, rtol=1e-4, atol=1e-6)
