"""Epochs of steps over what learns, as events. Knows neither the screen nor the disk, but for checkpoints."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from tl_core.errors import TrainingError
from tl_core.events import EpochDone, Event, StepDone, Thawed
from tl_core.training.averaging import Averaged
from tl_core.training.batches import balanced_batches, epoch_batches, views_of
from tl_core.training.checkpoint import Weights, restore, save_weights, trained_weights
from tl_core.training.counting import Computed, Counting
from tl_core.training.engine import Engine
from tl_core.training.learning import Learning, as_of, learns_in
from tl_core.training.losses import Objective
from tl_core.training.metrics import Clock, Pace, Running
from tl_core.training.pictures import Part, Positions, TrainingData
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.sending import sent
from tl_core.training.stepping import Stepper
from tl_core.training.trainee import Trainee

JUDGED_AT_ONCE = 64
ShouldStop = Callable[[], bool]
MakeTrainee = Callable[[TrainingPlan], Generator[Event, None, Trainee | None]]


@dataclass(slots=True)
class Best:
    """The best weights so far by validation; owns copies of them."""

    weights: Weights
    accuracy: float
    loss: float
    epoch: int = 0

    def beaten_by(self, accuracy: float | None, loss: float | None) -> bool:
        """Higher accuracy, or the same with a lower loss."""
        if accuracy is None or loss is None:
            return False
        return (accuracy, -loss) > (self.accuracy, -self.loss)


class FineTuning:
    """One fine-tuning: owns the steps, what learns by now, and the average of the weights."""

    def __init__(
        self, plan: TrainingPlan, data: TrainingData, module: nn.Module, learning: Learning, make_trainee: MakeTrainee
    ) -> None:
        self.plan, self.data, self.module, self.learning = plan, data, module, learning
        self.engine = Engine(plan.device, plan.precision)
        self.averaged = Averaged(module, learning.names, plan.ema_decay) if plan.ema_decay else None
        self.stepper = Stepper(plan, self.engine, Objective.of(plan, data), self.averaged)
        self.epochs_done = 0
        self.last = Best({}, -math.inf, math.inf)  # what the last epoch was worth, without its weights
        self._make_trainee = make_trainee
        self._trainee: Trainee | None = None

    def run(
        self, best: Best, *, checkpoints: Path, should_stop: ShouldStop, clock: Clock
    ) -> Generator[Event, None, bool]:
        """Trains until the plan's end, early stopping or a stop; True when it was stopped by somebody.

        Leaves the best weights in the network where the plan keeps the best, else the last ones.
        """
        plan, pace, report, stopped = self.plan, Pace(clock), Pace(clock), False
        # Early stopping compares fine-tuned epochs alone: the first ones are often worse than the head they start from.
        leader = Best({}, -math.inf, math.inf)
        for epoch in range(1, plan.epochs + 1):
            if (yield from self._thaw(epoch)):
                leader.epoch = epoch - 1  # what has just thawed gets its time
            trainee = self._trainee
            if trainee is None or (yield from self._prepare(trainee, epoch, should_stop, pace=pace)):
                stopped = True
                break
            epoch_pace, running = Pace(clock), Running()
            stopped = yield from self._epoch(trainee, epoch, running, should_stop=should_stop, pace=pace, report=report)
            if stopped:
                break
            rate = epoch_pace.rate(running.count)
            with self._answering():
                val_loss, val_accuracy = self.judged(trainee, self.data.val)
                self.stepper.rates.judged(val_loss)
                self.epochs_done = epoch
                if val_accuracy is not None and val_loss is not None:
                    self.last = Best({}, val_accuracy, val_loss, epoch)
                is_best = best.beaten_by(val_accuracy, val_loss)
                if leader.beaten_by(val_accuracy, val_loss) and val_accuracy is not None and val_loss is not None:
                    leader = Best({}, val_accuracy, val_loss, epoch)
                self._keep(best, epoch, val_accuracy, val_loss, checkpoints=checkpoints)
            yield EpochDone(
                epoch=epoch,
                epochs=plan.epochs,
                train_loss=running.loss,
                train_accuracy=running.accuracy,
                val_loss=val_loss,
                val_accuracy=val_accuracy,
                learning_rate=self.stepper.learning_rate,
                images_per_second=rate,
                is_best=is_best,
            )
            if plan.patience is not None and epoch - leader.epoch >= plan.patience:
                break
        if self.averaged is not None:
            self.averaged.take_over()
        if plan.keep_best:
            restore(self.module, best.weights)
        return stopped

    def _thaw(self, epoch: int) -> Generator[Event, None, bool]:
        """Lets more stages learn where the plan says so; True where it did. Without a trainee then: stopped."""
        stages = learns_in(self.plan, self.learning, epoch)
        if not stages:
            return False
        thawed = tuple(stage for start, stage in self.plan.thaws if start == epoch)
        if thawed:
            yield Thawed(epoch, thawed)
        self.stepper.learn_also(self.learning.thaw(stages))
        self._trainee = None  # what it holds on the device goes before the next one holds its own
        self._trainee = yield from self._make_trainee(as_of(self.plan, epoch))
        return True

    def _prepare(
        self, trainee: Trainee, epoch: int, should_stop: ShouldStop, *, pace: Pace
    ) -> Generator[Event, None, bool]:
        """What the epoch feeds is there, and the time for it counts as no training; True when it was stopped."""
        before = pace.elapsed
        yield from trainee.prepare(np.concatenate(self._views(self._batches(epoch), epoch)))
        pace.skip(pace.elapsed - before)
        return should_stop()

    def _answering(self) -> AbstractContextManager[None]:
        """The weights that answers are given with: their average, where there is one."""
        return nullcontext() if self.averaged is None else self.averaged.in_place()

    def _epoch(
        self, trainee: Trainee, epoch: int, running: Running, *, should_stop: ShouldStop, pace: Pace, report: Pace
    ) -> Generator[Event, None, bool]:
        plan, train = self.plan, self.data.train
        since, batches = Running(), self._batches(epoch)
        seeded = int(np.random.SeedSequence([plan.seed, epoch]).generate_state(1)[0])
        torch.manual_seed(seeded)  # for dropout alone: order and views have seeds of their own
        trainee.learn()
        for number, (batch, views) in enumerate(zip(batches, self._views(batches, epoch), strict=True), start=1):
            if should_stop():
                self._count(running, since)  # weights that grew without bound are no usable model
                return True
            is_last = number == len(batches)
            if not is_last:
                trainee.expect(train.positions[batches[number]])
            yield from self.stepper.make(
                trainee, train.positions[batch], train.labels[batch], views, epoch=epoch, batch=number
            )
            is_due = report.due()
            if is_due or is_last or not self.stepper.reads_late:
                self._count(running, since)
            if is_due or (is_last and since.count == running.count):
                shown = running.count + (epoch - 1) * len(train)
                yield StepDone(
                    step=self.stepper.step,
                    steps=plan.steps,
                    epoch=epoch,
                    epochs=plan.epochs,
                    train_loss=since.loss,
                    learning_rate=self.stepper.learning_rate,
                    images_per_second=pace.rate(shown),
                    seconds_left=pace.left(shown, plan.epochs * len(train)),
                )
                since = Running()
        return False

    def _count(self, *totals: Running) -> None:
        """Adds what the steps since the last time found out."""
        for step in self.stepper.read():
            for total in totals:
                total.add(step.loss, step.correct, step.pictures)

    def _batches(self, epoch: int) -> list[Positions]:
        plan, train = self.plan, self.data.train
        if plan.class_balance == "sampling":
            return balanced_batches(train.labels, plan.batch_size, seed=plan.seed, epoch=epoch)
        return epoch_batches(len(train), plan.batch_size, seed=plan.seed, epoch=epoch)

    def _views(self, batches: list[Positions], epoch: int) -> list[Positions]:
        return views_of(batches, epoch, among=self.plan.cached_views)

    def judged(self, trainee: Trainee, part: Part) -> tuple[float | None, float | None]:
        """Loss and accuracy as an answering network; None where the part is empty."""
        if not len(part):
            return None, None
        trainee.judge()
        running, counting = Running(), Counting()
        for start in range(0, len(part), JUDGED_AT_ONCE):
            positions = part.positions[start : start + JUDGED_AT_ONCE]
            truth = sent(torch.from_numpy(part.labels[start : start + JUDGED_AT_ONCE]), self.plan.device)
            logits = self.engine.answers(trainee.part, trainee.val_feed(positions)).float()
            right = (logits.argmax(dim=1) == truth).sum()
            counting.add(Computed(self.stepper.step, len(positions), cross_entropy(logits, truth), right))
        for counted in counting.read():
            running.add(counted.loss, counted.correct, counted.pictures)
        if not math.isfinite(running.loss):
            raise TrainingError(
                f"The validation loss became {running.loss} after {self.stepper.step} steps with the learning rate "
                f"{self.plan.learning_rate:g}.",
                f"Choose a smaller learning rate, for example {self.plan.learning_rate / 10:g}.",
            )
        return running.loss, running.accuracy

    def _keep(self, best: Best, epoch: int, accuracy: float | None, loss: float | None, *, checkpoints: Path) -> None:
        """Writes the last weights, and the best where these are."""
        weights = trained_weights(self.module, self.learning.names)
        save_weights(checkpoints / "last.safetensors", weights, epoch=epoch)
        if accuracy is not None and loss is not None and best.beaten_by(accuracy, loss):
            best.weights, best.accuracy, best.loss, best.epoch = weights, accuracy, loss, epoch
            save_weights(checkpoints / "best.safetensors", weights, epoch=epoch)
