"""The automatic choices of how big steps are and what they are made of: values and reasons.

Knows no choice that was made by hand but those that it hangs on, no tensor and no file.
"""

from __future__ import annotations

import math

from tl_core.training.automatic import Situation

# How far above AdamW's the usual rate of an optimizer lies.
RATE_OF = {"sgd": 30.0, "adagrad": 10.0}


FEWEST_AVERAGED, MOST_AVERAGED = 10, 1000  # steps
LORA_RATE = 10.0  # its additions start from nothing, and are small


def auto_learning_rate(
    situation: Situation, optimizer: str, batch_size: int, *, lora: bool = False
) -> tuple[float, str]:
    """For AdamW at 32 pictures a step; smaller groups take smaller steps, by the square root."""
    if situation.scratch:
        rate, why = 1e-3, "Starting from nothing allows big steps."
    elif situation.facts.convolutional:
        rate, why = 2e-4, "Small steps, so that what the network already knows is kept."
    else:
        rate, why = 5e-5, "Transformers forget quickly, so the steps are very small."
    if lora:
        rate, why = rate * LORA_RATE, "What LoRA adds starts from nothing, so it learns in bigger steps."
    if optimizer in RATE_OF:
        name = {"sgd": "SGD", "adagrad": "Adagrad"}[optimizer]
        rate, why = rate * RATE_OF[optimizer], why + f" ({name} takes bigger ones than AdamW.)"
    rate *= math.sqrt(min(batch_size, 256) / 32)
    return float(f"{rate:.2g}"), why


def auto_optimizer() -> tuple[str, str]:
    return "adamw", "AdamW is steady over many kinds of network and of pictures."


def auto_momentum(optimizer: str) -> tuple[float, str]:
    if optimizer == "sgd":
        return 0.9, "Each step keeps most of the one before it; the usual value for SGD."
    return 0.0, "RMSprop scales its steps already, so none of the one before is kept."


def auto_schedule() -> tuple[str, str]:
    return "cosine", "Big steps first and ever smaller ones settle best."


def auto_head_learning_rate() -> tuple[float | None, str]:
    return None, "The head takes the same steps as the rest: it starts from its best already."


def auto_layer_decay() -> tuple[float, str]:
    return 1.0, "All thawed stages take steps of the same size."


def auto_ema_decay(situation: Situation, steps_per_epoch: int) -> tuple[float, str]:
    """Over about an epoch's steps. On 1,000 pictures of Fashion-MNIST (EfficientNet-Lite0, thawed after blocks.4, the
    head at 86.2 %) the first epoch falls to 83.0 % instead of 78.4 %, the third is at 86.6 instead of 84.2 %, the sixth
    at 88.2 % either way. A quarter of the rate falls to 84.8 % and ends at 86.2 %; a longer warm-up falls later.
    """
    if situation.scratch:
        return 0.0, "The weights count as they are: from nothing they move too fast for an average."
    steps = max(FEWEST_AVERAGED, min(MOST_AVERAGED, steps_per_epoch))
    return float(f"{1 - 1 / steps:.3g}"), (
        "Answers come from the average of the weights over about an epoch, so that single steps cannot shake them."
    )


def auto_warmup(situation: Situation, epochs: int) -> tuple[float, str]:
    if situation.head_only:
        return 0.0, "There are no steps to warm up for."
    warmup = min(1.0, round(0.2 * epochs, 2))
    return warmup, "The first steps are small, so that the head's good start is not shaken."
