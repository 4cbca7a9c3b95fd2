"""All that a report tells of a run, read from its folder and its pictures once. Knows no word and no HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tl_core import __version__
from tl_core.data.dataset import open_dataset
from tl_core.data.index import Finding
from tl_core.errors import RunError, UserError
from tl_core.evaluation.answers import ANSWERS, Answers, read_answers
from tl_core.evaluation.measures import Measure, measures
from tl_core.evaluation.scores import RunResult
from tl_core.events import EpochDone
from tl_core.export.described import described
from tl_core.export.model_config import ModelConfig
from tl_core.jobs.export_facts import licence_and_source, split_counts
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.view import read_view
from tl_ui.present import run_name

PAIRS, PICTURES_OF_A_PAIR = 5, 6
FINDINGS = 8
Thumbnail = Callable[[str, str], Path]  # of a dataset's picture, by its content; raises a UserError where there is none


@dataclass(frozen=True, slots=True)
class Pair:
    """Pictures of `truth` that were taken for `answer`; `thumbnails` are JPEGs of the surest mistakes."""

    truth: str
    answer: str
    count: int
    thumbnails: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """`counts` has pictures by class and side; `created` is in seconds since 1970, `seconds` is how long it took."""

    name: str
    note: str
    dataset: str
    created: float
    seconds: float | None
    result: RunResult
    plan: Mapping[str, Any]
    epochs: tuple[EpochDone, ...]
    warnings: tuple[str, ...]
    findings: tuple[Finding, ...]
    counts: Mapping[str, Mapping[str, int]]
    measures: tuple[Measure, ...]
    pairs: tuple[Pair, ...]
    model: ModelConfig
    licence: str
    source: str
    version: str = __version__


def report_of(run: RunDir, thumbnail: Thumbnail | None) -> Report:
    """`thumbnail` None: no picture goes into the report. Raises RunError where nothing was measured."""
    view = read_view(run.path)
    if view.result is None:
        raise RunError("There is nothing to report yet: this training has no result.", "Wait until it has finished.")
    result, model = RunResult.from_dict(view.result), described(run.path)
    answers = _answers(run)
    licence, source = licence_and_source(model.backbone)
    dataset, findings = _dataset(run)
    return Report(
        name=run_name(run.label.name, model.backbone, dataset),
        note=run.label.note,
        dataset=dataset,
        created=run.created,
        seconds=view.seconds,
        result=result,
        plan=view.plan or {},
        epochs=view.epochs,
        warnings=view.warnings,
        findings=findings,
        counts=split_counts(run),
        measures=() if answers is None else measures(answers, temperature=model.temperature),
        pairs=pairs_of(result, answers, run.dataset_folder.name, thumbnail),
        model=model,
        licence=licence,
        source=source,
    )


def pairs_of(result: RunResult, answers: Answers | None, dataset: str, thumbnail: Thumbnail | None) -> tuple[Pair, ...]:
    """The kinds of mistakes that happened most, the commonest first."""
    mistakes = [
        (count, row, column)
        for row, counts in enumerate(result.confusion)
        for column, count in enumerate(counts)
        if row != column and count
    ]
    chosen = sorted(mistakes, key=lambda mistake: (-mistake[0], mistake[1:]))[:PAIRS]
    return tuple(
        Pair(
            result.classes[row],
            result.classes[column],
            count,
            _thumbnails(answers, dataset, thumbnail, row, column) if answers is not None and thumbnail else (),
        )
        for count, row, column in chosen
    )


def _thumbnails(answers: Answers, dataset: str, thumbnail: Thumbnail, truth: int, answer: int) -> tuple[bytes, ...]:
    rows = np.flatnonzero((answers.labels == truth) & (answers.answered == answer))
    surest = rows[np.argsort(-answers.probabilities[rows, answer], kind="stable")]
    found: list[bytes] = []
    for content in answers.rows(surest).hashes:
        with suppress(UserError, OSError):  # deleted since then
            found.append(thumbnail(dataset, content).read_bytes())
        if len(found) == PICTURES_OF_A_PAIR:
            break
    return tuple(found)


def _answers(run: RunDir) -> Answers | None:
    """None of a run of an older Thaw."""
    try:
        return read_answers(run.path / ANSWERS)
    except RunError:
        return None


def _dataset(run: RunDir) -> tuple[str, tuple[Finding, ...]]:
    """Its name, and the worst that is found in it now; nothing where it is gone."""
    try:
        dataset = open_dataset(run.dataset_folder)
    except (UserError, OSError):
        return "", ()
    told = [finding for finding in dataset.report.findings if finding.severity != "note"]
    return dataset.name, tuple(told[:FINDINGS])
