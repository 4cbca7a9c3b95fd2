"""What a training will cost on this machine, for any freezing, from one short measurement. Knows no torch.

`Speed` is measured once for a machine and a network (`training.estimate`); every `Estimate` is arithmetic on it, so
that moving the ice line answers at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tl_core.backbones.stage import HEAD
from tl_core.training.made import NOTHING_MADE, Made

# What remains of a stage's backward pass when its own weights need no gradient: the way through to what is before.
BACKWARD_THROUGH = 0.5
# Kept beside each trained number while it trains: its gradient and what the optimizer remembers, in numbers.
OPTIMIZER_MEMORY = {"adamw": 2.0, "adam": 2.0, "sgd": 1.0, "rmsprop": 2.0, "adagrad": 1.0}
BYTES_A_NUMBER = 4


@dataclass(frozen=True, slots=True)
class StageSpeed:
    """One stage, a picture: seconds to answer (frozen, folded), to be judged after an epoch, to learn there and back.

    `kept_bytes` lie between the way forwards and the way back.
    """

    name: str
    parameters: int
    answer_seconds: float
    judge_seconds: float
    forward_seconds: float
    backward_seconds: float
    kept_bytes: float


class Alone(NamedTuple):
    """What the end of a network that takes this `share` of the time costs when it learns alone, as a part of that."""

    share: float
    ratio: float

    def of(self, share: float) -> float:
        """The same for the end with another share: from there to the whole network in a straight line."""
        if share <= self.share or self.share >= 1.0:
            return self.ratio
        return self.ratio + (1.0 - self.ratio) * (share - self.share) / (1.0 - self.share)


WITHIN = Alone(1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured here: per stage, and per picture for what comes before the network.

    `read_seconds` decodes a picture from its file, `feed_seconds` makes an input of a decoded one, `view_seconds` a
    varied input by augmentation's name; `step_seconds` is the optimizer's for a million trained numbers. `base_bytes`
    is a process that fits a head, `learning_bytes` what its libraries add for steps of any size. `alone` says what the
    network's end costs less when nothing before it runs. `making_seconds` pass until a frozen part is ready to run
    fast, once for each part that is cut off and once for the finished model. `score_seconds` is a picture's in the
    finished model; `start_seconds` pass before the first picture: a process, its libraries, the network built, traced;
    `end_seconds` at the end, whatever was trained: the model is written.
    """

    backbone: str
    image_size: int
    device: str
    has_cuts: bool
    stages: tuple[StageSpeed, ...]
    read_seconds: float
    feed_seconds: float
    view_seconds: dict[str, float]
    step_seconds: float
    base_bytes: float
    learning_bytes: float = 0.0
    alone: Alone = WITHIN
    making_seconds: float = 0.0
    score_seconds: float = 0.0
    start_seconds: float = 0.0
    end_seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Speed:
        names = {field.name for field in dataclasses.fields(cls)}
        known = {name: value for name, value in values.items() if name in names}
        alone = Alone(*known.pop("alone", WITHIN))
        return cls(**{**known, "alone": alone, "stages": tuple(StageSpeed(**stage) for stage in values["stages"])})


@dataclass(frozen=True, slots=True)
class Workload:
    """What is to be done: how many pictures, in which steps, which stages train; and what is `made` already."""

    train: int
    judged: int  # pictures that every epoch is judged on
    trained: tuple[str, ...]
    epochs: int
    batch_size: int
    augment: str = "none"
    optimizer: str = "adamw"
    cached_views: int = 0  # so many varied views take turns, and what the frozen part says of them is kept
    others: int = 0  # pictures that are only read: the person's own test
    scored: int = 0  # looks at pictures that the finished model is measured on
    made: Made = NOTHING_MADE


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds and bytes of a training, before it begins. A head in closed form has no epochs: `epoch_seconds` is 0.

    `disk_bytes` are newly written and stay; `disk_missing_bytes` are what the disk lacks for it (`estimate_disk`).
    """

    first_model_seconds: float
    epoch_seconds: float
    total_seconds: float
    memory_bytes: float
    trainable_parameters: int
    total_parameters: int
    disk_bytes: float = 0.0
    disk_missing_bytes: float = 0.0

    @property
    def trainable_share(self) -> float:
        return self.trainable_parameters / self.total_parameters if self.total_parameters else 0.0

    def to_dict(self) -> dict[str, Any]:
        return {**dataclasses.asdict(self), "trainable_share": self.trainable_share}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Estimate:
        return cls(**{field.name: values[field.name] for field in dataclasses.fields(cls)})


def estimated(speed: Speed, work: Workload) -> Estimate:
    """The cost of `work` at `speed`: the first model, what is kept for the epochs, the epochs, the model measured."""
    learning = [stage for stage in speed.stages if stage.name in work.trained]
    head_only = all(stage.name == HEAD for stage in learning)
    first = first_model_seconds(speed, work)
    epoch = 0.0 if head_only else epoch_seconds(speed, work)
    once = 0.0 if head_only else remembering_seconds(speed, work)
    scoring = scoring_seconds(speed, work.scored * (1.0 - work.made.scored) if head_only else work.scored)
    trainable = sum(stage.parameters for stage in learning)
    return Estimate(
        first_model_seconds=first,
        epoch_seconds=epoch,
        total_seconds=first + once + work.epochs * epoch + scoring + speed.end_seconds,
        memory_bytes=memory_bytes(speed, work, head_only=head_only),
        trainable_parameters=trainable,
        total_parameters=sum(stage.parameters for stage in speed.stages),
    )


def scoring_seconds(speed: Speed, looks: float) -> float:
    """Of the finished model at so many pictures; without any, nothing has to be made fast for it."""
    return speed.making_seconds + looks * (speed.feed_seconds + speed.score_seconds) if looks else 0.0


def first_model_seconds(speed: Speed, work: Workload) -> float:
    """Reading, features, the closed form: a few products of (pictures, features), small beside the features."""
    answer, pictures = sum(stage.answer_seconds for stage in speed.stages), work.train + work.judged
    unread, unseen = (pictures + work.others) * (1.0 - work.made.read), pictures * (1.0 - work.made.seen)
    return speed.start_seconds + unread * speed.read_seconds + unseen * (speed.feed_seconds + answer)


def remembering_seconds(speed: Speed, work: Workload) -> float:
    """What the frozen beginning says, kept before the epochs: of all pictures, or of those alone that never vary."""
    if not speed.has_cuts or first_learning(speed.stages, work.trained) == 0:
        return 0.0
    once = speed.feed_seconds + prefix_seconds(speed, work)
    varied = view_seconds(speed, work) + once
    turns = min(work.cached_views, work.epochs)
    judged, learned = work.judged * (1.0 - work.made.judged), work.train * (1.0 - work.made.learned)
    seconds = judged * once
    if remembers(speed, work):
        seconds += learned * (once if work.augment == "none" else turns * varied)
    making = 0.0 if remembers(speed, work) and not judged + learned else speed.making_seconds
    return making + seconds


def epoch_seconds(speed: Speed, work: Workload) -> float:
    steps = -(-work.train // max(1, work.batch_size))
    trainable = sum(stage.parameters for stage in speed.stages if stage.name in work.trained)
    stepping = steps * speed.step_seconds * trainable / 1e6
    judging = work.judged * sum(stage.judge_seconds for stage in suffix(speed, work))
    return work.train * (feeding_seconds(speed, work) + learning_seconds(speed, work.trained)) + judging + stepping


def feeding_seconds(speed: Speed, work: Workload) -> float:
    """A picture to the first stage that learns: nothing where the frozen part is remembered."""
    if remembers(speed, work):
        return 0.0
    return speed.feed_seconds + view_seconds(speed, work) + prefix_seconds(speed, work)


def view_seconds(speed: Speed, work: Workload) -> float:
    """Of varying a picture."""
    return speed.view_seconds.get(work.augment, 0.0) if work.augment != "none" else 0.0


def learning_seconds(speed: Speed, trained: Collection[str]) -> float:
    """Forwards and backwards through everything from the first stage that learns; frozen ones only let it through."""
    costs = [stage.forward_seconds + stage.backward_seconds for stage in speed.stages]
    share = sum(costs[first_learning(speed.stages, trained) :]) / (sum(costs) or 1.0)
    seconds, begun = 0.0, False
    for stage in speed.stages:
        if stage.name in trained:
            begun = True
            seconds += stage.forward_seconds + stage.backward_seconds
        elif begun:
            seconds += stage.forward_seconds + BACKWARD_THROUGH * stage.backward_seconds
    return seconds * (speed.alone.of(share) if speed.has_cuts else 1.0)


def prefix_seconds(speed: Speed, work: Workload) -> float:
    return sum(stage.answer_seconds for stage in speed.stages[: first_learning(speed.stages, work.trained)])


def suffix(speed: Speed, work: Workload) -> Sequence[StageSpeed]:
    """What judging an epoch runs through: validation pictures are never varied, so their frozen part is remembered."""
    return speed.stages[first_learning(speed.stages, work.trained) :] if speed.has_cuts else speed.stages


def remembers(speed: Speed, work: Workload) -> bool:
    """Whether the frozen part's output is kept for all epochs."""
    keeps = work.augment == "none" or work.cached_views > 0
    return speed.has_cuts and keeps and first_learning(speed.stages, work.trained) > 0


def first_learning(stages: Sequence[StageSpeed], trained: Collection[str]) -> int:
    """The position of the first stage that learns."""
    return next((at for at, stage in enumerate(stages) if stage.name in trained), len(stages))


def memory_bytes(speed: Speed, work: Workload, *, head_only: bool) -> float:
    """The process, what a step keeps between its ways forwards and back, gradients and the optimizer's numbers."""
    if head_only:
        return speed.base_bytes
    kept = sum(stage.kept_bytes for stage in speed.stages[first_learning(speed.stages, work.trained) :])
    trainable = sum(stage.parameters for stage in speed.stages if stage.name in work.trained)
    beside = (1.0 + OPTIMIZER_MEMORY.get(work.optimizer, 2.0)) * trainable * BYTES_A_NUMBER
    return speed.base_bytes + speed.learning_bytes + work.batch_size * kept + beside
