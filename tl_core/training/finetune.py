"""Epochs of steps over what learns, as events. Knows neither the screen nor the disk, but for checkpoints."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from tl_core.errors import TrainingError
from tl_core.events import EpochDone, Event, StepDone
from tl_core.training.batches import epoch_batches
from tl_core.training.checkpoint import Weights, restore, save_weights, trained_weights
from tl_core.training.engine import Engine
from tl_core.training.metrics import Clock, Pace, Running
from tl_core.training.optim import learning_rate_at, make_optimizer, set_learning_rate
from tl_core.training.pictures import Part, Positions, TrainingData
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.trainee import Trainee

JUDGED_AT_ONCE = 64


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
    """One fine-tuning: owns the optimizer, the step count and the best weights."""

    def __init__(
        self, plan: TrainingPlan, data: TrainingData, module: nn.Module, trainee: Trainee, trained: tuple[str, ...]
    ) -> None:
        self.plan, self.data, self.module, self.trainee, self.trained = plan, data, module, trainee, trained
        self.engine = Engine(plan.device, plan.precision)
        self.optimizer = make_optimizer(plan, trainee.parameters)
        self.step = 0
        self.epochs_done = 0

    def run(
        self,
        best: Best,
        *,
        checkpoints: Path,
        should_stop: Callable[[], bool],
        clock: Clock,
    ) -> Generator[Event, None, bool]:
        """Trains until the plan's end, early stopping or a stop; True when it was stopped by somebody.

        Leaves the best weights in the network where the plan keeps the best, else the last ones.
        """
        plan, pace, report, stopped = self.plan, Pace(clock), Pace(clock), False
        # Early stopping compares fine-tuned epochs alone: the first ones are often worse than the head they start from.
        leader = Best({}, -math.inf, math.inf)
        for epoch in range(1, plan.epochs + 1):
            epoch_pace, running = Pace(clock), Running()
            stopped = yield from self._epoch(epoch, running, should_stop=should_stop, pace=pace, report=report)
            if stopped:
                break
            rate = epoch_pace.rate(running.count)
            val_loss, val_accuracy = self.judged(self.data.val)
            self.epochs_done = epoch
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
                learning_rate=learning_rate_at(plan, self.step - 1),
                images_per_second=rate,
                is_best=is_best,
            )
            if plan.patience is not None and epoch - leader.epoch >= plan.patience:
                break
        if plan.keep_best:
            restore(self.module, best.weights)
        return stopped

    def _epoch(
        self, epoch: int, running: Running, *, should_stop: Callable[[], bool], pace: Pace, report: Pace
    ) -> Generator[Event, None, bool]:
        plan, train = self.plan, self.data.train
        since = Running()
        batches = epoch_batches(len(train), plan.batch_size, seed=plan.seed, epoch=epoch)
        seeded = int(np.random.SeedSequence([plan.seed, epoch]).generate_state(1)[0])
        torch.manual_seed(seeded)  # for dropout alone: order and views have seeds of their own
        self.trainee.learn()
        for number, batch in enumerate(batches, start=1):
            if should_stop():
                return True
            loss, correct = self._step(train.positions[batch], train.labels[batch], epoch)
            running.add(loss, correct, len(batch))
            since.add(loss, correct, len(batch))
            if report.due() or (number == len(batches) and since.count == running.count):
                shown = running.count + (epoch - 1) * len(train)
                yield StepDone(
                    step=self.step,
                    steps=plan.steps,
                    epoch=epoch,
                    epochs=plan.epochs,
                    train_loss=since.loss,
                    learning_rate=learning_rate_at(plan, self.step - 1),
                    images_per_second=pace.rate(shown),
                    seconds_left=pace.left(shown, plan.epochs * len(train)),
                )
                since = Running()
        return False

    def _step(self, positions: Positions, labels: Positions, epoch: int) -> tuple[float, int]:
        """One step; the mean loss and how many were right. Raises TrainingError when the loss is not finite."""
        rate = learning_rate_at(self.plan, self.step)
        set_learning_rate(self.optimizer, rate)
        truth = torch.from_numpy(labels).to(self.plan.device)
        batch = self.engine.place(self.trainee.train_feed(positions, epoch))
        with self.engine.autocast():
            logits: Tensor = self.trainee.part(batch)
        loss = cross_entropy(logits.float(), truth, label_smoothing=self.plan.label_smoothing)
        value = float(loss.detach())
        self.step += 1
        if not math.isfinite(value):
            raise TrainingError(
                f"The loss became {value} in step {self.step} of {self.plan.steps}: "
                f"with the learning rate {self.plan.learning_rate:g} the weights grew without bound.",
                f"Choose a smaller learning rate, for example {self.plan.learning_rate / 10:g}.",
            )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.trainee.parameters, self.plan.gradient_clip)
        self.optimizer.step()
        return value, int((logits.detach().argmax(dim=1) == truth).sum())

    def judged(self, part: Part) -> tuple[float | None, float | None]:
        """Loss and accuracy as an answering network; None where the part is empty."""
        if not len(part):
            return None, None
        self.trainee.judge()
        running = Running()
        for start in range(0, len(part), JUDGED_AT_ONCE):
            positions = part.positions[start : start + JUDGED_AT_ONCE]
            truth = torch.from_numpy(part.labels[start : start + JUDGED_AT_ONCE])
            logits = self.engine.infer(self.trainee.part, self.trainee.val_feed(positions)).float()
            loss = float(cross_entropy(logits, truth))
            running.add(loss, int((logits.argmax(dim=1) == truth).sum()), len(positions))
        if not math.isfinite(running.loss):
            raise TrainingError(
                f"The validation loss became {running.loss} after {self.step} steps with the learning rate "
                f"{self.plan.learning_rate:g}.",
                f"Choose a smaller learning rate, for example {self.plan.learning_rate / 10:g}.",
            )
        return running.loss, running.accuracy

    def _keep(self, best: Best, epoch: int, accuracy: float | None, loss: float | None, *, checkpoints: Path) -> None:
        """Writes the last weights, and the best where these are."""
        weights = trained_weights(self.module, self.trained)
        save_weights(checkpoints / "last.safetensors", weights, epoch=epoch)
        if accuracy is not None and loss is not None and best.beaten_by(accuracy, loss):
            best.weights, best.accuracy, best.loss, best.epoch = weights, accuracy, loss, epoch
            save_weights(checkpoints / "best.safetensors", weights, epoch=epoch)
