"""Which engine runs the frozen part: measured on this machine for about a second each, its features checked.

Knows engines by name and what they gave; neither pictures of anybody nor where a choice is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from tl_core.engines.folding import fast_copy
from tl_core.engines.openvino_part import EngineError, openvino_part, openvino_version
from tl_core.engines.task import Task
from tl_core.engines.torch_part import TorchPart

TORCH, OPENVINO = "torch", "openvino"
TITLES = {TORCH: "PyTorch", OPENVINO: "OpenVINO"}
FEW, MOST = 2, 16  # pictures in a measured pass: as many as fit into the time
CHECKED = 4
SECONDS_EACH, ROUNDS = 0.25, 2
# Another engine has to be so much faster to be worth its start in every run.
FASTER = 1.2
# Where PyTorch does the whole work in so many seconds, nothing faster is looked for.
WORTH_SECONDS = 3.0
SMALL = "PyTorch computes what is frozen: it is done with these pictures before something faster is found."
# How far features may be from PyTorch's in 32 bits, relative to their size.
BOUNDS = {"bf16": 0.05, "fp32": 1e-4}


Make = Callable[[nn.Module, Task], nn.Module]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """`images_per_second` by engine is empty where nothing was measured; such a choice is not kept.

    `is_final` is False where so few pictures were not worth a comparison: for more of them there may be one. A final
    choice says in `few` for how many PyTorch was chosen before it: it stays so for them, whose features are kept.
    """

    engine: str
    reason: str
    images_per_second: Mapping[str, float] = field(default_factory=dict)
    is_final: bool = True
    few: float = 0.0

    def holds_for(self, pictures: int) -> bool:
        return self.is_final or pictures / self.images_per_second[TORCH] < WORTH_SECONDS

    def answer(self, pictures: int) -> EngineChoice:
        """For so many, of which it holds."""
        is_as_before = self.is_final and self.engine != TORCH and pictures < self.few
        return replace(self, engine=TORCH, reason=SMALL) if is_as_before else self

    def after(self, known: EngineChoice | None) -> EngineChoice:
        """This choice, where `known` was the one for few pictures."""
        if known is None or known.is_final:
            return self
        return replace(self, few=WORTH_SECONDS * known.images_per_second[TORCH])

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "images_per_second": dict(self.images_per_second)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> EngineChoice:
        speeds = {str(name): float(speed) for name, speed in values["images_per_second"].items()}
        few = float(values["few"])
        return cls(str(values["engine"]), str(values["reason"]), speeds, bool(values["is_final"]), few)


def makers() -> dict[str, Make]:
    """The engines that are installed here."""
    found: dict[str, Make] = {TORCH: lambda part, task: TorchPart(part, task.precision)}
    if openvino_version() is not None:
        found[OPENVINO] = openvino_part
    return found


def keep_nothing(_made: nn.Module) -> None:
    """What was made is made again by whoever needs it."""


def choose_engine(
    part: nn.Module,
    task: Task,
    pictures: int,
    *,
    engines: Mapping[str, Make],
    clock: Clock,
    known: EngineChoice | None = None,
    keep: Callable[[nn.Module], None] = keep_nothing,
) -> EngineChoice:
    """The fastest engine whose features are right, for a network's part and so many pictures, and why.

    `known` is an earlier choice that does not hold for so many; `keep` is given what was made of the part and is right.
    """
    if task.device != "cpu":
        return EngineChoice(TORCH, "PyTorch computes what is frozen: nothing else is as fast on a graphics card.")
    if OPENVINO not in engines:
        return EngineChoice(
            TORCH, "PyTorch computes what is frozen: OpenVINO, which is faster on many processors, is not installed."
        )
    usual, few = engines[TORCH](part, task), noise(task.image_size, FEW)
    usual(few)
    speed = FEW / max(seconds(usual, few, clock), 1e-9)
    small = EngineChoice(TORCH, SMALL, {TORCH: speed}, is_final=False)
    if known is None and small.holds_for(pictures):
        return small
    batch = noise(task.image_size, max(FEW, min(MOST, int(SECONDS_EACH * speed))))
    try:
        other = engines[OPENVINO](part, task)
        off = relative_error(other, part, batch[:CHECKED])
    except EngineError as error:
        return kept_usual(f"OpenVINO cannot run this network ({error})", usual, batch, clock)
    if not off <= BOUNDS[task.precision]:
        allowed = BOUNDS[task.precision]
        return kept_usual(
            f"OpenVINO's features differ from PyTorch's by {off:.2%}, more than {allowed:.2%}", usual, batch, clock
        )
    choice = fastest(usual, other, batch, clock)
    if choice.engine != TORCH:
        keep(other)
    return choice


def fastest(usual: nn.Module, other: nn.Module, batch: Tensor, clock: Clock) -> EngineChoice:
    """In turn, so that whatever else is busy here slows both; the best time of each counts."""
    other(batch)
    times: dict[str, list[float]] = {TORCH: [], OPENVINO: []}
    while len(times[TORCH]) < ROUNDS or sum(times[TORCH]) < SECONDS_EACH:
        for name, module in ((TORCH, usual), (OPENVINO, other)):
            times[name].append(seconds(module, batch, clock))
    speeds = {name: len(batch) / max(min(each), 1e-9) for name, each in times.items()}
    first, second = (OPENVINO, TORCH) if speeds[OPENVINO] >= FASTER * speeds[TORCH] else (TORCH, OPENVINO)
    reason = (
        f"{TITLES[first]} computes what is frozen: {speeds[first]:,.0f} pictures a second here, "
        f"{TITLES[second]} {speeds[second]:,.0f}."
    )
    return EngineChoice(first, reason, speeds)


def kept_usual(why: str, usual: nn.Module, batch: Tensor, clock: Clock) -> EngineChoice:
    speed = len(batch) / max(seconds(usual, batch, clock), 1e-9)
    return EngineChoice(TORCH, f"PyTorch computes what is frozen: {why}.", {TORCH: speed})


def relative_error(engine: nn.Module, part: nn.Module, batch: Tensor) -> float:
    """How far an engine's features are from PyTorch's in 32 bits, as a share of their size."""
    with torch.inference_mode():
        wanted = fast_copy(part, "fp32")(batch).float()
        found = engine(batch).float()
    if found.shape != wanted.shape:
        return float("inf")
    return float((found - wanted).norm() / wanted.norm().clamp_min(1e-30))


def noise(size: int, count: int) -> Tensor:
    """Pictures that are as smooth and as bright as photographs are after normalisation."""
    numbers = torch.Generator().manual_seed(0)
    coarse = torch.randn(count, 3, 8, 8, generator=numbers)
    fine = torch.randn(count, 3, size, size, generator=numbers)
    return nn.functional.interpolate(coarse, size=(size, size), mode="bilinear") + 0.2 * fine


def seconds(module: nn.Module, batch: Tensor, clock: Clock) -> float:
    before = clock()
    with torch.inference_mode():
        module(batch)
    return clock() - before
