"""The engine that runs what is frozen in a training: chosen for a plan, made for its parts. Knows no pictures."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from torch import nn

from tl_core.backbones.network import Network
from tl_core.backbones.stage import HEAD
from tl_core.engines.folding import fast_copy
from tl_core.engines.kept_choices import chosen_engine
from tl_core.engines.openvino_part import EngineError, imported, openvino_version
from tl_core.engines.running import FastPart, fast_part
from tl_core.engines.task import Task
from tl_core.processes import cpu_count
from tl_core.training.plan_values import DeviceFacts, TrainingPlan

__all__ = ["FastPart", "engine_for", "fast_copy", "frozen_part", "load_engines", "with_engine"]


def task_of(plan: TrainingPlan, precision: str | None = None) -> Task:
    return Task(plan.preprocessing.image_size, precision or plan.precision, plan.device, cpu_count())


def with_engine(plan: TrainingPlan, before_head: nn.Module, cache: Path, *, is_here: bool = True) -> TrainingPlan:
    """The plan with the engine for what is frozen, and why; `before_head` is the network up to its classifier, with
    its weights if these are here already.
    """
    if plan.start == "scratch":
        return plan
    pictures = plan.pictures.get("train", 0) + plan.pictures.get("val", 0)
    choice = chosen_engine(
        before_head, task_of(plan), pictures, network=plan.backbone, cut=HEAD, cache=cache, keeps=is_here
    )
    return replace(plan, frozen_engine=choice.engine, reasons={**plan.reasons, "frozen_engine": choice.reason})


def engine_for(
    network: Network, before_head: nn.Module, device: DeviceFacts, *, precision: str, pictures: int, cache: Path
) -> str:
    """The engine that a training on so many pictures would take."""
    task = Task(network.preprocessing.image_size, precision, device.device, cpu_count())
    return chosen_engine(before_head, task, pictures, network=network.name, cut=HEAD, cache=cache).engine


def load_engines() -> None:
    """Loads what is installed beside PyTorch, so that nobody waits for that later."""
    if openvino_version() is not None:
        with suppress(EngineError):  # whoever wants it meets the same, and goes on with PyTorch
            imported()


def frozen_part(
    part: nn.Module, plan: TrainingPlan, precision: str | None = None, *, cache: Path | None = None
) -> FastPart:
    """A frozen part ready to run, in the plan's precision or another; kept in `cache` for the next time."""
    return fast_part(part, task_of(plan, precision), plan.frozen_engine, cache=cache)
