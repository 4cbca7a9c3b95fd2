"""What the plan chooses for a graphics card alone: values and reasons. Knows sizes, no tensor.

Whole networks are run as they are: torch.compile and CUDA graphs pay only in long runs, they bake shapes in that the
last step of an epoch does not have, and graphs hold on to addresses that thawing and smaller pieces change. Nothing of
that is chosen unless it has been measured against the plain steps on such a card.
"""

from __future__ import annotations

from tl_core.training.automatic import Situation

# Of the memory that is free before the network is there: steps, the optimizer and its gradients need the rest.
SHARE_FOR_PICTURES = 0.25
GIGABYTE = 1e9


def auto_pictures_on_device(situation: Situation, *, kept: bool) -> tuple[bool, str]:
    """`kept`: steps take what is kept of pictures instead of these. No reason where there is no question."""
    free = situation.facts.device.free_bytes
    if free is None or kept or situation.head_only:
        return False, ""
    pictures = sum(situation.facts.pictures.get(split, 0) for split in ("train", "val"))
    needed = pictures * situation.facts.preprocessing.resize_size**2 * 3
    sizes = f"{needed / GIGABYTE:.2f} GB of the {free / GIGABYTE:.0f} GB that are free there"
    if needed <= free * SHARE_FOR_PICTURES:
        return True, f"All pictures lie in the graphics card's memory: {sizes}."
    return False, f"Pictures are copied to the graphics card step by step: together they would take {sizes}."
