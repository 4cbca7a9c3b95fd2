"""`python -m tl_core backbones`: the networks to start from, and which can be used offline now. Imports no torch."""

from __future__ import annotations

import argparse
import dataclasses
import json

from tl_core.backbones.catalogue import SORTS, check_name, everything, in_order, recommended, search
from tl_core.backbones.here import weights_are_here
from tl_core.backbones.record import HUB, BackboneRecord
from tl_core.errors import ConfigError

WIDEST = 64  # characters of a name before the columns give way


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="every network of torchvision and timm, not only a few")
    parser.add_argument(
        "--search", metavar="TEXT", default="", help="those with these words in name, family or licence"
    )
    parser.add_argument("--sort", choices=SORTS, help="how they are ordered; by default as in the catalogue")
    parser.add_argument("--here", action="store_true", help="only those whose weights are on this computer")
    parser.add_argument("--json", action="store_true", help="one JSON object a network on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Prints the networks that were asked for; a search looks through all of them."""
    records = everything() if arguments.all or arguments.search else recommended()
    records = search(records, arguments.search)
    if arguments.sort:
        records = in_order(records, arguments.sort)
    rows = [(record, here) for record in records if (here := weights_are_here(record)) or not arguments.here]
    if arguments.json:
        for record, here in rows:
            print(json.dumps({**dataclasses.asdict(record), "here": here}))
        return 0
    _print_table(rows)
    if not (arguments.all or arguments.search):
        print(f"\n--all lists all {len(everything()):,}, --search TEXT looks among them; hf-hub:OWNER/NAME works, too.")
    return 0


def check_typed(name: str) -> None:
    """Raises ConfigError, in a terminal's words, for the name of a network that there is not."""
    try:
        check_name(name)
    except ConfigError as error:
        if name.startswith(HUB):
            raise
        listing = "`python -m tl_core backbones` lists the recommended ones, and with --all every one."
        raise ConfigError(error.message, listing) from None


def _print_table(rows: list[tuple[BackboneRecord, bool]]) -> None:
    if not rows:
        print("No network fits.")
        return
    width = min(WIDEST, max(len(record.name) for record, _ in rows))
    columns = f"{'parameters':>10}  {'GMACs':>7}  {'ImageNet':>8}  {'picture':>7}  {'licence':12}"
    print(f"{'name':{width}}  {columns}  weights")
    for record, here in rows:
        print(_line(record, here, width))


def _line(record: BackboneRecord, here: bool, width: int) -> str:
    accuracy = f"{record.imagenet_top1:.1f} %" if record.imagenet_top1 is not None else "unknown"
    work = "unknown" if record.gmacs is None else f"{record.gmacs:,.{'0f' if record.gmacs >= 1000 else '3g'}}"
    if here:
        weights = "came with Thaw" if record.bundled else "on this computer"
    elif not record.source:
        weights = "none: starts from scratch, or from a run"
    elif record.download_megabytes is None:
        weights = "missing"
    else:
        weights = f"{record.download_megabytes:,.0f} MB to fetch on first use"
    simple = f" ({record.simple})" if record.simple else ""
    millions = f"{record.parameters / 1e6:.1f} M"
    cells = f"{millions:>10}  {work:>7}  {accuracy:>8}  {record.image_size:>4} px  {record.licence:12}"
    return f"{record.name:{width}}  {cells}  {weights}{simple}"
