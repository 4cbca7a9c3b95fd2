"""Epochs of steps over what learns, as events. Knows neither the screen nor the disk, but for checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import torch
from torch import nn

from tl_core.events import EpochDone, Event, StepDone, Thawed
from tl_core.training.averaging import Averaged
from tl_core.training.batches import balanced_batches, epoch_batches, views_of
from tl_core.training.capturing import (
    captured_randomness,
    captured_steps,
    captured_weights,
    put_back_optimizer,
    put_back_randomness,
    put_back_steps,
    put_back_weights,
)
from tl_core.training.checkpoint import Weights, restore, trained_weights
from tl_core.training.checkpointing import ROLE_BEST, Checkpointing, KeptTuning
from tl_core.training.engine import Engine
from tl_core.training.how_far import Best, HowFar
from tl_core.training.judging import judged
from tl_core.training.learning import Learning, as_of, learns_in
from tl_core.training.losses import Objective
from tl_core.training.metrics import Clock, Pace, Running
from tl_core.training.pictures import Positions, TrainingData
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.stepping import Stepper
from tl_core.training.trainee import Trainee

ShouldStop = Callable[[], bool]
MakeTrainee = Callable[[TrainingPlan], Generator[Event, None, Trainee | None]]


class FineTuning:
    """One fine-tuning: owns the steps, what learns by now, how far it has come, and the average of the weights."""

    def __init__(
        self,
        plan: TrainingPlan,
        data: TrainingData,
        module: nn.Module,
        learning: Learning,
        make_trainee: MakeTrainee,
        *,
        checkpoints: Checkpointing,
        kept: KeptTuning | None = None,
    ) -> None:
        """With what a checkpoint `kept` it goes on from there, as if it had never been interrupted."""
        self.plan, self.data, self.module, self.learning = plan, data, module, learning
        engine = Engine(plan.device, plan.precision)
        self.averaged = Averaged(module, learning.names, plan.ema_decay) if plan.ema_decay else None
        self.stepper = Stepper(plan, engine, Objective.of(plan, data), self.averaged)
        self.far = HowFar(Best.none())
        self._checkpoints, self._kept, self._is_kept = checkpoints, kept, True
        self._make_trainee = make_trainee
        self._trainee: Trainee | None = None

    def run(self, best: Best, *, should_stop: ShouldStop, clock: Clock) -> Generator[Event, None, bool]:
        """Trains until the plan's end, early stopping or a stop; True when it was stopped by somebody.

        Leaves the best weights in the network where the plan keeps the best, else the last ones. Checkpoints are kept
        at ends of epochs, by the clock within long ones, at a stop and at the end, each after the event that tells it.
        """
        plan, far, stopped = self.plan, self._begun(best), False
        pace, report, seen = Pace(clock), Pace(clock), self._seen()
        while far.epochs < plan.epochs and not far.stands_still(plan.patience):
            epoch = far.epochs + 1
            if (yield from self._thaw(epoch)):
                far.leader.epoch = far.epochs  # what has just thawed gets its time
            trainee = self._trainee
            if trainee is None or (yield from self._prepare(trainee, epoch, should_stop, pace=pace)):
                stopped = True
                break
            epoch_pace, before = Pace(clock), far.running.count
            stopped = yield from self._epoch(trainee, epoch, seen, should_stop=should_stop, pace=pace, report=report)
            if stopped:
                break
            yield self._epoch_ends(trainee, epoch, epoch_pace.rate(far.running.count - before))
            if self._checkpoints.due(in_epoch=False):
                yield from self._keep()
        if not self._is_kept:
            yield from self._keep()
        if self.averaged is not None:
            self.averaged.take_over()
        if plan.keep_best:
            restore(self.module, far.best.weights)
        return stopped

    def _seen(self) -> int:
        """So many pictures."""
        return self.far.epochs * len(self.data.train) + self.far.running.count

    def _thaw(self, epoch: int) -> Generator[Event, None, bool]:
        """Lets more stages learn where the plan says so; True where it did. Without a trainee then: stopped."""
        stages = learns_in(self.plan, self.learning, epoch)
        if stages:
            thawed = tuple(stage for start, stage in self.plan.thaws if start == epoch)
            if thawed:
                yield Thawed(epoch, thawed)
            self.stepper.learn_also(self.learning.thaw(stages))
        if self._kept is not None and self.stepper.optimizer is not None:
            put_back_optimizer(self.module, self.stepper.optimizer, self._kept.tensors)
        if stages or self._trainee is None:
            self._trainee = None  # what it holds on the device goes before the next one holds its own
            self._trainee = yield from self._make_trainee(as_of(self.plan, epoch))
        return bool(stages)

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
        self, trainee: Trainee, epoch: int, seen: int, *, should_stop: ShouldStop, pace: Pace, report: Pace
    ) -> Generator[Event, None, bool]:
        """The batches of an epoch that are not done yet; True when it was stopped. `seen` counts for no pace."""
        train = self.data.train
        since, running, batches, done = Running(), self.far.running, self._batches(epoch), self.far.batches
        self._seed(epoch)
        trainee.learn()
        ways = list(zip(batches, self._views(batches, epoch), strict=True))
        for number, (batch, views) in enumerate(ways[done:], start=done + 1):
            if should_stop():
                self._count(running, since)  # weights that grew without bound are no usable model
                return True
            is_last = number == len(batches)
            if not is_last:
                trainee.expect(train.positions[batches[number]])
            yield from self.stepper.make(
                trainee, train.positions[batch], train.labels[batch], views, epoch=epoch, batch=number
            )
            self.far.batches, self._is_kept = number, False
            is_due = report.due()
            if is_due or is_last or not self.stepper.reads_late:
                self._count(running, since)
            if is_due or (is_last and since.count == running.count):
                yield self._step_done(epoch, since, pace, seen)
                since = Running()
            if not is_last and self._checkpoints.due(in_epoch=True):
                self._count(running, since)
                yield from self._keep()
        return False

    def _seed(self, epoch: int) -> None:
        """For dropout alone: order and views have seeds of their own."""
        torch.manual_seed(int(np.random.SeedSequence([self.plan.seed, epoch]).generate_state(1)[0]))
        if self._kept is not None and self.far.batches:
            put_back_randomness(self._kept.tensors, self.plan.device)
        self._kept = None

    def _step_done(self, epoch: int, since: Running, pace: Pace, seen: int) -> StepDone:
        shown = self._seen() - seen
        return StepDone(
            step=self.stepper.step,
            steps=self.plan.steps,
            epoch=epoch,
            epochs=self.plan.epochs,
            train_loss=since.loss,
            learning_rate=self.stepper.learning_rate,
            images_per_second=pace.rate(shown),
            seconds_left=pace.left(shown, self.plan.epochs * len(self.data.train) - seen),
        )

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

    def _epoch_ends(self, trainee: Trainee, epoch: int, rate: float) -> EpochDone:
        """Judges the epoch, keeps its weights in mind where they are the best, and says so."""
        running = self.far.running
        with self._answering():
            loss, accuracy = judged(self.plan, trainee, self.data.val, steps=self.stepper.step)
            self.stepper.rates.judged(loss)
            is_best = self.far.epoch_ends(accuracy, loss)
            if is_best and accuracy is not None and loss is not None:
                self.far.best = Best(trained_weights(self.module, self.learning.names), accuracy, loss, epoch)
                self._checkpoints.carry(ROLE_BEST, self.far.best.weights)
        return EpochDone(
            epoch=epoch,
            epochs=self.plan.epochs,
            train_loss=running.loss,
            train_accuracy=running.accuracy,
            val_loss=loss,
            val_accuracy=accuracy,
            learning_rate=self.stepper.learning_rate,
            images_per_second=rate,
            is_best=is_best,
        )

    def _keep(self) -> Iterator[Event]:
        far, self._is_kept = self.far, True
        if far.best.epoch == far.epochs > 0 and not far.batches:
            far.best.checkpoint = self._checkpoints.folder.next_number
        return self._checkpoints.save(self._captured, pinned=far.best.checkpoint)

    def _captured(self) -> tuple[dict[str, Any], Weights]:
        steps, tensors = captured_steps(self.module, self.stepper, self.averaged)
        weights = captured_weights(self.module, self.learning.names)
        return {**steps, **self.far.to_dict()}, {**weights, **tensors, **captured_randomness(self.plan.device)}

    def _begun(self, best: Best) -> HowFar:
        """Where it begins: with what a checkpoint holds, but for what has to wait until something learns."""
        self.far, kept = HowFar(best), self._kept
        if kept is None:
            return self.far
        self.far = HowFar.from_dict(kept.state, kept.best or best.weights)
        put_back_weights(self.module, kept.tensors)
        put_back_steps(self.stepper, self.averaged, kept.state, kept.tensors)
        for epoch in range(1, self.far.epochs + 1):
            stages = learns_in(self.plan, self.learning, epoch)
            if stages:
                self.stepper.learn_also(self.learning.thaw(stages))
        return self.far
