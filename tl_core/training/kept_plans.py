"""What a run decided before its first step, kept beside its checkpoints so that nothing is decided twice. No tensor."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tl_core.errors import RunError
from tl_core.platform import atomic_write_json
from tl_core.training.plan_values import TrainingPlan

FILE = "plan.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class KeptPlans:
    """The run's plan, and those that a preset compares."""

    plan: TrainingPlan
    candidates: tuple[TrainingPlan, ...] = ()

    @property
    def is_single(self) -> bool:
        """Whether it is one fine-tuning, which can be given more epochs."""
        return self.plan.method == "fine-tune" and len(self.candidates) < 2


def write_plans(run_folder: Path, plan: TrainingPlan, candidates: Sequence[TrainingPlan] = ()) -> None:
    values = {"version": VERSION, "plan": plan.to_dict(), "candidates": [one.to_dict() for one in candidates]}
    atomic_write_json(run_folder / FILE, values)


def read_plans(run_folder: Path) -> KeptPlans | None:
    """None where the run never came so far, or is older than this file. Raises RunError for a damaged one."""
    try:
        values = json.loads((run_folder / FILE).read_text("utf-8"))
        candidates = tuple(TrainingPlan.from_dict(one) for one in values["candidates"])
        return KeptPlans(TrainingPlan.from_dict(values["plan"]), candidates)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(
            f"'{FILE}' of the run cannot be read ({error}), so nobody knows how it was to go on.", "Train again."
        ) from error
