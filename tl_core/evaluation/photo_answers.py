"""Answers for a folder of photos: each is opened once, kept by its content, asked about, compared with the training.

Knows no job and no screen. Who stops keeps what was answered so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from tl_core.data import store
from tl_core.data.answers import Square
from tl_core.data.decoder import DecoderPool
from tl_core.data.index import Skipped
from tl_core.data.limits import Limits
from tl_core.data.photos import open_photos, plan_of_photos
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.reading import ImportStopped, OnProgress, Put, Reading, read_all
from tl_core.errors import DataError
from tl_core.evaluation.alike import Reference
from tl_core.evaluation.featured import Featured, Row
from tl_core.evaluation.predictor import BATCH_SIZE
from tl_core.evaluation.sheet import Line, Sheet

NOTHING = "There is not one picture among these {files:,} files."
NOTHING_HINT = "Choose pictures (JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF), or a folder or zip of them."


class Asking:
    """Takes squares as photos are looked at, and asks the model about as many together as fit one forward."""

    def __init__(self, model: Featured) -> None:
        self._model = model
        self._waiting: dict[str, Square] = {}
        self.rows: dict[str, Row] = {}  # by content hash: probabilities (classes,) and features (d,)
        self.features: dict[str, Row] = {}

    @property
    def preprocessing(self) -> Preprocessing:
        return self._model.preprocessing

    @contextmanager
    def open(self, contents: Sequence[str]) -> Iterator[Put]:  # noqa: ARG002 - it takes whatever comes
        yield self._put
        self._ask()

    def _put(self, content: str, square: Square) -> None:
        if content not in self.rows:
            self._waiting[content] = square
        if len(self._waiting) == BATCH_SIZE:
            self._ask()

    def _ask(self) -> None:
        if self._waiting:
            rows, features = self._model.ask(np.stack(list(self._waiting.values())))
            self.rows.update(zip(self._waiting, rows, strict=True))
            self.features.update(zip(self._waiting, features, strict=True))
            self._waiting.clear()


def answer_photos(
    zips: Sequence[Path],
    folder: Path,
    model: Featured,
    reference: Reference | None,
    *,
    limits: Limits,
    on_progress: OnProgress,
    should_stop: Callable[[], bool],
) -> Sheet:
    """Unpacks the photos and their thumbnails into `folder` as a dataset has them, and answers each.

    Raises DataError for what is no zip or holds no picture. Asked to stop, it gives the answers so far.
    """
    source = open_photos(zips, limits)
    try:
        asking = Asking(model)
        with DecoderPool(limits=limits) as pool:
            thumbnails = folder / store.THUMBNAILS_FOLDER
            task = Reading(source, folder, pool, on_progress, should_stop, thumbnails, squares=asking)
            with suppress(ImportStopped):
                read_all(task, plan_of_photos(source.listing))
        found = _sheet(task, model, asking, reference)
        (folder / store.INDEX_FILE).unlink(missing_ok=True)
        if not found.lines and not should_stop():
            raise DataError(NOTHING.format(files=len(source.listing.entries)), _first_reason(found.skipped))
        return found
    finally:
        source.close()


def _sheet(task: Reading, model: Featured, asking: Asking, reference: Reference | None) -> Sheet:
    columns = task.builder.columns()
    entries = task.source.listing.entries
    unlike = _unlike(asking, reference)
    lines = []
    for row, record in enumerate(columns.records()):
        if task.entry_of_row[row] in task.problems or record.sha256 not in asking.rows:
            continue
        said = model.predictor.prediction(record.path, asking.rows[record.sha256])
        lines.append(
            Line(
                path=record.path,
                sha256=record.sha256,
                label=said.label,
                probability=said.probability,
                taken=record.taken,
                is_sure=said.is_sure,
                is_unlike=unlike.get(record.sha256),
            )
        )
    skipped = [Skipped(entries[number].path, reason) for number, reason in task.problems.items()]
    skipped += task.source.listing.refused
    lines.sort(key=lambda line: line.path)
    return Sheet(model.predictor.classes, tuple(lines), tuple(sorted(skipped, key=lambda item: item.path)))


def _unlike(asking: Asking, reference: Reference | None) -> dict[str, bool]:
    if reference is None or not reference.is_known or not asking.features:
        return {}
    found = reference.is_unlike(np.stack(list(asking.features.values())))
    return dict(zip(asking.features, found.tolist(), strict=True))


def _first_reason(skipped: Sequence[Skipped]) -> str:
    return skipped[0].reason if skipped else NOTHING_HINT
