"""A run's settings as the command line that trains with them again. Knows settings and words; runs nothing."""

from __future__ import annotations

import dataclasses
import shlex

from tl_core.config import RunConfig

# Those that `train` has options of their own for; all others go with --set.
OPTIONS = (
    "preset", "backbone", "start", "weights", "freeze", "train_stages", "epochs", "batch_size", "learning_rate",
    "optimizer", "schedule", "augment", "image_size", "seed", "name",
)  # fmt: skip


def train_command(config: RunConfig, data: str) -> str:
    """One line for a POSIX shell; what was left to the plan stays left to it."""
    words = ["python", "-m", "tl_core", "train", data]
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if value == field.default:
            continue
        shown = ",".join(value) if isinstance(value, tuple) else str(value)
        if field.name in OPTIONS:
            words += [f"--{field.name.replace('_', '-')}", shown]
        else:
            words += ["--set", f"{field.name}={shown}"]
    return shlex.join(words)
