"""What a run passes over of the choices that were made by hand: a sentence for each. Knows no tensor.

What cannot be together at all, `conflicts` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tl_core.backbones.stage import HEAD
from tl_core.config import RunConfig
from tl_core.training.automatic import Situation

# What says how steps are made and what they are made of: a head in closed form makes none.
OF_STEPS = (
    "epochs", "batch_size", "learning_rate", "head_learning_rate", "layer_decay", "optimizer", "momentum", "schedule",
    "warmup_epochs", "weight_decay", "label_smoothing", "gradient_clip", "patience", "augment", "mixup", "cutmix",
    "cached_views", "class_balance", "ema_decay", "batch_norm", "lora_rank",
)  # fmt: skip
# Values that ask for nothing, so that nothing is passed over.
OFF: dict[str, tuple[object, ...]] = {
    "augment": ("none",), "mixup": (0.0,), "cutmix": (0.0,), "cached_views": (0,), "class_balance": ("none",),
    "ema_decay": (0.0,),
    "label_smoothing": (0.0,), "layer_decay": (1.0,), "momentum": (0.0,), "lora_rank": (0,), "flips": ("none",),
    "batch_norm": ("keep", "reestimate"),
}  # fmt: skip
OF_ICE: dict[str, object] = {"freeze": "all", "train_stages": None, "gradual": ""}  # and what asks for nothing


def unused(config: RunConfig, situation: Situation, steps: dict[str, Any]) -> dict[str, str]:
    """By the setting's name; `steps` are the plan's fields that say how steps are made."""
    found = unused_by_head(config) if situation.head_only else dict(unused_by_steps(config, situation, steps))
    if not situation.facts.batch_norms and asks("batch_norm", config.batch_norm, ("keep",)):
        found["batch_norm"] = f"batch_norm '{config.batch_norm}' is not used: this network has no batch norm."
    return found


def asks(name: str, value: object, off: tuple[object, ...] | None = None) -> bool:
    """Whether a choice was made by hand, and asks for something."""
    return value is not None and value not in (OFF.get(name, ()) if off is None else off)


def unused_by_head(config: RunConfig) -> dict[str, str]:
    reasons = {"augment": "Only the head learns, from features that are computed once for each unchanged picture."}
    looks = config.test_views or 1  # flips also say which looks there are at a picture
    for name in (*OF_STEPS, *(["flips"] if looks == 1 else [])):
        value = getattr(config, name)
        if asks(name, value):
            reasons[name] = f"{name} '{value}' is not used: the head is computed directly, without steps."
    return reasons


def unused_by_steps(config: RunConfig, situation: Situation, steps: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if config.head_learning_rate is not None and HEAD not in situation.ever_trained:
        yield (
            "head_learning_rate",
            f"head_learning_rate '{config.head_learning_rate:g}' is not used: the head is frozen.",
        )
    if asks("layer_decay", config.layer_decay) and body_that_learns(config, situation) <= last_of_body(situation):
        yield (
            "layer_decay",
            f"layer_decay '{config.layer_decay:g}' is not used: no stage before the last one learns.",
        )
    if asks("flips", config.flips) and steps["augment"] == "none" and (config.test_views or 1) == 1:
        yield "flips", f"flips '{config.flips}' is not used: augment is 'none', so pictures stay as they are."
    if asks("cached_views", config.cached_views) and not steps["cached_views"]:
        why = (
            "augment is 'none', so pictures stay as they are"
            if steps["augment"] == "none"
            else "no frozen part is kept"
        )
        yield "cached_views", f"cached_views '{config.cached_views}' is not used: {why}."
    if config.schedule == "one-cycle" and config.warmup_epochs is not None:
        yield (
            "warmup_epochs",
            f"warmup_epochs '{config.warmup_epochs:g}' is not used: one-cycle has a rise of its own.",
        )
    for name in ("mixup", "cutmix"):
        if steps[name] and steps["batch_size"] == 1:
            yield name, f"{name} '{steps[name]:g}' is not used: a step of one picture has no other one to blend with."
    if asks("class_balance", config.class_balance) and 0 < situation.facts.most_train == situation.facts.rarest_train:
        yield (
            "class_balance",
            f"class_balance '{config.class_balance}' changes nothing: every kind has as many pictures.",
        )
    yield from unused_patience(config, situation, steps["epochs"])


def unused_patience(config: RunConfig, situation: Situation, epochs: int) -> Iterator[tuple[str, str]]:
    if config.patience is None:
        return
    if not situation.facts.pictures.get("val"):
        yield (
            "patience",
            f"patience '{config.patience}' is not used: there are no validation pictures to judge an epoch by.",
        )
    elif config.patience > epochs - 2:  # the first epoch is always the best so far, and after the last one it ends
        yield "patience", f"patience '{config.patience}' is not used: {epochs} epochs are over before that."


def body_that_learns(config: RunConfig, situation: Situation) -> set[str]:
    """Stages before the head whose weights take steps, if only those of their batch norms."""
    norms = situation.facts.norm_sizes if config.batch_norm == "train" else {}
    return {*situation.ever_trained, *norms} - {HEAD}


def last_of_body(situation: Situation) -> set[str]:
    return set([stage.name for stage in situation.facts.stages if stage.name != HEAD][-1:])


def unused_by_preset(config: RunConfig, *, head_alone: bool) -> dict[str, str]:
    """What a preset decides itself, and, where it fits the head alone, what that passes over."""
    found = unused_by_head(config) if head_alone else {}
    for name, usual in OF_ICE.items():
        value = getattr(config, name)
        if value != usual:
            shown = ",".join(value) if isinstance(value, tuple) else value
            found[name] = f"{name} '{shown}' is not used: the preset '{config.preset}' chooses what learns."
    return found


def unused_by_split(config: RunConfig, *, brought: bool, in_folds: bool, head_alone: bool) -> dict[str, str]:
    """What has no say in who judges. `brought`: validation pictures came with the others."""
    found = {}
    if config.validation_share is not None and (brought or in_folds):
        why = "every picture judges in its turn" if in_folds else "validation pictures came with the others"
        found["validation_share"] = f"validation_share '{config.validation_share:g}' is not used: {why}."
    if config.measure == "folds" and not in_folds:
        found["measure"] = "measure 'folds' is not used: pictures to judge by came with the others."
    if config.repeats > 1 and head_alone and brought:
        found["repeats"] = (
            f"repeats '{config.repeats}' says nothing here: the head is computed directly, "
            "so the same pictures give the same number with every seed."
        )
    return found
