"""Whether a run's model still answers as when the run was measured: what it kept of its answers says so. Torch-free.

An export is compared with the model in the run's folder; this compares that model with the training that made it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tl_core.errors import BundleError, RunError
from tl_core.evaluation.answers import ANSWERS, read_answers
from tl_core.export.checking import Scores
from tl_core.export.described import weights_hash
from tl_core.export.model_config import ModelConfig
from tl_core.jobs.export_pictures import Compared
from tl_core.jobs.rundir import RunDir

# Wider than the self-test's own: training may have measured on a graphics card or by another engine.
TOLERANCE = 2e-3


def check_kept_answers(
    run: RunDir, config: ModelConfig, pictures: Sequence[Compared], expected: Sequence[Scores]
) -> int:
    """How many of the pictures the run kept answers to; raises BundleError where the model now says something else.

    0 where nothing was kept, or by heads that were fitted without each picture.
    """
    kept = kept_scores(run, config)
    known = [(picture, scores) for picture, scores in zip(pictures, expected, strict=True) if picture.sha256 in kept]
    for picture, scores in known:
        was = kept[picture.sha256]
        name = max(was, key=lambda one: abs(was[one] - scores[one]))
        if not abs(was[name] - scores[name]) <= TOLERANCE:
            raise BundleError(
                f"The model no longer answers as when it was measured: of '{picture.path.name}' it said "
                f"'{name}' {was[name]:.4f}, and now {scores[name]:.4f}.",
                "Nothing is exported of it. Train again.",
            )
    return len(known)


def kept_scores(run: RunDir, config: ModelConfig) -> dict[str, Scores]:
    """By the pictures' SHA-256, at the model's temperature of today; empty where they say nothing of this model."""
    try:
        answers = read_answers(run.path / ANSWERS)
    except RunError:
        return {}
    if answers.weights != weights_hash(run.path) or answers.classes != config.classes:
        return {}
    rows = answers.probabilities.astype(np.float64)
    if config.temperature != 1.0:
        if len(config.views) > 1:  # a mean over looks cannot be cooled or heated afterwards
            return {}
        rows = np.maximum(rows, np.finfo(np.float64).tiny) ** (1.0 / config.temperature)
        rows /= rows.sum(axis=1, keepdims=True)
    return {
        sha256: dict(zip(answers.classes, row.tolist(), strict=True))
        for sha256, row in zip(answers.hashes, rows, strict=True)
    }
