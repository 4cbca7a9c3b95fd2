"""Whether a file can be a person's own weights at all: its ending, its size, whether it can be read. Needs no torch.

What is in it, `own_weights` finds out.
"""

from __future__ import annotations

from pathlib import Path

from tl_core.errors import WeightsError

SAFE, PICKLED = (".safetensors",), (".pth", ".pt", ".bin")
ENDINGS = (*SAFE, *PICKLED)
MAX_BYTES = 8 * 2**30  # the biggest network that timm knows has 7.8 GB of weights
AGAIN = "Save or download it again, best as .safetensors."


def check_weights_file(path: Path) -> None:
    """Raises WeightsError for a file that is not there, cannot be read, or is none of weights."""
    if path.suffix.lower() not in ENDINGS:
        raise WeightsError(f"'{path.name}' is no weights file that Thaw reads.", f"Give one of {', '.join(ENDINGS)}.")
    if not path.is_file():
        raise WeightsError(f"There is no weights file '{path}'.", "Check the path.")
    try:
        with path.open("rb"):
            size = path.stat().st_size
    except OSError as error:
        raise WeightsError(f"'{path.name}' cannot be read ({error.strerror}).", "Check its permissions.") from None
    if not size:
        raise WeightsError(f"The weights file '{path.name}' is empty.", AGAIN)
    if size > MAX_BYTES:
        raise WeightsError(f"'{path.name}' has {size / 1e9:,.1f} GB; no network has more than {MAX_BYTES / 1e9:.1f}.")
