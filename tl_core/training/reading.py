"""Pictures from their files to the squares on disk, and what could not be used any more. Knows no network."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tl_core.caching.rows import RowRequest
from tl_core.caching.squares import square_rows
from tl_core.data.decoder import DecoderPool, ItemDecoder, Problem, Square
from tl_core.data.index import SPLITS, ImageIndex, ImageRecord
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import DataError
from tl_core.events import Event, Phase, Warned
from tl_core.training.metrics import Clock, Pace
from tl_core.training.pictures import Part, TrainingData, first_of

ShouldStop = Callable[[], bool]
PathOf = Callable[[ImageRecord], Path]
NAMED_AT_MOST = 20  # broken pictures that are named one by one; the rest are counted


def read_pictures(
    index: ImageIndex,
    path_of: PathOf,
    preprocessing: Preprocessing,
    *,
    cache: Path,
    decoder: ItemDecoder,
    should_stop: ShouldStop,
    clock: Clock,
) -> Generator[Event, None, TrainingData]:
    """The pictures of an index whose records all have a split; what is missing, changed or broken is left out.

    Asked to stop, it ends as soon as every class has a few. Raises DataError when a class has no picture left to train.
    """
    by_hash = {record.sha256: record for record in sorted(index.records, key=lambda record: record.path, reverse=True)}
    hashes = tuple(sorted(by_hash))
    data = arranged(index, hashes)
    quick = quick_rows(data)
    order = first_of(np.arange(len(hashes)), quick)
    with square_rows(cache, preprocessing, hashes) as request:
        gone = yield from decode(
            request,
            [by_hash[hashes[row]] for row in order],
            order,
            path_of,
            preprocessing=preprocessing,
            decoder=decoder,
            enough=lambda known: should_stop() and known >= quick,
            clock=clock,
        )
        squares = request.finish(partial(decoded_again, index, hashes, path_of, preprocessing))
    data = replace(data, squares=squares, paths=tuple(by_hash[content].path for content in hashes))
    yield from told(gone)
    if any(gone.values()) or not all(row in gone for row in range(len(hashes))):
        data = data.within(np.array([gone.get(row) == "" for row in range(len(hashes))]))
    check_classes(data)
    return data


def decode(
    request: RowRequest,
    records: Sequence[ImageRecord],
    rows: NDArray[np.int64],
    path_of: PathOf,
    *,
    preprocessing: Preprocessing,
    decoder: ItemDecoder,
    enough: Callable[[AbstractSet[int]], bool],
    clock: Clock,
) -> Generator[Event, None, dict[int, str]]:
    """Puts each record's square; gives what became of each row: "" or why it cannot be used, by row."""
    outcome = {int(row): changed(path_of(record), record) for row, record in zip(rows, records, strict=True)}
    wanted = [i for i, row in enumerate(rows) if request.lacks(int(row)) and not outcome[int(row)]]
    for i in wanted:
        del outcome[int(rows[i])]
    pace, found = Pace(clock), len(rows) - len(wanted)
    yield Phase("reading", found, len(rows))
    squares = decoder.squares(
        [path_of(records[i]) for i in wanted], preprocessing, sha256=[records[i].sha256 for i in wanted]
    )
    for done, (position, square) in enumerate(squares, start=1):
        row = int(rows[wanted[position]])
        if isinstance(square, Problem):
            outcome[row] = f"'{records[wanted[position]].path}' is left out: {square.reason}"
        else:
            request.put(row, square)
            outcome[row] = ""
        if pace.due() or done == len(wanted):
            left = pace.left(done, len(wanted))
            yield Phase("reading", found + done, len(rows), pace.rate(done), left)
        if enough(outcome.keys()):
            break
    return outcome


def decoded_again(
    index: ImageIndex, hashes: Sequence[str], path_of: PathOf, preprocessing: Preprocessing, rows: NDArray[np.int64]
) -> Iterator[tuple[int, Square]]:
    """The squares of rows whose kept ones are damaged. Raises DataError where a picture is no longer the same."""
    wanted = {hashes[row]: int(row) for row in rows}
    records = [record for record in index.records if record.sha256 in wanted]
    paths, contents = [path_of(record) for record in records], [record.sha256 for record in records]
    with DecoderPool(1) as decoder:
        for position, square in decoder.squares(paths, preprocessing, sha256=contents):
            if isinstance(square, Problem):
                raise DataError(
                    f"What was kept of '{records[position].path}' is damaged, and the picture cannot be used any more: "
                    f"{square.reason}",
                    "Start again: it is left out then.",
                )
            yield wanted[contents[position]], square


def arranged(index: ImageIndex, hashes: Sequence[str]) -> TrainingData:
    """The parts of an index over rows of content hashes; the squares are still empty."""
    row_of = {content: row for row, content in enumerate(hashes)}
    label_of = {name: label for label, name in enumerate(index.classes)}
    parts = {}
    for split in SPLITS:
        records = index.of_split(split)
        positions = np.array([row_of[record.sha256] for record in records], dtype=np.int64)
        parts[split] = Part(positions, np.array([label_of[record.label] for record in records], dtype=np.int64))
    nothing = np.zeros((0, 1, 1, 3), dtype=np.uint8)
    return TrainingData(index.classes, tuple(hashes), nothing, parts["train"], parts["val"], parts["test"])


def quick_rows(data: TrainingData) -> set[int]:
    """The rows that a model stopped early is made from: a few of each class to train and to measure."""
    parts = (data.train, data.test if len(data.test) else data.val)
    return {int(row) for part in parts for row in part.quick(len(data.classes))}


def changed(path: Path, record: ImageRecord) -> str:
    """Why a picture is no longer the one that was brought in, as far as its entry on the disk tells, or ""."""
    try:
        size = os.stat(path).st_size
    except OSError as error:
        return f"'{record.path}' is left out: it can no longer be read ({error.strerror})."
    if size != record.bytes:
        return f"'{record.path}' is left out: it has changed since it was brought in."
    return ""


def told(outcome: dict[int, str]) -> Generator[Event, None, None]:
    reasons = sorted(reason for reason in outcome.values() if reason)
    for reason in reasons[:NAMED_AT_MOST]:
        yield Warned(reason)
    if len(reasons) > NAMED_AT_MOST:
        yield Warned(f"{len(reasons) - NAMED_AT_MOST:,} more pictures are left out for such reasons.")


def check_classes(data: TrainingData) -> None:
    counts = np.bincount(data.train.labels, minlength=len(data.classes))
    empty = [f"'{name}'" for name, count in zip(data.classes, counts, strict=True) if not count]
    if empty:
        raise DataError(
            f"No training picture of {', '.join(empty)} can be read any more.",
            "Bring the pictures in again.",
        )
