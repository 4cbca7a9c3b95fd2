"""Ways to train that `benchmarks.finetune` holds against each other; each gives its images a second.

Knows networks, pictures and clocks; neither goals nor files of results.
"""

from __future__ import annotations

import statistics
import tempfile
import time
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
from tl_core.events import EpochDone, Planned
from tl_core.processes import cpu_count
from tl_core.training.device import device_facts
from tl_core.training.engine import Engine
from tl_core.training.estimate import synchronised
from tl_core.training.metrics import Clock
from tl_core.training.norms import batch_norms
from tl_core.training.session import run_training
from tl_core.training.surroundings import staged

BATCH, KINDS = 32, 10
WARMING = 2  # steps that do not count


def with_thaw(dataset: Dataset, folder: Path, config: RunConfig, clock: Clock = time.perf_counter) -> float:
    """Images a second of the later epochs, steps alone: judging, saving and the first epoch's features are not."""
    own = Path(tempfile.mkdtemp(dir=folder))
    events = run_training(config, dataset, own, folder / "cache", should_stop=lambda: False, clock=clock)
    every = list(events)
    assert isinstance(every[0], Planned)
    return statistics.median(
        event.images_per_second for event in every if isinstance(event, EpochDone) and event.epoch > 1
    )


def plain_loop(pictures: Path, epochs: int, clock: Clock = time.perf_counter) -> float:
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
    return statistics.median(rates[1:])


def stage_alone(freeze: str, pictures: int, clock: Clock = time.perf_counter) -> float:
    """Forwards, backwards and the optimizer's step of what comes after the ice line, on features in memory.

    Batch norms rest, as the plan has it for pretrained networks: that is cheaper.
    """
    network = staged(RunConfig(backbone=BACKBONE), KINDS, device_facts())
    _, part = network.cut(freeze, train=True)
    shape = next(stage.output_shape for stage in network.stages if stage.name == freeze)
    trained = learned_of(network.network.module, part, freeze)
    part.train()
    for _, norm in batch_norms(network.network.module):
        norm.eval()
    return steps_alone(part, trained, (BATCH, *shape), pictures, clips=False, clock=clock)


def whole_alone(backbone: str, batch_size: int, pictures: int) -> float:
    """The same of a whole network from nothing, on one step of noise that lies where the network runs."""
    network = staged(RunConfig(backbone=backbone, start="scratch", freeze="none"), KINDS, device_facts())
    part, size = network.whole(train=True, frozen=()), network.network.preprocessing.image_size
    trained = learned_of(network.network.module, part, "nothing")
    part.train()
    clock = synchronised(device_facts().device)
    return steps_alone(part, trained, (batch_size, 3, size, size), pictures, clips=True, clock=clock)


def steps_alone(
    part: nn.Module, trained: list[nn.Parameter], shape: tuple[int, ...], pictures: int, *, clips: bool, clock: Clock
) -> float:
    """Steps on one batch that lies where the network runs; `clips` gradients as a training does, too."""
    device = device_facts()
    engine = Engine(device.device, "bf16" if device.native_bf16 else "fp32")
    optimizer = torch.optim.AdamW(trained, lr=1e-6, fused=device.device in ("cpu", "cuda"))
    batch = engine.place(torch.rand(shape))
    labels = torch.arange(len(batch), device=device.device) % KINDS
    steps, started = max(2, pictures // len(batch)), 0.0
    for step in range(steps + WARMING):
        if step == WARMING:
            started = clock()
        optimizer.zero_grad(set_to_none=True)
        with engine.learning():
            logits = part(batch)
        cross_entropy(logits.float(), labels).backward()  # type: ignore[no-untyped-call]
        if clips:
            nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
    return steps * len(batch) / (clock() - started)


def learned_of(module: nn.Module, part: nn.Module, freeze: str) -> list[nn.Parameter]:
    """The parameters after the ice line; the others are held."""
    own = {id(parameter) for parameter in part.parameters()}
    for parameter in module.parameters():
        parameter.requires_grad_(id(parameter) in own)
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    if not trained:
        raise SystemExit(f"nothing learns after '{freeze}'")
    return trained
