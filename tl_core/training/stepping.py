"""One step of learning after the other. Owns the optimizer, the count of steps, and how many pictures fit at once."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence

import torch
from torch import Tensor, nn

from tl_core.errors import TrainingError
from tl_core.events import Event, Warned
from tl_core.training.averaging import Averaged
from tl_core.training.counting import Computed, Counted, Counting
from tl_core.training.engine import MEMORY_ERRORS, Engine, is_out_of_memory
from tl_core.training.losses import Objective, Targets, targets_of
from tl_core.training.mixing import mixture_of
from tl_core.training.optim import make_optimizer, parameter_groups, set_learning_rate
from tl_core.training.pictures import Positions
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.schedules import Rates
from tl_core.training.trainee import Trainee


class Stepper:
    """Makes steps of the plan's batch size, in pieces where the memory does not hold so many pictures.

    `reads_late`: what a step found out stays on the device until `read`, so that the program never waits within steps.
    A loss that is no number is noticed then, and the steps after it were made in vain; it says so by the same words.
    """

    def __init__(self, plan: TrainingPlan, engine: Engine, objective: Objective, averaged: Averaged | None) -> None:
        self.plan, self.engine, self.objective, self.averaged = plan, engine, objective, averaged
        self.rates = Rates(plan)
        self.step = 0
        self.reads_late = engine.device != "cpu"
        self.at_once = plan.batch_size + 1  # a lone last picture joins a batch
        self._counting = Counting()
        self._optimizer: torch.optim.Optimizer | None = None
        self._parameters: list[nn.Parameter] = []

    @property
    def learning_rate(self) -> float:
        """Of the step before."""
        return self.rates.at(max(0, self.step - 1))

    @property
    def optimizer(self) -> torch.optim.Optimizer | None:
        """None while nothing learns yet."""
        return self._optimizer

    def learn_also(self, parameters: Mapping[str, Sequence[nn.Parameter]]) -> None:
        """These parameters, by stage, learn from the next step on; what the optimizer knows of others stays."""
        self._parameters += [parameter for own in parameters.values() for parameter in own]
        if self._optimizer is None:
            self._optimizer = make_optimizer(self.plan, parameters)
        else:
            for group in parameter_groups(self.plan, parameters):
                self._optimizer.add_param_group(group)

    def make(
        self, trainee: Trainee, positions: Positions, labels: Positions, views: Positions, *, epoch: int, batch: int
    ) -> Generator[Event, None, None]:
        """One step; `read` tells what it found out. `views` has the number of each picture's view.

        Raises TrainingError when the loss is not finite, unless that is read late.
        """
        optimizer = self._optimizer
        if optimizer is None:
            raise TypeError("nothing learns yet")
        set_learning_rate(optimizer, self.rates.at(self.step))
        mixture = mixture_of(self.plan, epoch=epoch, batch=batch, pictures=len(positions))
        pictures = trainee.train_feed(positions, views, mixture)
        targets = targets_of(labels, mixture, self.plan.device)
        self.step += 1
        while True:
            optimizer.zero_grad(set_to_none=True)
            try:
                computed = self._gradients(trainee, pictures, targets)
                break
            except MEMORY_ERRORS as error:
                if not is_out_of_memory(error) or min(self.at_once, len(positions)) == 1:
                    raise
            self.at_once = math.ceil(min(self.at_once, len(positions)) / 2)
            self.engine.let_go()
            yield Warned(
                f"The memory does not hold {min(len(positions), 2 * self.at_once)} pictures at once, so each step "
                f"takes {self.at_once} at a time; it still learns from {self.plan.batch_size} together."
            )
        nn.utils.clip_grad_norm_(self._parameters, self.plan.gradient_clip)
        optimizer.step()
        if self.averaged is not None:
            self.averaged.update()
        self._counting.add(computed)

    def read(self) -> list[Counted]:
        """What every step since the last reading found out. Raises TrainingError for a loss that is not finite."""
        counted = self._counting.read()
        for step in counted:
            self._check(step.loss, step.step)
        return counted

    def _gradients(self, trainee: Trainee, pictures: Tensor, targets: Targets) -> Computed:
        """Adds up the gradients of the mean loss over all pieces; raises before any step is made of them."""
        count = len(pictures)
        value = torch.zeros((), device=self.engine.device)
        correct = torch.zeros((), dtype=torch.int64, device=self.engine.device)
        for start in range(0, count, self.at_once):
            piece, truth = pictures[start : start + self.at_once], targets.rows(start, start + self.at_once)
            seen = trainee.through(self.engine.place(piece))
            with self.engine.learning():
                logits: Tensor = trainee.part(seen)
            loss = self.objective.losses(logits.float(), truth).sum() / count
            value += loss.detach()
            if not self.reads_late:
                self._check(float(value), self.step)
            loss.backward()  # type: ignore[no-untyped-call]
            correct += (logits.detach().argmax(dim=1) == truth.foremost).sum()
        return Computed(self.step, count, value, correct)

    def _check(self, loss: float, step: int) -> None:
        if not math.isfinite(loss):
            raise TrainingError(
                f"The loss became {loss} in step {step} of {self.plan.steps}: "
                f"with the learning rate {self.plan.learning_rate:g} the weights grew without bound.",
                f"Choose a smaller learning rate, for example {self.plan.learning_rate / 10:g}.",
            )
