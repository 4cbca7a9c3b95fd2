"""A model of which only the head has learned is measured on features that are computed once and kept, in 32 bits.

So that another head on the same pictures is scored at once. Knows nothing of how the head was fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tl_core.evaluation.predictor import SAME, Predictor
from tl_core.events import Event, Phase
from tl_core.training.device_feed import DevicePictures
from tl_core.training.metrics import Clock
from tl_core.training.pictures import TrainingData, TrainingFiles, rows_of
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.prefix import Kept, Prefix, prefix_features

COMPARED = 4  # pictures that the model in its folder is asked about, to see that it answers the same
ANSWERED_THE_SAME = "answered-the-same"  # beside rows of one kind once a model did


def by_features(
    plan: TrainingPlan,
    prefix: Prefix,
    classifier: nn.Linear,
    data: TrainingData,
    *,
    files: TrainingFiles,
    clock: Clock,
) -> Generator[Event, None, NDArray[np.float32] | None]:
    """The head on kept features in 32 bits; None where the model in its folder does not answer the same.

    It is asked about a few pictures when features had to be computed, and once for every kind of kept features: others
    may have computed these, the first model itself where it computes in 32 bits.
    """
    part, computed = data.measured(plan.measured_on), False
    events = features_in_full(plan, prefix, data, cache=files.cache, should_stop=lambda: False, clock=clock)
    kept = None
    while kept is None:
        try:
            event = next(events)
        except StopIteration as end:
            kept = end.value
        else:
            computed = computed or (isinstance(event, Phase) and event.done < event.total)
            yield replace(event, name="scoring") if isinstance(event, Phase) else event
    with torch.inference_mode():
        logits = classifier(kept.feed(part.positions).to(classifier.weight.device)).cpu()
    probabilities: NDArray[np.float32] = torch.softmax(logits.double(), dim=1).float().numpy()
    proof = kept.rows.folder / ANSWERED_THE_SAME
    if computed or not proof.exists():
        asked = np.asarray(data.squares[part.positions[:COMPARED]])
        answered = Predictor.open(files.model).probabilities(asked)
        if not np.abs(answered - probabilities[:COMPARED]).max(initial=0.0) <= SAME:
            return None
        with suppress(OSError):  # then the next one is asked again
            proof.touch()
    return probabilities


def features_in_full(
    plan: TrainingPlan,
    prefix: Prefix,
    data: TrainingData,
    *,
    cache: Path,
    should_stop: Callable[[], bool],
    clock: Clock,
) -> Generator[Event, None, Kept]:
    """The features in 32 bits of the pictures that the plan measures on, from the cache where they are known."""
    return prefix_features(
        replace(prefix, stored="fp32"),
        replace(plan, precision="fp32"),
        data,
        rows_of((data.measured(plan.measured_on),)),
        cache=cache,
        feed=DevicePictures(plan, data),
        first=(),
        should_stop=should_stop,
        clock=clock,
    )
