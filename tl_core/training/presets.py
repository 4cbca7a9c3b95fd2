"""Presets: more than one freezing is tried, and the one that validation likes best is kept, the first model included.

Knows how to try and to compare; what a fine-tuning does, `loop` and `finetune` know. The test split is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from tl_core.backbones.stages import StagedNetwork
from tl_core.config import RunConfig
from tl_core.errors import ConfigError, TrainingError
from tl_core.events import CandidateDone, EpochDone, Event, StepDone, Thawed, Warned
from tl_core.training.checkpoint import Weights, restore, trained_weights
from tl_core.training.checkpoint_files import Checkpoint
from tl_core.training.checkpointing import ROLE_BEST, ROLE_LEADER, Checkpointing, KeptTuning
from tl_core.training.head_phase import FirstModel
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import PlanFacts, TrainingPlan
from tl_core.training.preset_lines import ALL, candidates_of
from tl_core.training.streams import retold
from tl_core.training.unused import unused_by_preset

REASONS = {
    "instant": "The head alone is fitted, in closed form: seconds, and often nearly as good.",
    "better": "The head first, then the later layers too; what is better on the validation pictures is kept.",
    "best": "The head first, then one ice line after the other; the winner on the validation pictures is kept.",
}
NOTHING_TO_COMPARE_ON = "There are no validation pictures to compare on, so only the head is fitted, in closed form."


@dataclass(frozen=True, slots=True)
class Tuned:
    """A fine-tuning that came to an end: what the network in its place is worth on validation."""

    stopped: bool
    epochs: int
    accuracy: float
    loss: float


Tune = Callable[[TrainingPlan, KeptTuning | None], Generator[Event, None, Tuned]]


@dataclass(slots=True)
class Leader:
    """The best candidate so far; owns a copy of the whole network's weights."""

    freeze: str
    accuracy: float
    loss: float
    weights: Weights

    def is_beaten_by(self, tuned: Tuned) -> bool:
        return (tuned.accuracy, -tuned.loss) > (self.accuracy, -self.loss)


@dataclass(frozen=True, slots=True)
class Compared:
    """How a comparison ended; the winner is in the network."""

    stopped: bool
    epochs: int
    kept: str


def preset_plans(config: RunConfig, facts: PlanFacts) -> tuple[TrainingPlan, ...]:
    """A plan for each candidate, the head in closed form first. Raises ConfigError that names all problems."""
    if config.start == "scratch":
        raise ConfigError(
            f"preset is '{config.preset}' and start is 'scratch', but a network that never learned anything has no "
            "first model to improve.",
            "Leave the preset out, or start from pretrained weights.",
        )
    return tuple(make_plan(candidate, facts) for candidate in candidates_of(config, facts).values())


def together(config: RunConfig, plans: Sequence[TrainingPlan], facts: PlanFacts) -> TrainingPlan:
    """What the run says of itself: the last candidate, with the epochs and steps of them all."""
    preset, names, last = config.preset or "instant", tuple(candidates_of(config, facts)), plans[-1]
    alone = names == (ALL,)
    why = NOTHING_TO_COMPARE_ON if alone and preset != "instant" else REASONS[preset]
    return replace(
        last,
        epochs=sum(plan.epochs for plan in plans),
        preset=preset,
        candidates=names,
        reasons={"preset": why, **last.reasons, **unused_by_preset(config, head_alone=alone)},
    )


def compared(
    plan: TrainingPlan,
    plans: Sequence[TrainingPlan],
    first: FirstModel,
    network: StagedNetwork,
    tune: Tune,
    *,
    checkpoints: Checkpointing,
    kept: Checkpoint | None = None,
) -> Generator[Event, None, Compared]:
    """Tries every candidate after the first model and leaves the winner in the network; a stop ends with the leader.

    `tune` carries out one fine-tuning from the network as it is. One whose numbers grow without bound has lost. With
    what a checkpoint `kept` it goes on within the candidate that was under way.
    """
    module, clock = network.network.module, checkpoints.clock
    names = tuple(name for name, _ in module.named_parameters())
    start = trained_weights(module, names)
    leader = Leader(ALL, first.val_accuracy or 0.0, first.val_loss or 0.0, start)
    counting, stopped = Counting(plan.epochs, sum(one.steps for one in plans)), False
    under_way = 2
    if kept is None:
        yield candidate_done(plan, plans[0], 1, leader, leader, seconds=0.0)
    else:
        leader = leader_of(kept, leader, checkpoints)
        under_way = int(kept.state["candidate"])
        counting.epochs, counting.steps = int(kept.state["epochs_before"]), int(kept.state["steps_before"])
    for number, candidate in enumerate(plans[under_way - 1 :], start=under_way):
        restore(module, start)
        begun = clock()
        resumed = checkpoints.load(kept) if kept is not None and number == under_way else None
        if resumed is None:
            checkpoints.carry(ROLE_BEST, None)
        checkpoints.around |= around(number, counting, leader)
        try:
            tuned = yield from counting.on(tune(candidate, resumed), candidate)
        except TrainingError as error:
            yield Warned(f"One candidate is out: {error.message}")
            continue
        if tuned.stopped:
            stopped = True
            break
        tried = Leader(plan.candidates[number - 1], tuned.accuracy, tuned.loss, start)
        if leader.is_beaten_by(tuned):
            tried = leader = replace(tried, weights=trained_weights(module, names))
            checkpoints.carry(ROLE_LEADER, changed(leader.weights, start))
        yield candidate_done(plan, candidate, number, tried, leader, seconds=clock() - begun)
    restore(module, leader.weights)
    if leader.freeze == ALL and not stopped:
        yield first_is_kept(leader)
    return Compared(stopped, counting.epochs, leader.freeze)


def first_is_kept(leader: Leader) -> Warned:
    return Warned(
        "Training on brought nothing on the validation pictures, so the first model is kept: "
        f"{leader.accuracy:.1%} of them right."
    )


def around(number: int, counting: Counting, leader: Leader) -> dict[str, Any]:
    """What a checkpoint within this candidate has to know of those before it."""
    return {
        "candidate": number,
        "epochs_before": counting.epochs,
        "steps_before": counting.steps,
        "candidates_lead": {"freeze": leader.freeze, "accuracy": leader.accuracy, "loss": leader.loss},
    }


def leader_of(kept: Checkpoint, first: Leader, checkpoints: Checkpointing) -> Leader:
    """The leader when the checkpoint was kept: what it had learned over the first model's weights."""
    values = kept.state["candidates_lead"]
    learned = checkpoints.load_file(kept.files[ROLE_LEADER]) if ROLE_LEADER in kept.files else {}
    return Leader(values["freeze"], float(values["accuracy"]), float(values["loss"]), {**first.weights, **learned})


def changed(weights: Weights, before: Weights) -> Weights:
    """Those that are not what they were: frozen weights need no second copy."""
    return {name: value for name, value in weights.items() if not torch.equal(value, before[name])}


def candidate_done(
    plan: TrainingPlan, candidate: TrainingPlan, number: int, tried: Leader, leader: Leader, *, seconds: float
) -> CandidateDone:
    return CandidateDone(
        number=number,
        candidates=len(plan.candidates),
        freeze=tried.freeze,
        trainable_parameters=candidate.trainable_parameters,
        val_accuracy=tried.accuracy,
        val_loss=tried.loss,
        seconds=seconds,
        is_best=tried is leader,
    )


@dataclass(slots=True)
class Counting:
    """Counts epochs and steps on from one candidate to the next, so that they rise through the whole run."""

    all_epochs: int
    all_steps: int
    epochs: int = 0  # told so far
    steps: int = 0

    def on(self, events: Generator[Event, None, Tuned], candidate: TrainingPlan) -> Generator[Event, None, Tuned]:
        """A candidate's events with its numbers counted on."""
        epochs, steps = self.epochs, self.steps

        def counted_on(event: Event) -> Event:
            if isinstance(event, EpochDone):
                self.steps = steps + event.epoch * candidate.steps_per_epoch
                self.epochs = event.epoch + epochs
                return replace(event, epoch=self.epochs, epochs=self.all_epochs)
            if isinstance(event, StepDone):
                self.steps, epoch = event.step + steps, event.epoch + epochs
                return replace(event, step=self.steps, steps=self.all_steps, epoch=epoch, epochs=self.all_epochs)
            if isinstance(event, Thawed):
                return replace(event, epoch=event.epoch + epochs)
            return event

        return retold(events, counted_on)
