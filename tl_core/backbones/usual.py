"""How the network that a person who chose nothing begins with wants to see pictures, known before torch is loaded.

So that bringing pictures in can prepare them on the way. Tests hold it to what the network itself says.
"""

from __future__ import annotations

from tl_core.config import RunConfig
from tl_core.data.preprocessing import Preprocessing

USUAL = {
    "tf_efficientnet_lite0": Preprocessing(
        image_size=224, resize_size=256, interpolation="bicubic", mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)
    )
}


def usual_preprocessing(config: RunConfig) -> Preprocessing | None:
    """What these settings prepare pictures by; None where only the network itself could tell."""
    has_own = config.image_size is not None or bool(config.part)
    return None if has_own else USUAL.get(config.backbone)
