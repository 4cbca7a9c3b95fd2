"""Who does the same job in benchmarks.peers: Thaw by its presets, others by scripts of benchmarks.rivals.

Knows how each is started, and whether its packages are there; measures nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.comparison import BETTER, INSTANT, TIMM


@dataclass(frozen=True, slots=True)
class Job:
    """What all of them are given."""

    data: Path
    backbone: str
    weights: Path
    image_size: int
    cores: int
    workspace: Path


@dataclass(frozen=True, slots=True)
class Contender:
    """Thaw by a preset, or a script of benchmarks.rivals with its words; `needs` are the packages that it imports."""

    name: str
    preset: str = ""
    script: str = ""
    words: tuple[str, ...] = ()
    needs: tuple[str, ...] = ("timm", "torchvision")


def contenders(epochs: Sequence[int]) -> list[Contender]:
    thaw = [Contender(INSTANT, preset="instant"), Contender(BETTER, preset="better")]
    others = [Contender(TIMM, script="timm_logistic", needs=("timm", "sklearn"))]
    longest = max(epochs)  # its rate is constant: the fewer epochs are on its way
    others.append(Contender(f"PyTorch loop, {longest} epochs", "", "plain_torch", ("--epochs", str(longest))))
    for count in epochs:
        words = ("--epochs", str(count))
        for way, said in (("frozen", "fastai, frozen"), ("fine_tune", "fastai, fine_tune")):
            name = f"{said}, {count} epochs"
            others.append(Contender(name, "", "fastai_learner", (*words, "--way", way), ("fastai", "timm")))
    return thaw + others


def command(contender: Contender, job: Job, seed: int, python: str, begun: float) -> list[str]:
    if contender.preset:
        choices = ["--preset", contender.preset, "--backbone", job.backbone, "--image-size", str(job.image_size)]
        return [sys.executable, "-m", "tl_core", "train", str(job.data), *choices, "--seed", str(seed), "--json"]
    given = {
        "--begun": begun, "--backbone": job.backbone, "--weights": job.weights, "--image-size": job.image_size,
        "--seed": seed, "--cores": job.cores,
    }  # fmt: skip
    words = [str(word) for pair in given.items() for word in pair]
    module = f"benchmarks.rivals.{contender.script}"
    return [python, "-W", "ignore", "-m", module, str(job.data), *words, *contender.words]


def on_cores(words: Sequence[str], cores: int) -> list[str]:
    """The command on its cores alone: all of them, or the last one by the system's own `taskset`."""
    return ["taskset", "--cpu-list", str((os.cpu_count() or 1) - 1), *words] if cores == 1 else list(words)


def missing(python: str, needs: Sequence[str]) -> str:
    """Why that Python cannot run a rival, or ""."""
    look = "import importlib.util, sys; print(*[n for n in sys.argv[1:] if importlib.util.find_spec(n) is None])"
    try:
        done = subprocess.run([python, "-c", look, *needs], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"'{python}' does not run: {error}"
    return f"{done.stdout.strip()} not installed in '{python}'" if done.stdout.strip() else ""
