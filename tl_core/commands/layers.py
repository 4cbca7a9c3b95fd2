"""`python -m tl_core layers BACKBONE`: a network's stages, which `train --freeze` takes. Needs no weights."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tl_core.backbones.stage import Stage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("backbone", metavar="BACKBONE", help="timm's name, or torchvision/NAME")
    parser.add_argument("--json", action="store_true", help="one JSON object a stage on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Prints every stage in order, the head last. Raises ConfigError for a network that is not known."""
    # torch takes seconds to import: help and a mistyped option are answered before.
    from tl_core.backbones.build import build_network
    from tl_core.backbones.stages import stage_network

    staged = stage_network(build_network(arguments.backbone, None, pretrained=False))
    if arguments.json:
        for stage in staged.stages:
            print(json.dumps(stage.to_dict()))
        return 0
    _print_table(staged.stages)
    if not staged.has_cuts:
        print("\nThis network cannot be parted, so a frozen beginning is computed anew in every epoch.")
    return 0


def _print_table(stages: Sequence[Stage]) -> None:
    total = sum(stage.parameters for stage in stages)
    names = max(len("stage"), *(len(stage.name) for stage in stages))
    titles = max(len(stage.title) for stage in stages)
    print(f"{'stage':{names}}  {'what it sees':{titles}}  {'parameters':>11}  {'work':>5}  output")
    for stage in stages:
        shape = " x ".join(map(str, stage.output_shape))
        print(f"{stage.name:{names}}  {stage.title:{titles}}  {stage.parameters:11,}  {stage.share:5.0%}  {shape}")
    print(f"{'all':{names}}  {'':{titles}}  {total:11,}  {1:5.0%}")
