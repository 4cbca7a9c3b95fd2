"""Which engine was chosen for a machine, its libraries, a network, a cut, a precision and a size, on disk.

Knows keys and JSON, and asks `choosing` where nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import torch
from torch import nn

from tl_core.engines.choosing import Clock, EngineChoice, Make, choose_engine, keep_nothing, makers
from tl_core.engines.kept_parts import keep_part
from tl_core.engines.openvino_part import openvino_version
from tl_core.engines.task import Task, processor
from tl_core.platform import atomic_write_json

VERSION = 2  # of how engines are chosen and run
FOLDER = "engines"


def chosen_engine(
    part: nn.Module,
    task: Task,
    pictures: int,
    *,
    network: str,
    cut: str,
    cache: Path,
    engines: Mapping[str, Make] | None = None,
    clock: Clock = time.perf_counter,
    keeps: bool = True,
) -> EngineChoice:
    """The engine for the part of `network` up to `cut`: the kept one, else measured now and kept if `keeps`: what is
    measured while a network waits for its weights says how fast it is, but not how right.
    """
    engines = makers() if engines is None else engines
    path = cache / FOLDER / f"{key_of(task, network, cut, tuple(engines))}.json"
    known = read_choice(path)
    if known is not None and known.holds_for(pictures):
        return known.answer(pictures)
    keep = partial(keep_part, cache, part, task) if keeps else keep_nothing
    choice = choose_engine(part, task, pictures, engines=engines, clock=clock, known=known, keep=keep).after(known)
    if choice.images_per_second and keeps:
        with suppress(OSError):  # a full disk costs a second the next time, and no run
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write_json(path, choice.to_dict())
    return choice


def read_choice(path: Path) -> EngineChoice | None:
    """None where nothing is kept, or what is there cannot be read."""
    try:
        return EngineChoice.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def key_of(task: Task, network: str, cut: str, engines: tuple[str, ...]) -> str:
    """Another for another processor, library, network, cut, precision, size or number of threads."""
    machine = [platform.node(), platform.machine(), processor(), task.device, task.threads]
    libraries = [torch.__version__, openvino_version(), sorted(engines)]
    parts = [VERSION, machine, libraries, network, cut, task.precision, task.image_size]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
