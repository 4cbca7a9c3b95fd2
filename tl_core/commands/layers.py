"""`python -m tl_core layers BACKBONE`: a network's stages, which `train --freeze` takes.

It needs no weights; with --data it does, and says what each stage already knows of those pictures.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tl_core.commands.backbones import check_typed
from tl_core.commands.progress import ProgressPrinter
from tl_core.commands.train import bring_in, counting_interrupts
from tl_core.data.dataset import Dataset, ImportStopped
from tl_core.data.names import shown
from tl_core.jobs.workspace import Workspace
from tl_core.training.probe_values import Probe, StageReading

if TYPE_CHECKING:
    from tl_core.backbones.stage import Stage
    from tl_core.backbones.stages import StagedNetwork

DONE, LEFT_RUNNING = 0, 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("backbone", metavar="BACKBONE", help="timm's name, or torchvision/NAME")
    parser.add_argument(
        "--data", metavar="DATA", type=Path, help="say what each stage already knows of these labelled pictures"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a stage on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Prints every stage in order, the head last. Raises UserError for a network or pictures that cannot be used."""
    check_typed(arguments.backbone)
    if arguments.data is not None:
        return _run_on_pictures(arguments)
    # torch takes seconds to import: help and a mistyped option are answered before.
    from tl_core.backbones.build import build_network
    from tl_core.backbones.stages import stage_network

    staged = stage_network(build_network(arguments.backbone, None, pretrained=False))
    _print(staged, None, as_json=arguments.json)
    return DONE


def _run_on_pictures(arguments: argparse.Namespace) -> int:
    printer, workspace = ProgressPrinter(), Workspace(arguments.workspace)
    with counting_interrupts() as interrupts:
        try:
            dataset = bring_in(arguments.data, workspace.person(), printer, interrupts)
        except ImportStopped:
            printer.say("Stopped while pictures were read; nothing was kept.")
            return LEFT_RUNNING
        network, found = _probed(arguments.backbone, dataset, workspace.cache, printer, interrupts)
    if found.state != "done":
        printer.say("Stopped; what was worked out is kept for the next time.")
        return LEFT_RUNNING
    _print(network, found, as_json=arguments.json)
    return DONE


def _probed(
    backbone: str, dataset: Dataset, cache: Path, printer: ProgressPrinter, interrupts: list[int]
) -> tuple[StagedNetwork, Probe]:
    from tl_core.config import RunConfig
    from tl_core.data.decoder import DecoderPool
    from tl_core.data.splits import check_classes
    from tl_core.training.device import device_facts
    from tl_core.training.probe import probe
    from tl_core.training.surroundings import staged
    from tl_core.training.workplace import Workplace

    check_classes(dataset.index)
    device = device_facts()
    network = staged(RunConfig(backbone=backbone), len(dataset.index.classes), device)
    found = Probe(backbone, "waiting")
    with DecoderPool() as decoder:
        place = Workplace(cache, decoder, device, lambda: bool(interrupts), time.monotonic)
        for found in probe(dataset, network, place):
            if found.phase:
                printer.phase(found.phase, found.done, found.total)
    printer.say(f"Looked at {found.images:,} pictures.")
    return network, found


def _print(network: StagedNetwork, found: Probe | None, *, as_json: bool) -> None:
    readings = {} if found is None else {stage.name: stage for stage in found.stages}
    if as_json:
        for stage in network.stages:
            print(json.dumps({**stage.to_dict(), **({} if found is None else _readable(readings.get(stage.name)))}))
        return
    _print_table(network.stages, readings)
    if found is not None:
        sample = f", a sample of {found.images_in_all:,}" if found.is_sample else ""
        print(
            f"\nReadable: how often a head on that stage alone was right, each of {found.images:,} pictures{sample} "
            f"judged by a head fitted without it; always saying '{shown(found.baseline_class)}' gives "
            f"{found.baseline:.0%}. It is a hint: not what training will reach, and not where to freeze."
        )
    if not network.has_cuts:
        print("\nThis network cannot be parted, so a frozen beginning is computed anew in every epoch.")


def _readable(reading: StageReading | None) -> dict[str, Any]:
    """None for the head, which is still to be made."""
    if reading is None:
        return {"readable": None, "low": None, "high": None}
    return {"readable": reading.accuracy, "low": reading.low, "high": reading.high}


def _print_table(stages: Sequence[Stage], readings: dict[str, StageReading]) -> None:
    total = sum(stage.parameters for stage in stages)
    names = max(len("stage"), *(len(stage.name) for stage in stages))
    titles = max(len(stage.title) for stage in stages)
    asked = f"  {'readable':>20}" if readings else ""
    print(f"{'stage':{names}}  {'what it sees':{titles}}  {'parameters':>11}  {'work':>5}{asked}  output")
    for stage in stages:
        shape = " x ".join(map(str, stage.output_shape))
        told = f"  {_in_words(readings.get(stage.name)):>20}" if readings else ""
        print(
            f"{stage.name:{names}}  {stage.title:{titles}}  {stage.parameters:11,}  {stage.share:5.0%}{told}  {shape}"
        )
    print(f"{'all':{names}}  {'':{titles}}  {total:11,}  {1:5.0%}")


def _in_words(reading: StageReading | None) -> str:
    if reading is None:
        return ""
    return f"{reading.accuracy:.0%} ({reading.low:.0%} to {reading.high:.0%})"
