"""Which stages train and which stay frozen, from `freeze`, `train_stages` and `gradual`. Knows stage names only."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from tl_core.backbones.stage import HEAD, Stage
from tl_core.config import RunConfig, thaws_of

FREEZE_WORDS = ("all", "none")


@dataclass(frozen=True, slots=True)
class Freezing:
    """`cut` is the last stage of the frozen prefix, None when the first stage trains; `thaws` follow, by epoch."""

    frozen: tuple[str, ...]
    trained: tuple[str, ...]
    cut: str | None
    thaws: tuple[tuple[int, str], ...] = ()

    @property
    def only_head(self) -> bool:
        return self.trained == (HEAD,) and not self.thaws


def resolve_freezing(config: RunConfig, stages: Sequence[Stage]) -> tuple[Freezing, list[str]]:
    """What is frozen, and every problem with the names in words. With problems, the Freezing means nothing."""
    names = [stage.name for stage in stages]
    problems: list[str] = []
    if config.train_stages is not None:
        problems = [unknown_stage(name, names, "train_stages") for name in config.train_stages if name not in names]
        if config.freeze != "all":
            both = f"freeze is '{config.freeze}' and train_stages is '{','.join(config.train_stages)}'"
            problems.append(f"{both}; give one of the two.")
        trained = tuple(name for name in names if name in config.train_stages)
    elif config.freeze in FREEZE_WORDS:
        trained = (HEAD,) if config.freeze == "all" else tuple(names)
    elif config.freeze == HEAD:
        problems.append("freeze is 'head', which would leave nothing to train; 'all' trains the head alone.")
        trained = (HEAD,)
    elif config.freeze in names:
        trained = tuple(names[names.index(config.freeze) + 1 :])
    else:
        problems.append(unknown_stage(config.freeze, [*FREEZE_WORDS, *names], "freeze"))
        trained = (HEAD,)
    frozen = tuple(name for name in names if name not in trained)
    thaws = thaws_of(config.gradual)
    problems += thaw_problems(thaws, names, trained)
    return Freezing(frozen, trained, last_of_prefix(names, trained), thaws), problems


def thaw_problems(thaws: Sequence[tuple[int, str]], names: Sequence[str], trained: Sequence[str]) -> list[str]:
    """What is wrong with a gradual unfreezing: no such stages, stages that train already, the same one twice."""
    problems = [unknown_stage(stage, names, "gradual") for _, stage in thaws if stage not in names]
    for epoch, stage in thaws:
        if stage in trained and stage in names:
            problems.append(f"gradual thaws '{stage}' in epoch {epoch}, but it trains from the start.")
    later = [stage for _, stage in thaws]
    problems += [f"gradual thaws '{stage}' twice." for stage in dict.fromkeys(later) if later.count(stage) > 1]
    return problems


def last_of_prefix(names: Sequence[str], trained: Sequence[str]) -> str | None:
    cut = None
    for name in names:
        if name in trained:
            return cut
        cut = name
    return cut


def unknown_stage(name: str, names: Sequence[str], field: str) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    return f"{field} is '{name}', which is no stage of this network.{guess} There are: {', '.join(names)}."
