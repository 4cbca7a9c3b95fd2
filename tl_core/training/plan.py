"""Resolves every "auto" once, with its reason in words that the person reads. Knows numbers and names, no tensor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tl_core.config import RunConfig
from tl_core.errors import ConfigError
from tl_core.training import automatic
from tl_core.training.automatic import Situation
from tl_core.training.awaited import not_yet
from tl_core.training.batches import batch_count
from tl_core.training.freezing import resolve_freezing
from tl_core.training.plan_values import PlanFacts, TrainingPlan

Value = TypeVar("Value")


@dataclass(slots=True)
class Resolver:
    """Collects one reason for each field that was left to the plan; a given value passes unchanged."""

    config: RunConfig
    reasons: dict[str, str] = field(default_factory=dict)

    def __call__(self, name: str, auto: Callable[[], tuple[Value, str]]) -> Value:
        given: Any = getattr(self.config, name)
        if given is not None:
            chosen: Value = given
            return chosen
        value, self.reasons[name] = auto()
        return value


def make_plan(config: RunConfig, facts: PlanFacts) -> TrainingPlan:
    """Every number made concrete. Raises ConfigError that names all problems at once."""
    freezing, problems = resolve_freezing(config, facts.stages)
    problems += not_yet(config) + conflicts(config, facts)
    if not freezing.only_head and automatic.measured_on(facts) == "cross-validation":
        problems.append("No picture could be set aside, so nothing can measure a fine-tuning; freeze all.")
    if problems:
        raise ConfigError.from_problems(problems)
    scratch = config.start == "scratch"
    situation = Situation(facts, freezing, scratch, freezing.only_head)
    resolve = Resolver(config)
    keep_best = automatic.best_can_be_told(facts)
    steps = resolved_steps(situation, resolve, keep_best=keep_best)
    if situation.head_only:  # no steps are made, so a reason for how they are made would only puzzle
        resolve.reasons.clear()
        resolve.reasons.update(automatic.unused_by_head(config))
    resolve.reasons.update(automatic.fixed_reasons(situation, keep_best))
    no_views = situation.head_only or steps["augment"] == "none"
    return TrainingPlan(
        backbone=config.backbone,
        start=config.start,
        classes=facts.classes,
        preprocessing=facts.preprocessing,
        stages=facts.stages,
        frozen=freezing.frozen,
        trained=freezing.trained,
        method="head" if situation.head_only else "fine-tune",
        cut=freezing.cut,
        prefix_cached=freezing.cut is not None and facts.has_cuts and no_views,
        batch_norm="updated" if scratch else "kept",
        seed=config.seed,
        precision="bf16" if facts.device.native_bf16 else "fp32",
        device=facts.device.device,
        device_name=facts.device.name,
        threads=facts.device.threads,
        pictures=dict(facts.pictures),
        measured_on=automatic.measured_on(facts),
        keep_best=keep_best,
        total_parameters=sum(stage.parameters for stage in facts.stages),
        trainable_parameters=sum(stage.parameters for stage in facts.stages if stage.name in freezing.trained),
        reasons=resolve.reasons,
        **steps,
    )


def resolved_steps(situation: Situation, resolve: Resolver, *, keep_best: bool) -> dict[str, Any]:
    """The plan's fields that say how steps are made. A head in closed form makes none: no epochs, no views."""
    head_only = situation.head_only
    batch_size = resolve("batch_size", lambda: automatic.auto_batch_size(situation))
    epochs = 0 if head_only else resolve("epochs", lambda: automatic.auto_epochs(situation))
    optimizer = resolve("optimizer", lambda: ("adamw", "AdamW is steady over many kinds of network and of pictures."))
    return {
        "augment": "none" if head_only else resolve("augment", lambda: automatic.auto_augment(situation)),
        "batch_size": batch_size,
        "epochs": epochs,
        "steps_per_epoch": 0 if head_only else batch_count(situation.train, batch_size),
        "optimizer": optimizer,
        "learning_rate": resolve(
            "learning_rate", lambda: automatic.auto_learning_rate(situation, optimizer, batch_size)
        ),
        "schedule": resolve("schedule", lambda: ("cosine", "Big steps first and ever smaller ones settle best.")),
        "weight_decay": resolve(
            "weight_decay", lambda: (0.01, "A light pull on the weights towards zero; the usual value.")
        ),
        "label_smoothing": resolve("label_smoothing", lambda: automatic.auto_label_smoothing(situation)),
        "warmup_epochs": resolve("warmup_epochs", lambda: automatic.auto_warmup(situation, epochs)),
        "gradient_clip": resolve("gradient_clip", lambda: (1.0, "One odd batch cannot throw the network off course.")),
        "patience": resolve("patience", lambda: automatic.auto_patience(keep_best, epochs)),
    }


def conflicts(config: RunConfig, facts: PlanFacts) -> list[str]:
    """Choices that fit each by itself, but not together or not with the pictures."""
    problems = []
    if config.start == "scratch" and config.freeze != "none" and config.train_stages is None:
        problems.append(
            f"start is 'scratch' and freeze is '{config.freeze}', "
            "but a frozen part that never learned anything helps nobody; set freeze to 'none'."
        )
    if config.warmup_epochs is not None and config.epochs is not None and config.warmup_epochs > config.epochs:
        problems.append(f"warmup_epochs is {config.warmup_epochs:g}, more than the {config.epochs} epochs of the run.")
    if len(facts.classes) < 2:
        problems.append(f"There is only one class, '{', '.join(facts.classes)}'; telling apart takes two.")
    return problems
