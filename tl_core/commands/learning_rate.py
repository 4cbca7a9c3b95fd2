"""`python -m tl_core learning-rate DATA`: a learning-rate range test, its curve and suggestion. Keeps no model."""

from __future__ import annotations

import argparse
import json
import time

from tl_core.commands import train
from tl_core.commands.progress import ProgressPrinter
from tl_core.commands.train import DONE, LEFT_RUNNING, bring_in, config_of, counting_interrupts
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset, ImportStopped
from tl_core.data.splits import check_classes
from tl_core.jobs.beginnings import check_stages, checked_beginning
from tl_core.jobs.workspace import Workspace
from tl_core.training.rate_values import RateCurve

BARS, WIDTH = 20, 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `train`, for a training with these settings is what is tested."""
    train.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prints the curve and the suggestion. Raises UserError with everything that is wrong with settings or pictures."""
    config, printer, workspace = config_of(arguments), ProgressPrinter(), Workspace(arguments.workspace)
    person = workspace.person()
    config = checked_beginning(config, person.runs)
    check_stages(config, workspace.cache)
    with counting_interrupts() as interrupts:
        try:
            dataset = bring_in(arguments.data, person, printer, interrupts)
        except ImportStopped:
            printer.say("Stopped while pictures were read; nothing was kept.")
            return LEFT_RUNNING
        check_classes(dataset.index)
        found = _found(config, dataset, workspace, printer, interrupts)
    if arguments.json:
        print(json.dumps(found.to_dict()))
    else:
        print_curve(found)
    return DONE if found.state == "done" else LEFT_RUNNING


def _found(
    config: RunConfig, dataset: Dataset, workspace: Workspace, printer: ProgressPrinter, interrupts: list[int]
) -> RateCurve:
    from tl_core.data.decoder import DecoderPool
    from tl_core.training.device import device_facts
    from tl_core.training.rate_finder import rate_curve
    from tl_core.training.workplace import Workplace

    found = RateCurve("waiting")
    with DecoderPool() as decoder:
        place = Workplace(workspace.cache, decoder, device_facts(), lambda: bool(interrupts), time.monotonic)
        for found in rate_curve(config, dataset, place):
            printer.phase("rates", found.done, found.total)
    printer.say("Stopped." if found.state == "stopped" else found.reason)
    return found


def print_curve(found: RateCurve) -> None:
    """A bar for every few points: as long as its loss."""
    step = max(1, len(found.points) // BARS)
    longest = max((point.smoothed for point in found.points), default=1.0) or 1.0
    print(f"{'rate':>8}  {'loss':>8}")
    for point in found.points[::step]:
        print(f"{point.rate:8.1e}  {point.smoothed:8.4f}  {'#' * round(point.smoothed / longest * WIDTH)}")
    if found.suggestion is not None:
        print(f"\nTry --learning-rate {found.suggestion:g}")
