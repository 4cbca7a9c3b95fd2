"""The automatic choices: each is a pure function of the situation and returns a value and its reason in plain words.

Knows no choice that was made by hand but what is frozen, no tensor and no file.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from tl_core.training.freezing import Freezing
from tl_core.training.plan_values import PlanFacts

# Below this many validation pictures, choosing the best weights by them costs accuracy: 57 cost up to 4 points.
BEST_NEEDS_PICTURES = 200
# Pictures shown in a whole fine-tuning, counted with repeats: what an epoch count is chosen from.
SHOWN_ON_CPU, SHOWN_ON_GPU, SHOWN_FROM_SCRATCH = 12_000, 60_000, 60_000
# So many times more pictures of one kind than of another are worth a word.
FAR_MORE = 3
FEWEST_EPOCHS, MOST_EPOCHS, MOST_EPOCHS_FROM_SCRATCH = 3, 20, 60


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
    def ever_trained(self) -> tuple[str, ...]:
        return (*self.freezing.trained, *(stage for _, stage in self.freezing.thaws))

    @property
    def on_gpu(self) -> bool:
        return self.facts.device.device != "cpu"

    @property
    def frozen_share(self) -> float:
        """The part of the forward work that the frozen prefix does to the end, 0 to 1."""
        if not self.facts.has_cuts:
            return 0.0
        thawed = {stage for _, stage in self.freezing.thaws}
        prefix = itertools.takewhile(
            lambda stage: stage.name in self.freezing.frozen and stage.name not in thawed, self.facts.stages
        )
        return sum(stage.share for stage in prefix)


def measured_on(facts: PlanFacts) -> str:
    if facts.brings_test:
        return "test"
    return "validation" if facts.pictures.get("val") else "cross-validation"


def best_can_be_told(facts: PlanFacts) -> bool:
    return facts.pictures.get("val", 0) >= BEST_NEEDS_PICTURES and facts.rarest_val > 0


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
    enough = max(FEWEST_EPOCHS, min(most, round(shown / max(situation.train, 1))))
    last = max((epoch for epoch, _ in situation.freezing.thaws), default=0)
    if last > enough:
        return last, f"The last stage thaws in epoch {last}, and it is to learn, too."
    return enough, (
        f"Every picture is seen {enough} times: {enough * situation.train:,} looks in all, "
        f"enough for {situation.train:,} pictures."
    )


def auto_label_smoothing(situation: Situation) -> tuple[float, str]:
    if situation.head_only:
        return 0.0, "The head is fitted in closed form to the labels as they are."
    return 0.05, "A little doubt about every label softens the harm of a wrong one."


def auto_patience(keep_best: bool, epochs: int) -> tuple[int | None, str]:
    if not keep_best:
        needed = f"{BEST_NEEDS_PICTURES} validation pictures with every class among them"
        return None, f"It runs to the end: stopping early takes {needed}."
    patience = max(4, math.ceil(epochs / 2))
    return patience, f"It stops when {patience} epochs in a row bring nothing better on the validation pictures."


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
    if facts.device.threads_reason:
        reasons["threads"] = facts.device.threads_reason
    if situation.head_only:
        reasons["method"] = "Only the head learns, so the best head is computed directly instead of in many steps."
        return reasons
    if situation.scratch:
        reasons["method"] = "Everything learns from nothing, in many steps."
    else:
        reasons["method"] = (
            "The head is computed directly first (linear probe); then all that is thawed learns on in small steps "
            "(fine-tuning). So what the network knows is not shaken by a head that knows nothing. "
            "It may get worse for an epoch or two before it gets better."
        )
    reasons["keep_best"] = (
        f"The best epoch is kept: {facts.pictures['val']:,} validation pictures can tell which it is."
        if keep_best
        else "The last epoch is kept: too few validation pictures to tell which one is best."
    )
    return reasons


def auto_batch_norm(situation: Situation) -> tuple[str, str]:
    """In the plan's words: what becomes of the running averages of batch norms."""
    if not situation.facts.batch_norms:
        return "kept", "This network has no batch norm."
    if situation.scratch:
        return "updated", "The network's running averages follow your pictures, since it starts from nothing."
    return "kept", "The network's running averages stay as they came: a few pictures would make them worse."


def auto_class_balance(situation: Situation) -> tuple[str, str]:
    most, least = situation.facts.most_train, situation.facts.rarest_train
    if most >= FAR_MORE * max(least, 1):
        return "none", (
            f"Pictures count the same, though one kind has {most:,} and another {least:,}: choose 'weights' or "
            "'sampling' if the rare kinds matter as much."
        )
    return "none", "The kinds have about as many pictures each, so every picture counts the same."
