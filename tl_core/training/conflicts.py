"""Choices that fit each by itself, but not together or not with the pictures or the network. Knows no tensor."""

from __future__ import annotations

from collections.abc import Iterator

from tl_core.config import RunConfig
from tl_core.data.views import view_names
from tl_core.training.automatic import Situation, auto_epochs, measured_on
from tl_core.training.plan_values import PlanFacts

WITH_MOMENTUM = ("sgd", "rmsprop")


def conflicts(config: RunConfig, situation: Situation) -> list[str]:
    """A sentence for each, all at once."""
    return [
        *of_start(config, situation),
        *of_steps(config, situation),
        *of_freezing(config, situation),
        *of_views(config, situation.facts),
    ]


def of_start(config: RunConfig, situation: Situation) -> Iterator[str]:
    facts = situation.facts
    never = [f"'{stage.name}'" for stage in facts.stages if stage.name not in situation.ever_trained]
    if situation.scratch and config.freeze != "none" and config.train_stages is None and not config.gradual:
        yield (
            f"start is 'scratch' and freeze is '{config.freeze}', "
            "but a frozen part that never learned anything helps nobody; set freeze to 'none'."
        )
    elif situation.scratch and never:
        yield (
            f"start is 'scratch' and {', '.join(never)} would never learn, "
            "but a frozen part that never learned anything helps nobody; let every stage learn."
        )
    if situation.scratch and config.lora_rank:
        yield (
            f"start is 'scratch' and lora_rank is {config.lora_rank}, but LoRA adds to what a network has learned; "
            "leave it out."
        )
    if len(facts.classes) < 2:
        yield f"There is only one class, '{', '.join(facts.classes)}'; telling apart takes two."


def of_steps(config: RunConfig, situation: Situation) -> Iterator[str]:
    facts = situation.facts
    epochs = config.epochs or (None if situation.head_only else auto_epochs(situation)[0])
    if config.warmup_epochs is not None and epochs is not None and config.warmup_epochs > epochs:
        yield f"warmup_epochs is {config.warmup_epochs:g}, more than the {epochs} epochs of the run."
    optimizer = config.optimizer or "adamw"
    if config.momentum and optimizer not in WITH_MOMENTUM:
        yield (
            f"momentum is {config.momentum:g}, but the optimizer '{optimizer}' has none; "
            "choose 'sgd' or 'rmsprop', or leave it out."
        )
    if config.schedule == "plateau" and not facts.pictures.get("val"):
        yield "schedule is 'plateau', which follows validation pictures, and there are none; choose 'cosine'."


def of_freezing(config: RunConfig, situation: Situation) -> Iterator[str]:
    facts, thaws = situation.facts, situation.freezing.thaws
    if not situation.head_only and measured_on(facts) == "cross-validation":
        yield "No picture could be set aside, so nothing can measure a fine-tuning; freeze all."
    late = [f"'{stage}' in epoch {epoch}" for epoch, stage in thaws if epoch > (config.epochs or epoch)]
    if late:
        yield f"gradual thaws {', '.join(late)}, after the last of the {config.epochs} epochs."
    if not config.lora_rank:
        return
    if not facts.lora_sizes:
        yield (
            f"lora_rank is {config.lora_rank}, but LoRA is for transformers, and this network has no attention; "
            "leave it out."
        )
    elif not facts.lora_sizes.keys() & situation.ever_trained:
        yield (
            f"lora_rank is {config.lora_rank}, but no stage with attention learns; "
            "set freeze to 'none' or to an earlier stage."
        )


def of_views(config: RunConfig, facts: PlanFacts) -> Iterator[str]:
    wanted = config.test_views or 1
    by_hand = config.flips not in (None, "none")
    possible, mirrored = (len(view_names(facts.preprocessing, mirror=mirror)) for mirror in (by_hand, True))
    if wanted > possible:
        more = "" if possible == mirrored else f", or {mirrored} with flips 'horizontal'"
        yield f"test_views is {wanted}; pictures of this size allow {possible}{more}."
    if wanted > 1 and measured_on(facts) == "cross-validation":
        yield f"test_views is {wanted}, but no picture could be set aside to measure such answers; leave it out."
