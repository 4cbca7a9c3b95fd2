"""The automatic choices: each is a pure function of the situation and returns a value and its reason in plain words.

Knows no choice that was made by hand, no tensor and no file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tl_core.config import RunConfig
from tl_core.training.freezing import Freezing
from tl_core.training.plan_values import PlanFacts

# Below this many validation pictures, choosing the best weights by them costs accuracy: 57 cost up to 4 points.
BEST_NEEDS_PICTURES = 200
# Pictures shown in a whole fine-tuning, counted with repeats: what an epoch count is chosen from.
SHOWN_ON_CPU, SHOWN_ON_GPU, SHOWN_FROM_SCRATCH = 12_000, 60_000, 60_000
FEWEST_EPOCHS, MOST_EPOCHS, MOST_EPOCHS_FROM_SCRATCH = 3, 20, 60
# Above this share of the work, remembering the frozen part saves more than augmentation brings.
MUCH_OF_THE_WORK = 0.3
AUGMENT_BELOW = 20_000


@dataclass(frozen=True, slots=True)
class Situation:
    """What the automatic choices look at."""

    facts: PlanFacts
    freezing: Freezing
    scratch: bool
    head_only: bool

    @property
    def train(self) -> int:
        return self.facts.pictures["train"]

    @property
    def on_gpu(self) -> bool:
        return self.facts.device.device != "cpu"

    @property
    def frozen_share(self) -> float:
        """The part of the forward work that the frozen prefix does, 0 to 1."""
        if self.freezing.cut is None or not self.facts.has_cuts:
            return 0.0
        names = [stage.name for stage in self.facts.stages]
        return sum(stage.share for stage in self.facts.stages[: names.index(self.freezing.cut) + 1])


def measured_on(facts: PlanFacts) -> str:
    if facts.brings_test:
        return "test"
    return "validation" if facts.pictures.get("val") else "cross-validation"


def best_can_be_told(facts: PlanFacts) -> bool:
    return facts.pictures.get("val", 0) >= BEST_NEEDS_PICTURES and facts.rarest_val > 0


def auto_augment(situation: Situation) -> tuple[str, str]:
    share = situation.frozen_share
    if not situation.on_gpu and share >= MUCH_OF_THE_WORK:
        return "none", f"The frozen stages are {share:.0%} of the work; with unchanged pictures they run only once."
    if situation.train >= AUGMENT_BELOW:
        return "none", f"With {situation.train:,} pictures the network sees enough variety."
    return (
        "gentle",
        f"With {situation.train:,} pictures, slightly different crops of each keep it from learning by heart.",
    )


def auto_batch_size(situation: Situation) -> tuple[int, str]:
    most = 64 if situation.on_gpu else 32
    size = most
    while size > 8 and situation.train < 16 * size:
        size //= 2
    if size < most:
        return size, f"Small groups, so that {situation.train:,} pictures still make enough steps in an epoch."
    return size, f"Steps of {size} pictures keep this machine busy without filling its memory."


def auto_epochs(situation: Situation) -> tuple[int, str]:
    if situation.scratch:
        shown, most = SHOWN_FROM_SCRATCH, MOST_EPOCHS_FROM_SCRATCH
    else:
        shown, most = (SHOWN_ON_GPU if situation.on_gpu else SHOWN_ON_CPU), MOST_EPOCHS
    epochs = max(FEWEST_EPOCHS, min(most, round(shown / max(situation.train, 1))))
    seen = epochs * situation.train
    return (
        epochs,
        f"Every picture is seen {epochs} times: {seen:,} looks in all, enough for {situation.train:,} pictures.",
    )


def auto_learning_rate(situation: Situation, optimizer: str, batch_size: int) -> tuple[float, str]:
    """For AdamW at 32 pictures a step; smaller groups take smaller steps, by the square root."""
    if situation.scratch:
        rate, why = 1e-3, "Starting from nothing allows big steps."
    elif situation.facts.convolutional:
        rate, why = 2e-4, "Small steps, so that what the network already knows is kept."
    else:
        rate, why = 5e-5, "Transformers forget quickly, so the steps are very small."
    if optimizer == "sgd":
        rate, why = rate * 30, why + " (SGD takes bigger ones than AdamW.)"
    rate *= math.sqrt(min(batch_size, 256) / 32)
    return float(f"{rate:.2g}"), why


def auto_label_smoothing(situation: Situation) -> tuple[float, str]:
    if situation.head_only:
        return 0.0, "The head is fitted in closed form to the labels as they are."
    return 0.05, "A little doubt about every label softens the harm of a wrong one."


def auto_warmup(situation: Situation, epochs: int) -> tuple[float, str]:
    if situation.head_only:
        return 0.0, "There are no steps to warm up for."
    warmup = min(1.0, round(0.2 * epochs, 2))
    return warmup, "The first steps are small, so that the head's good start is not shaken."


def auto_patience(keep_best: bool, epochs: int) -> tuple[int | None, str]:
    if not keep_best:
        needed = f"{BEST_NEEDS_PICTURES} validation pictures with every class among them"
        return None, f"It runs to the end: stopping early takes {needed}."
    patience = max(4, math.ceil(epochs / 2))
    return patience, f"It stops when {patience} epochs in a row bring nothing better on the validation pictures."


def unused_by_head(config: RunConfig) -> dict[str, str]:
    """What a head-only run passes over, said for each such choice that was made by hand."""
    reasons = {"augment": "Only the head learns, from features that are computed once for each unchanged picture."}
    for name in ("epochs", "batch_size", "learning_rate", "optimizer", "schedule", "augment"):
        if getattr(config, name) is not None:
            reasons[name] = (
                f"{name} '{getattr(config, name)}' is not used: the head is computed directly, without steps."
            )
    return reasons


def fixed_reasons(situation: Situation, keep_best: bool) -> dict[str, str]:
    """Reasons for what nobody can set by hand, but everybody may ask about."""
    facts = situation.facts
    reasons = {
        "precision": f"{facts.device.name} computes "
        + ("16-bit numbers (bf16) several times faster." if facts.device.native_bf16 else "32-bit numbers best."),
        "measured_on": {
            "test": "Measured on the test pictures that you brought; training never sees them.",
            "validation": "Measured on pictures that were set aside; training never learns from them.",
            "cross-validation": "No picture could be set aside: each is judged by a head that was fitted without it.",
        }[measured_on(facts)],
    }
    if situation.head_only:
        reasons["method"] = "Only the head learns, so the best head is computed directly instead of in many steps."
    else:
        reasons["method"] = (
            "The head is computed directly first; then all that is thawed learns on in small steps. "
            "It may get worse for an epoch or two before it gets better."
        )
        reasons["keep_best"] = (
            f"The best epoch is kept: {facts.pictures['val']:,} validation pictures can tell which it is."
            if keep_best
            else "The last epoch is kept: too few validation pictures to tell which one is best."
        )
        reasons["batch_norm"] = (
            "The network's running averages follow your pictures, since it starts from nothing."
            if situation.scratch
            else "The network's running averages stay as they came: a few pictures would make them worse."
        )
    if situation.freezing.cut is not None and not facts.has_cuts:
        reasons["prefix_cached"] = "This network cannot be cut, so its frozen part runs at every step."
    return reasons
