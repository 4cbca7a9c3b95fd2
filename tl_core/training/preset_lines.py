"""Which freezings a preset tries, from the stages' share of the work, and with which settings. Knows no plan.

Later stages fit a new task best in most kinds of change, but not in all (arXiv 2210.11466); `best` therefore tries more
than one line and lets the validation pictures say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tl_core.backbones.stage import HEAD, Stage
from tl_core.config import RunConfig
from tl_core.training.plan_values import PlanFacts

# Of the forward work, the share that stays frozen.
LATER, MIDDLE = 2 / 3, 1 / 3
ALL = "all"


def candidates_of(config: RunConfig, facts: PlanFacts) -> dict[str, RunConfig]:
    """The settings of each candidate of the preset, by what `freeze` takes; the head in closed form first.

    Without pictures to compare on there is only the head, and what asks for steps is not for the head.
    """
    lines = preset_freezings(config.preset or "instant", facts.stages, on_gpu=facts.device.device != "cpu")
    own = replace(config, preset=None, train_stages=None, gradual="")
    alone = replace(
        own, freeze=ALL, lora_rank=None, batch_norm=None if config.batch_norm == "train" else own.batch_norm
    )
    deeper = {line: replace(own, freeze=line) for line in lines if line != ALL and facts.pictures.get("val")}
    return {ALL: alone, **deeper}


def preset_freezings(preset: str, stages: Sequence[Stage], *, on_gpu: bool) -> tuple[str, ...]:
    """What `freeze` takes, the head in closed form ("all") first; everything thaws only where there is a GPU for it."""
    if preset == "instant":
        return (ALL,)
    if preset == "better":
        return _each_once([ALL, line_at(stages, LATER)])
    return _each_once([ALL, line_at(stages, LATER), line_at(stages, MIDDLE), *(["none"] if on_gpu else [])])


def line_at(stages: Sequence[Stage], share: float) -> str:
    """The stage to freeze up to, so that what is frozen comes nearest to `share` of the work."""
    body = [stage for stage in stages if stage.name != HEAD]
    frozen, distances = 0.0, {"none": share}
    for stage in body[:-1]:
        frozen += stage.share
        distances[stage.name] = abs(frozen - share)
    return min(distances, key=lambda name: distances[name])


def _each_once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
