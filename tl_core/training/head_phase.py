"""The first usable model: features of every picture once, then the closed-form head. Knows no optimizer."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import StagedNetwork
from tl_core.data.noted import Noted, write_noted
from tl_core.errors import TrainingError
from tl_core.evaluation.unusual import MOST_PICTURES, unusual
from tl_core.events import EpochDone, Event, Phase
from tl_core.training.calibrating import log_loss, softmax
from tl_core.training.decomposing import NOT_FINITE, blocks
from tl_core.training.device_feed import DevicePictures
from tl_core.training.folds import cross_validated
from tl_core.training.heads import fit_ridge_head
from tl_core.training.metrics import Clock, Pace
from tl_core.training.pictures import Part, TrainingData, TrainingFiles, rows_of
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.prefix import ClassifierInput, Kept, Prefix, prefix_features


@dataclass(frozen=True, slots=True)
class FirstModel:
    """The head's numbers, and the pictures that it was made from (fewer after a stop).

    `loo_probabilities` (train pictures, classes) are from heads that were fitted without each, or without its fold;
    None from scratch.
    """

    data: TrainingData
    val_loss: float | None
    val_accuracy: float | None
    loo_probabilities: NDArray[np.float32] | None
    prefix: Prefix
    kept: Kept | None = None  # the features that it was made from


def first_model(
    plan: TrainingPlan,
    data: TrainingData,
    network: StagedNetwork,
    files: TrainingFiles,
    *,
    should_stop: Callable[[], bool],
    clock: Clock,
) -> Generator[Event, None, FirstModel]:
    """Fits the head, puts it into the network's classifier and says EpochDone(0), judged on validation.

    Its training loss and accuracy are the leave-one-out ones: on the pictures it was fitted to, it is nearly always
    right. Asked to stop, it makes the head from the pictures so far, a few of each class at least.
    """
    prefix = head_prefix(network)
    pace = Pace(clock)
    kept = yield from prefix_features(
        prefix,
        plan,
        data,
        rows_of((data.train, data.val)),
        cache=files.cache,
        feed=DevicePictures(plan, data),
        first={int(row) for row in data.train.quick(len(data.classes))},
        should_stop=should_stop,
        clock=clock,
    )
    data = replace(data, train=data.train.within(kept.available), val=data.val.within(kept.available))
    yield Phase("head", 0, 1)
    together = None if data.together is None else data.together[data.train.positions]
    features = features_of(kept, data.train)
    ridge = fit_ridge_head(features, data.train.labels, len(data.classes), together, overwrite=not data.folds)
    set_classifier(classifier_of(network), ridge.weight, ridge.bias)
    val_loss, val_accuracy = judged(kept, data.val, ridge.weight, ridge.bias)
    yield Phase("head", 1, 1)
    yield before_steps(
        plan, (ridge.loo_loss, ridge.loo_accuracy), (val_loss, val_accuracy), rate=pace.rate(len(kept.rows))
    )
    left_out = ridge.loo_probabilities
    if data.folds:
        numbers = [folds[data.train.positions] for folds in data.folds]
        left_out = cross_validated(features, data.train.labels, len(data.classes), numbers)
    return FirstModel(data, val_loss, val_accuracy, left_out, prefix, kept)


def as_it_ran(plan: TrainingPlan, first: FirstModel) -> TrainingPlan:
    """The plan with the engine that ran in the end, so that one that failed is not tried again in every pass."""
    return plan if first.kept is None else replace(plan, frozen_engine=first.kept.engine)


def before_steps(
    plan: TrainingPlan, train: tuple[float, float], val: tuple[float | None, float | None], *, rate: float
) -> EpochDone:
    """Epoch 0, before any step: loss and accuracy on both sides."""
    return EpochDone(
        epoch=0,
        epochs=plan.epochs,
        train_loss=train[0],
        train_accuracy=train[1],
        val_loss=val[0],
        val_accuracy=val[1],
        learning_rate=0.0,
        images_per_second=rate,
        is_best=True,
    )


def note_unusual(dataset: Path, network: str, data: TrainingData, kept: Kept) -> None:
    """Keeps beside the dataset which pictures the frozen network finds odd; its report says so at the next look."""
    positions, first = np.unique(np.concatenate([data.train.positions, data.val.positions]), return_index=True)
    labels = np.concatenate([data.train.labels, data.val.labels])[first]
    if len(positions) > MOST_PICTURES:
        return
    found = unusual(kept.feed(positions).numpy(), labels)
    contents = [data.content_hashes[position] for position in positions]
    outliers = tuple((contents[at], data.classes[labels[at]]) for at in found.outliers)
    write_noted(dataset, Noted(network, outliers, tuple((contents[one], contents[two]) for one, two in found.copies)))


def neutral_start(plan: TrainingPlan, data: TrainingData, network: StagedNetwork) -> Generator[Event, None, FirstModel]:
    """From scratch there are no features worth a head: every class starts equally likely."""
    classifier = classifier_of(network)
    classes = len(data.classes)
    set_classifier(classifier, np.zeros(classifier.weight.shape, np.float32), np.zeros(classes, np.float32))
    chance, loss = 1.0 / classes, float(np.log(classes))
    val_loss, val_accuracy = (loss, chance) if len(data.val) else (None, None)
    yield before_steps(plan, (loss, chance), (val_loss, val_accuracy), rate=0.0)
    return FirstModel(data, val_loss, val_accuracy, None, head_prefix(network))


def head_prefix(network: StagedNetwork) -> Prefix:
    """Everything before the classifier; what it says is kept in 32 bits, also where it is computed in 16.

    Heads are fitted in float32, and the finished model is measured on the same kind of rows, which have to say what its
    own fp32 says. There is little to save: 1,280 numbers are 5 kB a picture, its square 197 kB.
    """
    if network.has_cuts:
        last = [stage.name for stage in network.stages if stage.name != HEAD][-1]
        return Prefix(network.cut(last, train=False)[0], HEAD, "fp32")
    return Prefix(ClassifierInput(network.whole(train=False), classifier_of(network)), HEAD, "fp32")


def classifier_of(network: StagedNetwork) -> nn.Linear:
    classifier = network.network.module.get_submodule(network.network.classifier)
    if not isinstance(classifier, nn.Linear):
        raise TypeError(f"the classifier of {network.network.name} is {type(classifier).__name__}, not Linear")
    return classifier


def set_classifier(classifier: nn.Linear, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
    with torch.no_grad():
        classifier.weight.copy_(torch.from_numpy(weight))
        classifier.bias.copy_(torch.from_numpy(bias))


def features_of(kept: Kept, part: Part) -> NDArray[np.float32]:
    """(n, d), in memory once: read by blocks, so that no second copy is made on the way."""
    width = int(np.prod(kept.rows.shape[1:]))
    found: NDArray[np.float32] = np.empty((len(part), width), np.float32)
    for rows in blocks(len(part)):
        found[rows] = kept.feed(part.positions[rows]).numpy()
    return found


def judged(
    kept: Kept, part: Part, weight: NDArray[np.float32], bias: NDArray[np.float32]
) -> tuple[float | None, float | None]:
    """Loss and accuracy of a head on a part's kept features; None where the part is empty."""
    if not len(part):
        return None, None
    logits = np.empty((len(part), len(weight)), np.float32)
    for rows in blocks(len(part)):
        logits[rows] = kept.feed(part.positions[rows]).numpy() @ weight.T + bias
    if not np.isfinite(logits).all():
        raise TrainingError(*NOT_FINITE)
    probabilities = softmax(logits)
    return log_loss(probabilities, part.labels), float(np.mean(probabilities.argmax(axis=1) == part.labels))
