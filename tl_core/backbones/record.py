"""One network that a person can start from, as facts. Knows neither where the facts came from nor how to build it."""

from __future__ import annotations

from dataclasses import dataclass

TORCHVISION = "torchvision/"
OWN = "thaw/"
HUB = "hf-hub:"
Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class BackboneRecord:
    """`imagenet_top1` in percent as published, None where nobody did. `gmacs`: 10^9 multiplications for a picture.

    `parameters` with the head that the weights come with, if they have one. `source` is the repository on the Hugging
    Face hub, a file of torchvision's server, an address, or a Python package; empty where there are no weights.
    `simple` is its name among the four of the simple screen.
    """

    name: str
    title: str
    family: str
    parameters: int
    gmacs: float | None
    image_size: int
    mean: Three
    std: Three
    imagenet_top1: float | None
    download_megabytes: float | None
    licence: str
    source: str
    bundled: bool = False
    recommended: bool = False
    simple: str | None = None
