"""Resolves every "auto" once, with its reason in words that the person reads. Knows numbers and names, no tensor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from tl_core.backbones.stage import HEAD
from tl_core.config import RunConfig, part_of
from tl_core.errors import ConfigError
from tl_core.training import automatic, automatic_device, automatic_rates, automatic_views
from tl_core.training.automatic import Situation
from tl_core.training.batches import batch_count
from tl_core.training.conflicts import WITH_MOMENTUM, conflicts
from tl_core.training.freezing import resolve_freezing
from tl_core.training.harm import risk_of_norms
from tl_core.training.plan_values import PlanFacts, TrainingPlan
from tl_core.training.unused import unused

Value = TypeVar("Value")
BATCH_NORMS = {"keep": "kept", "reestimate": "reestimated", "train": "trained"}


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
    norms_learn = config.batch_norm == "train" and facts.batch_norms
    situation = Situation(facts, freezing, config.start == "scratch", freezing.only_head and not norms_learn)
    problems += conflicts(config, situation)
    if problems:
        raise ConfigError.from_problems(problems)
    resolve = Resolver(config)
    keep_best = automatic.best_can_be_told(facts)
    batch_norm = resolved_norms(situation, resolve)
    steps = resolved_steps(situation, resolve, keep_best=keep_best)
    if situation.head_only:  # no steps are made, so a reason for how they are made would only puzzle
        resolve.reasons.clear()
    steps["test_views"] = resolve("test_views", automatic_views.auto_test_views)
    cut = None if batch_norm == "trained" and freezing.frozen else freezing.cut
    keeps, why_not = keeps_prefix(situation, steps, cut=cut, batch_norm=batch_norm)
    steps["cached_views"] = resolved_views(situation, resolve, steps, keeps=keeps)
    if not automatic_views.keeps_judging(situation):
        cut = None  # the frozen stages run with the rest, for the pictures that judge, too
    prefix_cached = keeps and (steps["augment"] == "none" or steps["cached_views"] > 0)
    on_device, where = automatic_device.auto_pictures_on_device(situation, kept=prefix_cached)
    reasons = {
        **resolve.reasons,
        **automatic.fixed_reasons(situation, keep_best),
        **unused(config, situation, steps),
        **{name: why for name, why in (("prefix_cached", why_not), ("pictures_on_device", where)) if why},
        **dict(reasons_of_network(config, facts, batch_norm, steps)),
    }
    return TrainingPlan(
        start=config.start,
        frozen=freezing.frozen,
        trained=freezing.trained,
        method="head" if situation.head_only else "fine-tune",
        cut=cut,
        prefix_cached=prefix_cached,
        pictures_on_device=on_device,
        batch_norm=batch_norm,
        seed=config.seed,
        keep_best=keep_best,
        trainable_parameters=trainable_parameters(situation, steps["lora_rank"], batch_norm),
        reasons=reasons,
        thaws=freezing.thaws,
        flips_by_hand=config.flips is not None,
        **found(config, facts),
        **steps,
    )


def found(config: RunConfig, facts: PlanFacts) -> dict[str, Any]:
    """The plan's fields that say what is there: the network, the pictures and the machine."""
    return {
        "backbone": facts.backbone or config.backbone,
        "origin": facts.origin,
        "classes": facts.classes,
        "preprocessing": replace(facts.preprocessing, part=part_of(config.part) or facts.preprocessing.part),
        "stages": facts.stages,
        "total_parameters": sum(stage.parameters for stage in facts.stages),
        "precision": "bf16" if facts.device.native_bf16 else "fp32",
        "device": facts.device.device,
        "device_name": facts.device.name,
        "threads": facts.device.threads,
        "pictures": dict(facts.pictures),
        "measured_on": automatic.measured_on(facts),
    }


def resolved_steps(situation: Situation, resolve: Resolver, *, keep_best: bool) -> dict[str, Any]:
    """The plan's fields that say how steps are made. A head in closed form makes none: no epochs, no views."""
    head_only, config = situation.head_only, resolve.config
    batch_size = resolve("batch_size", lambda: automatic.auto_batch_size(situation))
    epochs = 0 if head_only else resolve("epochs", lambda: automatic.auto_epochs(situation))
    steps_per_epoch = 0 if head_only else batch_count(situation.train, batch_size)
    optimizer = resolve("optimizer", automatic_rates.auto_optimizer)
    augment = (
        "none"
        if head_only
        else resolve("augment", lambda: automatic_views.auto_augment(situation, config.cached_views))
    )
    rate = resolve(
        "learning_rate",
        lambda: automatic_rates.auto_learning_rate(situation, optimizer, batch_size, lora=bool(config.lora_rank)),
    )
    schedule = resolve("schedule", automatic_rates.auto_schedule)
    patience = resolve("patience", lambda: automatic.auto_patience(keep_best, epochs))
    return {
        "augment": augment,
        "flips": resolve("flips", lambda: automatic_views.auto_flips(augment)),
        "mixup": resolve("mixup", automatic_views.auto_mixup),
        "cutmix": resolve("cutmix", automatic_views.auto_cutmix),
        "class_balance": resolve("class_balance", lambda: automatic.auto_class_balance(situation)),
        "batch_size": batch_size,
        "epochs": epochs,
        "steps_per_epoch": steps_per_epoch,
        "optimizer": optimizer,
        "momentum": resolve("momentum", lambda: automatic_rates.auto_momentum(optimizer))
        if optimizer in WITH_MOMENTUM
        else 0.0,
        "learning_rate": rate,
        "head_learning_rate": resolved_head_rate(situation, resolve),
        "layer_decay": resolve("layer_decay", automatic_rates.auto_layer_decay),
        "schedule": schedule,
        "weight_decay": resolve(
            "weight_decay", lambda: (0.01, "A light pull on the weights towards zero; the usual value.")
        ),
        "label_smoothing": resolve("label_smoothing", lambda: automatic.auto_label_smoothing(situation)),
        "warmup_epochs": 0.0
        if schedule == "one-cycle"
        else resolve("warmup_epochs", lambda: automatic_rates.auto_warmup(situation, epochs)),
        "gradient_clip": resolve("gradient_clip", lambda: (1.0, "One odd batch cannot throw the network off course.")),
        "patience": patience if situation.facts.pictures.get("val") else None,  # else no epoch would be a better one
        "ema_decay": resolve("ema_decay", lambda: automatic_rates.auto_ema_decay(situation, steps_per_epoch)),
        "lora_rank": config.lora_rank or 0,
    }


def resolved_head_rate(situation: Situation, resolve: Resolver) -> float | None:
    """None: the head's steps are those of the rest."""
    if HEAD not in situation.ever_trained:
        return None
    return resolve("head_learning_rate", automatic_rates.auto_head_learning_rate)


def resolved_norms(situation: Situation, resolve: Resolver) -> str:
    """The plan's word for what becomes of the batch norms."""
    chosen = resolve.config.batch_norm
    if chosen is not None and situation.facts.batch_norms:
        return BATCH_NORMS[chosen]
    value, why = automatic.auto_batch_norm(situation)
    if chosen is None:
        resolve.reasons["batch_norm"] = why
    return value


def keeps_prefix(situation: Situation, steps: dict[str, Any], *, cut: str | None, batch_norm: str) -> tuple[bool, str]:
    """Whether what the frozen stages before the first thawed one say can be kept; if not, why, where it is news."""
    freezing = situation.freezing
    if freezing.cut is None:
        return (
            False,
            "The first stage learns, so the frozen stages behind it run at every step." if freezing.frozen else "",
        )
    if cut is None and batch_norm == "trained":
        return False, "The batch norms of the frozen stages learn too, so those stages run at every step."
    if not situation.facts.has_cuts:
        return False, "This network cannot be cut, so its frozen part runs at every step."
    if steps["mixup"] or steps["cutmix"]:
        return False, "Blended pictures are new at every step, so the frozen part runs at every step."
    too_much = automatic_views.too_much_to_keep(situation) if steps["augment"] == "none" else ""
    return not too_much, too_much


def resolved_views(situation: Situation, resolve: Resolver, steps: dict[str, Any], *, keeps: bool) -> int:
    """How many varied views of a picture take turns; 0 where each epoch has its own."""
    if not keeps or steps["augment"] == "none":
        return 0
    wanted = resolve("cached_views", lambda: automatic_views.auto_cached_views(situation, steps["epochs"]))
    fitting, fewer = automatic_views.views_that_fit(situation, wanted)
    if fewer:
        resolve.reasons["cached_views"] = fewer
    return fitting


def reasons_of_network(
    config: RunConfig, facts: PlanFacts, batch_norm: str, steps: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    """What a choice made by hand meets in this network."""
    if config.lora_rank and facts.lora_left_out:
        yield (
            "lora_rank",
            f"This network reads the weights of {facts.lora_left_out} layers past these layers, so LoRA leaves them "
            "out; its other layers of attention and MLP have it.",
        )
    risk = risk_of_norms(batch_norm, steps["batch_size"], steps["epochs"] * steps["steps_per_epoch"])
    if risk is not None:
        yield "batch_norm", risk


def trainable_parameters(situation: Situation, lora_rank: int, batch_norm: str) -> int:
    """How many numbers learn at the end: of a LoRA only what it adds, and the head; of frozen stages their norms."""
    facts = situation.facts
    trained = [stage for stage in facts.stages if stage.name in situation.ever_trained]
    learns = {name: size for name, size in facts.norm_sizes.items() if name not in situation.ever_trained}
    norms = sum(learns.values()) if batch_norm == "trained" else 0
    if not lora_rank:
        return norms + sum(stage.parameters for stage in trained)
    added = sum(lora_rank * facts.lora_sizes.get(stage.name, 0) for stage in trained)
    return norms + added + sum(stage.parameters for stage in trained if stage.name == HEAD)
