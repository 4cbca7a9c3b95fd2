"""Ways to train that `benchmarks.finetune` holds against each other: images a second of steps, seconds of epochs.

Knows networks, pictures and clocks; neither goals nor files of results.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from benchmarks.freeze_depth import BACKBONE
from tl_core.backbones.build import build_network
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.events import EpochDone, Event, Planned, checked
from tl_core.jobs.journal import JournalWriter
from tl_core.processes import cpu_count
from tl_core.training.device import device_facts
from tl_core.training.engine import Engine
from tl_core.training.estimate import synchronised
from tl_core.training.judging import JUDGED_AT_ONCE
from tl_core.training.metrics import Clock
from tl_core.training.norms import batch_norms
from tl_core.training.session import run_training
from tl_core.training.surroundings import staged

BATCH, KINDS = 32, 10
WARMING = 2  # steps that do not count


@dataclass(frozen=True, slots=True)
class Took:
    """`images_per_second` counts steps alone; `epoch_seconds` is an epoch from end to end, where that was measured."""

    images_per_second: float
    epoch_seconds: float | None = None


def with_thaw(dataset: Dataset, folder: Path, config: RunConfig, clock: Clock = time.perf_counter) -> Took:
    """The later epochs of a training as a worker runs it, its journal included; the first makes what is kept.

    An epoch lasts from the record of the one before to its own: reading, steps, judging, checkpoints, journal.
    """
    own = Path(tempfile.mkdtemp(dir=folder))
    events = run_training(config, dataset, own, folder / "cache", should_stop=lambda: False, clock=clock)
    with JournalWriter(own / "journal.jsonl") as journal:
        return told(events, journal, clock)


def told(events: Iterable[Event], journal: JournalWriter, clock: Clock) -> Took:
    rates, ends = [], []
    for event in checked(iter(events)):
        journal.append(event)
        if isinstance(event, EpochDone) and event.epoch > 0:
            rates.append(event.images_per_second)
            ends.append(clock())
    seconds = [after - before for before, after in pairwise(ends)]
    return Took(statistics.median(rates[1:]), statistics.median(seconds))


def split_of(dataset: Dataset, folder: Path, config: RunConfig) -> dict[str, int]:
    """How many pictures a training learns from and is judged on."""
    events = run_training(config, dataset, Path(tempfile.mkdtemp(dir=folder)), folder / "cache",
                          should_stop=lambda: True, clock=time.perf_counter)  # fmt: skip
    (planned,) = (event for event in events if isinstance(event, Planned))
    return dict(planned.plan["pictures"])


def plain_loop(pictures: Path, epochs: int, clock: Clock = time.perf_counter) -> Took:
    """What a page about PyTorch shows; the first epoch warms up."""
    network = build_network(BACKBONE, KINDS, pretrained=True)
    how, module = network.preprocessing, network.module.train()
    seen = transforms.Compose(
        [
            transforms.Resize(how.resize_size),
            transforms.CenterCrop(how.image_size),
            transforms.ToTensor(),
            transforms.Normalize(how.mean, how.std),
        ]
    )
    workers = min(2, cpu_count())
    loader = DataLoader(ImageFolder(pictures, seen), BATCH, shuffle=True, num_workers=workers)
    optimizer, rates = torch.optim.AdamW(module.parameters(), lr=1e-4), []
    for _ in range(epochs):
        started, count = clock(), 0
        for batch, labels in loader:
            optimizer.zero_grad()
            loss = cross_entropy(module(batch), labels)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            count += len(labels)
        rates.append(count / (clock() - started))
    return Took(statistics.median(rates[1:]))


def stage_alone(freeze: str, learned: int, judged: int, *, epochs: int = 3, clock: Clock = time.perf_counter) -> Took:
    """What comes after the ice line on features in memory: epochs of steps, each with its forward passes to judge.

    As many passes of as many pictures as a training makes, and nothing else. Batch norms rest, as the plan has it for
    pretrained networks: that is cheaper.
    """
    network = staged(RunConfig(backbone=BACKBONE), KINDS, device_facts())
    _, part = network.cut(freeze, train=True)
    shape = next(stage.output_shape for stage in network.stages if stage.name == freeze)
    trained = learned_of(network.network.module, part, freeze)
    learning(part, network.network.module)
    steps = Steps(part, trained, clips=False)
    sizes = [min(BATCH, learned - start) for start in range(0, learned, BATCH)]
    looks = [min(JUDGED_AT_ONCE, judged - start) for start in range(0, judged, JUDGED_AT_ONCE)]
    batch = steps.engine.place(torch.rand(max(BATCH, JUDGED_AT_ONCE), *shape))
    rates, seconds = [], []
    for _ in range(epochs + 1):
        started = clock()
        for size in sizes:
            steps.make(batch[:size])
        stepped = clock()
        part.eval()
        for size in looks:
            steps.engine.answers(part, batch[:size]).float().argmax(dim=1)
        learning(part, network.network.module)
        rates.append(learned / (stepped - started))
        seconds.append(clock() - started)
    return Took(statistics.median(rates[1:]), statistics.median(seconds[1:]))


def learning(part: nn.Module, module: nn.Module) -> None:
    part.train()
    for _, norm in batch_norms(module):
        norm.eval()


def whole_alone(backbone: str, batch_size: int, pictures: int) -> float:
    """The same of a whole network from nothing, on one step of noise that lies where the network runs."""
    network = staged(RunConfig(backbone=backbone, start="scratch", freeze="none"), KINDS, device_facts())
    part, size = network.whole(train=True, frozen=()), network.network.preprocessing.image_size
    trained = learned_of(network.network.module, part, "nothing")
    part.train()
    clock = synchronised(device_facts().device)
    steps = Steps(part, trained, clips=True)
    batch, count = steps.engine.place(torch.rand(batch_size, 3, size, size)), max(2, pictures // batch_size)
    started = 0.0
    for step in range(count + WARMING):
        if step == WARMING:
            started = clock()
        steps.make(batch)
    return count * batch_size / (clock() - started)


class Steps:
    """Owns an optimizer; `clips` gradients as a training does, too."""

    def __init__(self, part: nn.Module, trained: list[nn.Parameter], *, clips: bool) -> None:
        device = device_facts()
        self.part, self.trained, self.clips = part, trained, clips
        self.engine = Engine(device.device, "bf16" if device.native_bf16 else "fp32")
        self._optimizer = torch.optim.AdamW(trained, lr=1e-6, fused=device.device in ("cpu", "cuda"))

    def make(self, batch: torch.Tensor) -> None:
        labels = torch.arange(len(batch), device=batch.device) % KINDS
        self._optimizer.zero_grad(set_to_none=True)
        with self.engine.learning():
            logits = self.part(batch)
        cross_entropy(logits.float(), labels).backward()  # type: ignore[no-untyped-call]
        if self.clips:
            nn.utils.clip_grad_norm_(self.trained, 1.0)
        self._optimizer.step()


def learned_of(module: nn.Module, part: nn.Module, freeze: str) -> list[nn.Parameter]:
    """The parameters after the ice line; the others are held."""
    own = {id(parameter) for parameter in part.parameters()}
    for parameter in module.parameters():
        parameter.requires_grad_(id(parameter) in own)
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    if not trained:
        raise SystemExit(f"nothing learns after '{freeze}'")
    return trained
