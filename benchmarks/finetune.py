"""Fine-tuning against a plain loop, and the last stage against itself: images a second, in turns, in one process.

`python -m benchmarks.finetune` writes a part of Fashion-MNIST out as pictures and trains EfficientNet-Lite0 on them:
all of it as Thaw does, and as a plain PyTorch loop does (32-bit numbers, a DataLoader over the files); then with the
last stage thawed, and that stage alone on features that lie in memory. Writes benchmarks/results/finetune.json and
prints a table. The goals: at least 1.8 times the plain loop, at most 1.15 times the stage alone.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from benchmarks.freeze_depth import BACKBONE, ROOT
from tl_core.backbones.build import build_network
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset, import_source
from tl_core.events import EpochDone, Planned
from tl_core.training.device import device_facts, use_threads
from tl_core.training.engine import Engine
from tl_core.training.session import run_training, staged

RESULT = ROOT / "benchmarks" / "results" / "finetune.json"
BATCH, KINDS = 32, 10
LINES = {"everything": "none", "the last stage": "blocks.5"}


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=3, help="of each training; the first one warms up")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULT)
    arguments = parser.parse_args(words)
    device = device_facts()
    use_threads(device.threads)
    rates: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counts = ["--train", str(arguments.pictures), "--test", "0"]
        making = [sys.executable, "-m", "benchmarks.fashion_mnist", str(folder / "pictures"), *counts]
        subprocess.run(making, cwd=ROOT, check=True)
        dataset = import_source(folder / "pictures" / "train", folder / "dataset")
        ways: dict[str, Callable[[], float]] = {
            "everything": lambda: with_thaw(dataset, folder, LINES["everything"], arguments.epochs),
            "everything, a plain loop": lambda: plain_loop(folder / "pictures" / "train", arguments.epochs),
            "the last stage": lambda: with_thaw(dataset, folder, LINES["the last stage"], arguments.epochs),
            "the last stage alone": lambda: stage_alone(LINES["the last stage"], arguments.pictures),
        }
        for _ in range(arguments.turns):
            for title, way in ways.items():
                rates.setdefault(title, []).append(way())
                print(f"{title:26} {rates[title][-1]:8.1f} images/s", flush=True)
    usual = {title: statistics.median(own) for title, own in rates.items()}
    found: dict[str, Any] = {
        "backbone": BACKBONE,
        "pictures": arguments.pictures,
        "threads": device.threads,
        "native_bf16": device.native_bf16,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "images_per_second": usual,
        "times_the_plain_loop": round(usual["everything"] / usual["everything, a plain loop"], 2),
        "times_the_stage_alone": round(usual["the last stage alone"] / usual["the last stage"], 3),
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"Full fine-tuning: {found['times_the_plain_loop']} times the plain loop (goal: at least 1.8).")
    print(f"An epoch of the last stage: {found['times_the_stage_alone']} times the stage alone (goal: at most 1.15).")
    return 0


def with_thaw(dataset: Dataset, folder: Path, freeze: str, epochs: int) -> float:
    """Images a second of the later epochs, steps alone: judging, saving and the first epoch's features are not."""
    config = RunConfig(backbone=BACKBONE, freeze=freeze, augment="none", epochs=epochs, batch_size=BATCH)
    own = Path(tempfile.mkdtemp(dir=folder))
    events = run_training(config, dataset, own, folder / "cache", should_stop=lambda: False, clock=time.perf_counter)
    every = list(events)
    assert isinstance(every[0], Planned)
    return statistics.median(
        event.images_per_second for event in every if isinstance(event, EpochDone) and event.epoch > 1
    )


def plain_loop(pictures: Path, epochs: int) -> float:
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
    workers = min(2, os.cpu_count() or 1)
    loader = DataLoader(ImageFolder(pictures, seen), BATCH, shuffle=True, num_workers=workers)
    optimizer, rates = torch.optim.AdamW(module.parameters(), lr=1e-4), []
    for _ in range(epochs):
        started, count = time.perf_counter(), 0
        for batch, labels in loader:
            optimizer.zero_grad()
            loss = cross_entropy(module(batch), labels)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            count += len(labels)
        rates.append(count / (time.perf_counter() - started))
    return statistics.median(rates[1:])


def stage_alone(freeze: str, pictures: int) -> float:
    """Forwards, backwards and the optimizer's step of what comes after the ice line, on features in memory."""
    device = device_facts()
    network = staged(RunConfig(backbone=BACKBONE), KINDS, device)
    engine = Engine(device.device, "bf16" if device.native_bf16 else "fp32")
    _, part = network.cut(freeze, train=True)
    shape = next(stage.output_shape for stage in network.stages if stage.name == freeze)
    trained = learned_of(network.network.module, part, freeze)
    optimizer = torch.optim.AdamW(trained, lr=1e-6, fused=device.device in ("cpu", "cuda"))
    part.train()
    batch = engine.place(torch.rand(BATCH, *shape))
    labels = torch.arange(BATCH, device=device.device) % KINDS
    steps = max(2, pictures // BATCH)
    started = 0.0
    for step in range(steps + 2):
        if step == 2:
            started = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        with engine.learning():
            logits = part(batch)
        cross_entropy(logits.float(), labels).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return steps * BATCH / (time.perf_counter() - started)


def learned_of(module: nn.Module, part: nn.Module, freeze: str) -> list[nn.Parameter]:
    """The parameters after the ice line; the others are held."""
    own = {id(parameter) for parameter in part.parameters()}
    for parameter in module.parameters():
        parameter.requires_grad_(id(parameter) in own)
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    if not trained:
        raise SystemExit(f"nothing learns after '{freeze}'")
    return trained


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
