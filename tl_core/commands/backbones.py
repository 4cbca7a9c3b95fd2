"""`python -m tl_core backbones`: the recommended networks, and which can be used offline now. Imports no torch."""

from __future__ import annotations

import argparse
import dataclasses
import json

from tl_core.backbones.catalogue import BackboneRecord, recommended
from tl_core.backbones.here import weights_are_here


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a network on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Prints every recommended network, in the catalogue's order."""
    rows = [(record, weights_are_here(record)) for record in recommended()]
    if arguments.json:
        for record, here in rows:
            print(json.dumps({**dataclasses.asdict(record), "here": here}))
        return 0
    width = max(len(record.name) for record, _ in rows)
    print(f"{'name':{width}}  {'parameters':>10}  {'ImageNet':>8}  {'picture':>7}  {'licence':12}  weights")
    for record, here in rows:
        print(_line(record, here, width))
    print("\nMost other networks of timm, and torchvision/NAME of torchvision, work by their names, too.")
    return 0


def _line(record: BackboneRecord, here: bool, width: int) -> str:
    accuracy = f"{record.imagenet_top1:.1f} %" if record.imagenet_top1 is not None else "unknown"
    if here:
        weights = "came with Thaw" if record.bundled else "on this computer"
    elif record.download_megabytes is None:
        weights = "missing"
    else:
        weights = f"{record.download_megabytes:,.0f} MB to fetch on first use"
    simple = f" ({record.simple})" if record.simple else ""
    millions = f"{record.parameters / 1e6:.1f} M"
    size = f"{record.image_size} px"
    return f"{record.name:{width}}  {millions:>10}  {accuracy:>8}  {size:>7}  {record.licence:12}  {weights}{simple}"
