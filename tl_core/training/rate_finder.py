"""A learning-rate range test: every step a little bigger than the last, until the loss runs away.

Knows a plan and how to make its steps; keeps no model. Method: Smith, arXiv 1506.01186, section 3.3.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from tl_core.backbones.stages import StagedNetwork
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.errors import ConfigError, TrainingError
from tl_core.training.batches import epoch_batches
from tl_core.training.engine import Engine
from tl_core.training.fed_part import make_trainee
from tl_core.training.learning import learns_in, prepare
from tl_core.training.loop import begun
from tl_core.training.losses import Objective
from tl_core.training.pictures import Part, Positions, TrainingData, TrainingFiles
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.rate_values import RateCurve, RatePoint
from tl_core.training.schedules import Rates
from tl_core.training.session import plan_facts, planned
from tl_core.training.splitting import split_pictures
from tl_core.training.stepping import Stepper
from tl_core.training.streams import made_by, retold
from tl_core.training.surroundings import read_for, staged, with_pictures
from tl_core.training.trainee import Trainee
from tl_core.training.workplace import Workplace

STEPS = 80
FIRST_VIEW = 1  # that every picture is seen in
LOWEST, HIGHEST = 1e-6, 1.0
WITHOUT_MOMENTS = 10.0  # SGD's rates are higher by so much and more
SMOOTHING = 0.85  # of the running mean of losses
FEWEST = 12  # points before anything is read from the curve
RUN_AWAY = 3.0  # times the lowest smoothed loss: far enough
CLEARLY = 0.85  # of the loss at the beginning: below that it fell
RISEN = 1.25  # times the lowest smoothed loss: from there on steps do harm
LOW_ENOUGH = 0.05  # a loss near nought doubles for nothing
APART = 10.0  # below the rate with the lowest loss, or the first that does harm


class RisingRates(Rates):
    """From the lowest to the highest, by the same factor at every step."""

    def __init__(self, plan: TrainingPlan) -> None:
        super().__init__(plan)
        scale = WITHOUT_MOMENTS if plan.optimizer == "sgd" else 1.0
        self.lowest, self.highest = LOWEST * scale, HIGHEST * scale

    def at(self, step: int) -> float:
        return float(self.lowest * (self.highest / self.lowest) ** (step / (STEPS - 1)))


def rate_curve(config: RunConfig, dataset: Dataset, place: Workplace) -> Iterator[RateCurve]:
    """The test for a run with these settings, from its pictures on. A preset is tested by its deepest candidate.

    Raises UserError kinds for what a person can put right.
    """
    index = split_pictures(config, dataset.index)
    network = staged(config, len(index.classes), place.device)
    plan, candidates = planned(config, plan_facts(index, network, place.device, place.cache))
    plan = candidates[-1] if candidates else plan
    must_make_steps(plan)
    data = yield from retold(read_for(plan, index, dataset, place), sign_of_life)
    yield from find_rate(with_pictures(plan, data), data, network, place)


def must_make_steps(plan: TrainingPlan) -> None:
    if plan.method == "head":
        raise ConfigError(
            "Only the head learns, and it is computed directly, without steps: there is no learning rate to find.",
            "Let more stages learn first.",
        )


def find_rate(plan: TrainingPlan, data: TrainingData, network: StagedNetwork, place: Workplace) -> Iterator[RateCurve]:
    """The curve as it grows; the last value is "done" with a suggestion, or "stopped".

    Leaves the network changed. Raises ConfigError where nothing learns in steps.
    """
    must_make_steps(plan)
    prepared = yield from made_ready(plan, data, network, place)
    if prepared is None:
        yield RateCurve("stopped", 0, STEPS)
        return
    stepper, trainee = prepared
    points: list[RatePoint] = []
    for number, batch in enumerate(batches(len(data.train), plan)):
        if place.should_stop():
            yield RateCurve("stopped", number, STEPS, tuple(points))
            return
        try:
            loss = loss_of_step(stepper, trainee, data.train, batch, number)
        except TrainingError:  # the loss is no number any more: that is far enough
            break
        points.append(RatePoint(stepper.rates.at(number), loss, smoothed(points, loss)))
        if ran_away(points):
            break
        yield RateCurve("running", number + 1, STEPS, tuple(points))
    rate, reason = suggestion(points, plan.learning_rate)
    yield RateCurve("done", STEPS, STEPS, tuple(points), rate, reason)


def made_ready(
    plan: TrainingPlan, data: TrainingData, network: StagedNetwork, place: Workplace
) -> Generator[RateCurve, None, tuple[Stepper, Trainee] | None]:
    """As a training begins: the head in closed form, then what learns and what it is fed. None after a stop."""
    nowhere = TrainingFiles(model=Path(), checkpoints=Path(), cache=place.cache)
    first = begun(plan, data, network, nowhere, should_stop=place.should_stop, clock=place.clock)
    yield from retold(first, sign_of_life)
    learning = prepare(plan, network)
    made = make_trainee(
        plan,
        data=data,
        network=network,
        files=nowhere,
        mirror=False,
        should_stop=place.should_stop,
        clock=place.clock,
    )
    trainee = yield from retold(made, sign_of_life)
    if trainee is None:
        return None
    for _ in trainee.prepare(np.array([FIRST_VIEW])):
        yield sign_of_life(None)
    if place.should_stop():
        return None
    stepper = Stepper(plan, Engine(plan.device, plan.precision), Objective.of(plan, data), None)
    stepper.rates = RisingRates(plan)
    stepper.learn_also(learning.thaw(learns_in(plan, learning, 1)))
    torch.manual_seed(plan.seed)  # for dropout
    trainee.learn()
    return stepper, trainee


def sign_of_life(_event: object) -> RateCurve:
    return RateCurve("running", 0, STEPS)


def batches(pictures: int, plan: TrainingPlan) -> Iterator[Positions]:
    """STEPS of them, through as many epochs as it takes."""
    left = STEPS
    for epoch in itertools.count(1):
        for batch in epoch_batches(pictures, plan.batch_size, seed=plan.seed, epoch=epoch):
            yield batch
            left -= 1
            if not left:
                return


def loss_of_step(stepper: Stepper, trainee: Trainee, train: Part, batch: Positions, number: int) -> float:
    """Before the step is made. Raises TrainingError when it is no number."""
    views = np.full(len(batch), FIRST_VIEW)
    step = stepper.make(trainee, train.positions[batch], train.labels[batch], views, epoch=1, batch=number + 1)
    made_by(step)
    return stepper.read()[-1].loss


def smoothed(points: Sequence[RatePoint], loss: float) -> float:
    """A running mean of all losses so far, the last ones counting most, without leaning to the first."""
    losses = [*(point.loss for point in points), loss]
    weights = [SMOOTHING ** (len(losses) - 1 - at) for at in range(len(losses))]
    return math.fsum(map(operator.mul, weights, losses)) / math.fsum(weights)


def ran_away(points: Sequence[RatePoint]) -> bool:
    lowest = min(point.smoothed for point in points)
    return len(points) >= FEWEST and points[-1].smoothed > RUN_AWAY * max(lowest, LOW_ENOUGH)


def suggestion(points: Sequence[RatePoint], planned: float) -> tuple[float, str]:
    """A rate and how it was read from the curve; `planned` where the curve says nothing."""
    if len(points) < FEWEST:
        return planned, "The loss ran away at once, so the curve says nothing; this is what the plan chose."
    lowest = min(range(len(points)), key=lambda at: points[at].smoothed)
    if points[lowest].smoothed < CLEARLY * points[FEWEST // 2].smoothed:
        rate = points[lowest].rate
        return rounded(rate / APART), f"The loss was lowest at {rate:.1g}; a tenth of that is at a safe distance."
    harmful = next((at for at in range(lowest, len(points)) if rose(points, at, lowest)), None)
    if harmful is None:
        return planned, "The loss hardly moved at any rate, so the curve says nothing; this is what the plan chose."
    rate = points[harmful].rate
    return rounded(rate / APART), (
        f"The first model leaves little to learn, so the loss fell at no rate; from {rate:.1g} on it rose, "
        "and a tenth of that is at a safe distance."
    )


def rose(points: Sequence[RatePoint], at: int, lowest: int) -> bool:
    return points[at].smoothed > RISEN * max(points[lowest].smoothed, LOW_ENOUGH)


def rounded(rate: float) -> float:
    return float(f"{rate:.2g}")
