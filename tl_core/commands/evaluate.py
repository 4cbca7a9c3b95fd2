"""`python -m tl_core evaluate MODEL DATA`: how good a model is on pictures with labels, in a sentence or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tl_core.commands.model_argument import MODEL_HELP, model_source, workspace_of_arguments
from tl_core.data.counting import counted
from tl_core.data.dataset import Dataset, find_unchanged, import_source
from tl_core.data.names import shown
from tl_core.data.splits import read_split_csv
from tl_core.evaluation.sentence import in_words
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.workspace import new_identifier

if TYPE_CHECKING:
    from tl_core.evaluation.measuring import Measurement


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    parser.add_argument("data", metavar="DATA", type=Path, help="a folder or zip of class folders")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Measures on DATA's test split where it brings one, else on all of it; raises UserError with what is wrong."""
    # torch takes seconds to import: help is printed without it.
    from tl_core.data.decoder import DecoderPool
    from tl_core.evaluation.measuring import judging_records, measure
    from tl_core.evaluation.predictor import Predictor

    source = model_source(arguments)
    predictor = Predictor.open(source)  # first: reading a big DATA takes longer than finding a mistyped MODEL
    dataset = _dataset(arguments)
    with DecoderPool() as pool:
        measurement = measure(
            predictor,
            judging_records(dataset.index),
            dataset.path_of,
            pool=pool,
            training_hashes=training_hashes(source),
        )
    for line in _notes(dataset, measurement):
        print(line, file=sys.stderr)
    if arguments.json:
        print(json.dumps({"kind": "result", **measurement.to_dict()}))
    else:
        print(in_words(measurement.result))
    return 0


def training_hashes(source: Path) -> frozenset[str] | None:
    """SHA-256 of the pictures that a run trained with or chose by; None where `source` is no run's folder."""
    split_file = RunDir(source).split_file
    if not split_file.is_file():
        return None
    return frozenset(row.sha256 for row in read_split_csv(split_file) if row.split != "test")


def _dataset(arguments: argparse.Namespace) -> Dataset:
    datasets = workspace_of_arguments(arguments).person().datasets
    known = find_unchanged(datasets, arguments.data)
    return known or import_source(arguments.data, datasets / new_identifier())


def _notes(dataset: Dataset, measurement: Measurement) -> Iterator[str]:
    """What to know about the number before it is believed."""
    if dataset.index.of_split("test"):
        yield f"'{shown(dataset.name)}' brings a test split: measured on that alone."
    if dataset.report.skipped:
        yield f"{counted(len(dataset.report.skipped), 'file')} passed over; `check` says which and why."
    for item in measurement.skipped:
        yield f"Skipped '{shown(item.path)}': {item.reason}"
    if measurement.seen_in_training:
        yield (
            f"{measurement.seen_in_training:,} of these pictures were used in training, so this number flatters the "
            "model. Bring pictures that it has never seen."
        )
