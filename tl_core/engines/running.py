"""A part of a network on the engine that was chosen for it, checked once more with the weights that it has now.

Knows no pictures of anybody and no cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from tl_core.engines.choosing import BOUNDS, CHECKED, OPENVINO, TITLES, TORCH, Make, makers, noise, relative_error
from tl_core.engines.folding import fast_copy
from tl_core.engines.kept_parts import keep_part, kept_part
from tl_core.engines.openvino_part import EngineError
from tl_core.engines.task import Task


@dataclass(frozen=True, slots=True)
class FastPart:
    """`engine` is the one that runs it; `told` says why that is another than was asked for, or nothing."""

    module: nn.Module
    engine: str
    told: str = ""


def fast_part(
    part: nn.Module,
    task: Task,
    engine: str,
    *,
    engines: Mapping[str, Make] | None = None,
    cache: Path | None = None,
) -> FastPart:
    """The part ready to run; on PyTorch where the engine is not here, or its features are not right after all.

    What an engine makes of a part takes a second, and is kept in `cache`.
    """
    if engine == TORCH or task.device != "cpu":
        return FastPart(fast_copy(part, task.precision), TORCH)
    engines = makers() if engines is None else engines
    try:
        if engine not in engines:
            raise EngineError("it is not installed any more")
        kept = None if cache is None or engine != OPENVINO else kept_part(cache, part, task)
        if kept is not None:
            return FastPart(kept, engine)
        module = engines[engine](part, task)
        off = relative_error(module, part, noise(task.image_size, CHECKED))
        if not off <= BOUNDS[task.precision]:
            raise EngineError(f"its features differ from PyTorch's by {off:.2%}")
    except EngineError as error:
        title = TITLES.get(engine, engine)
        return FastPart(fast_copy(part, task.precision), TORCH, f"{title} is not used after all: {error}.")
    if cache is not None:
        keep_part(cache, part, task, module)
    return FastPart(module, engine)
