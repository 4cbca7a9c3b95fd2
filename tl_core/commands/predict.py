"""`python -m tl_core predict MODEL PATH...`: says what is on pictures. Knows no network; the predictor does."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tl_core.commands.model_argument import MODEL_HELP, check_target, model_source, writing
from tl_core.data.index import Skipped
from tl_core.data.names import is_system, listed, shown
from tl_core.errors import DataError
from tl_core.platform import atomic_write_bytes

if TYPE_CHECKING:
    from tl_core.evaluation.predictor import Prediction


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a picture, or a folder of pictures")
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write the answers as a table, too")
    parser.add_argument("--json", action="store_true", help="one JSON object a picture on standard output")


def run(arguments: argparse.Namespace) -> int:
    """0 when at least one picture was answered; raises DataError when none could be."""
    if arguments.csv is not None:
        check_target(arguments.csv, "--csv")
    pictures = pictures_under(arguments.paths)
    # torch takes seconds to import: help and a mistyped path are answered before.
    from tl_core.data.decoder import DecoderPool
    from tl_core.evaluation.predictor import Predictor
    from tl_core.evaluation.table import answers_csv

    predictor = Predictor.open(model_source(arguments))
    answers: list[Prediction | Skipped] = []
    with DecoderPool() as pool:
        for answer in predictor.predict(pictures, pool):
            _print(answer, as_json=arguments.json)
            answers.append(answer)
    if all(isinstance(answer, Skipped) for answer in answers):
        raise DataError(
            f"None of the {len(answers):,} files could be read as a picture.", "The reason for each stands above."
        )
    if arguments.csv is not None:
        with writing(arguments.csv, "--csv"):
            atomic_write_bytes(arguments.csv, answers_csv(answers, predictor.classes))
        print(f"Wrote {len(answers):,} rows to '{shown(str(arguments.csv))}'.", file=sys.stderr)
    return 0


def pictures_under(paths: Sequence[Path]) -> list[Path]:
    """Files as they are given; of folders every file in them, sorted, without hidden and system ones.

    Raises DataError that names every path that does not exist, or when the folders are empty.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise DataError(f"There is nothing at {listed(missing)}.", "Check the spelling, and where you are.")
    found = [file for path in paths for file in (_files_of(path) if path.is_dir() else [path])]
    if not found:
        raise DataError(f"There are no files in '{shown(str(paths[0]))}'.", "Give a folder that has pictures.")
    return found


def _files_of(folder: Path) -> list[Path]:
    names = (
        os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/")
        for parent, _folders, files in os.walk(folder)
        for name in files
    )
    return [folder / name for name in sorted(name for name in names if not is_system(name))]


def _print(answer: Prediction | Skipped, *, as_json: bool) -> None:
    if isinstance(answer, Skipped):
        print(f"Skipped '{shown(answer.path)}': {answer.reason}", file=sys.stderr, flush=True)
        if as_json:
            print(json.dumps({"kind": "skipped", "path": answer.path, "reason": answer.reason}), flush=True)
    elif as_json:
        print(json.dumps(answer.to_dict()), flush=True)
    else:
        unsure = ", not sure" if answer.is_sure is False else ""
        print(f"{shown(answer.path)}: {shown(answer.label)} ({answer.probability * 100:.1f} %{unsure})", flush=True)
