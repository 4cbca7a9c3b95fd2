"""The text of LICENSES in a bundle: whose work is in it, and under which terms. Knows names; opens nothing."""

from __future__ import annotations

from tl_core.export.build_code import library_of

TEXT = """\
What is in this bundle, and whose it is.

model.safetensors, model.onnx
    Weights that were trained from the pretrained network '{backbone}'{source}.
    Licence of those pretrained weights: {licence}
    What was learned from the owner's pictures belongs to that owner. The datasets that the network was pretrained on
    may have terms of their own.

The architecture
    {library}: {library_licence}

predict.py and the Python in README.md
    Part of Thaw, Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0).

sample-*.jpg, where there are any
    Pictures of the owner of this model, reduced, without their metadata. Ask the owner before you publish them.
"""
LIBRARY_LICENCES = {
    "timm": "Apache License 2.0, Ross Wightman and others (https://github.com/huggingface/pytorch-image-models)",
    "torchvision": "BSD 3-Clause License, Soumith Chintala and others (https://github.com/pytorch/vision)",
    "torch": "part of Thaw, Apache License 2.0",
}


def licences_text(backbone: str, *, licence: str, source: str) -> str:
    """`licence` and `source` of the pretrained weights, "" where nobody knows them."""
    library = library_of(backbone)
    return TEXT.format(
        backbone=backbone,
        source=f" ({source})" if source else "",
        licence=licence or "not known here; ask where the network comes from",
        library=library,
        library_licence=LIBRARY_LICENCES[library],
    )
