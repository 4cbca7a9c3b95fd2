"""Answers photos in a worker: the model, what it learned from, each photo, the sheet. Knows no screen.

The training pictures' features are kept beside the run, so that only the first time costs the looking.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import safetensors
import safetensors.numpy

from tl_core.data.dataset import open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.index import ImageRecord
from tl_core.data.limits import HOSTED, LOCAL, Limits
from tl_core.data.split_file import read_split_csv
from tl_core.errors import UserError
from tl_core.evaluation.alike import LEAST_PICTURES, Reference
from tl_core.evaluation.featured import Featured
from tl_core.evaluation.photo_answers import answer_photos
from tl_core.evaluation.sheet import SHEET, write_sheet
from tl_core.events import Event, Finished, Phase, Planned, Stopped
from tl_core.export.described import weights_hash
from tl_core.jobs.progress import Progress
from tl_core.jobs.rundir import JobDir, RunDir
from tl_core.jobs.tries import SENT_FOLDER, read_try
from tl_core.platform import atomic_write_bytes

REFERENCE = "reference.safetensors"  # in the run's folder
MOST_COMPARED = 1000  # training pictures: enough to say what is usual, and looked at in seconds
Emit = Callable[[Event], None]
ShouldStop = Callable[[], bool]


def tried(job: JobDir, should_stop: ShouldStop, emit: Emit) -> Iterator[Event]:
    """Progress comes by a callback from inside one long call, so it goes to `emit` and past this stream."""
    request = read_try(job.path)
    started = time.monotonic()
    limits = HOSTED if request.limits == "hosted" else LOCAL
    yield Planned(plan={"kind": "predict", "model": request.model.name, "zips": len(request.zips)})
    try:
        yield Phase("loading", 0, 1)
        model = Featured.open(request.model)
        yield Phase("loading", 1, 1)
        reference = reference_of(request.model, model, emit, limits, should_stop)
        sheet = answer_photos(
            request.zips, job.path, model, reference,
            limits=limits, on_progress=Progress(emit), should_stop=should_stop,
        )  # fmt: skip
        write_sheet(job.path / SHEET, sheet)
    finally:
        shutil.rmtree(job.path / SENT_FOLDER, ignore_errors=True)
    ending = Stopped if should_stop() else Finished
    yield ending(epochs=0, seconds=round(time.monotonic() - started, 3), result=sheet.summary())


def reference_of(path: Path, model: Featured, emit: Emit, limits: Limits, should_stop: ShouldStop) -> Reference | None:
    """What the run learned from, as the model sees it; None where its pictures are gone, or too few."""
    run = RunDir(path)
    try:
        weights = weights_hash(path)
        kept = _read(path / REFERENCE, weights)
        if kept is None:
            kept = _computed(run, model, emit, limits, should_stop)
            if kept is not None:
                atomic_write_bytes(
                    path / REFERENCE, safetensors.numpy.save({"features": kept}, metadata={"weights": weights})
                )
    except (UserError, OSError):  # a bundle has no run, pictures may have been deleted: then nobody can say
        return None
    return None if kept is None else Reference(kept)


def _computed(
    run: RunDir, model: Featured, emit: Emit, limits: Limits, should_stop: ShouldStop
) -> npt.NDArray[np.float32] | None:
    records = training_pictures(run)
    if len(records) < LEAST_PICTURES:
        return None
    dataset, found = open_dataset(run.dataset_folder), []
    progress = Progress(emit)
    progress("features", 0, len(records))
    with DecoderPool(limits=limits) as pool:
        paths = [dataset.path_of(record) for record in records]
        for row in model.features(paths, [record.sha256 for record in records], pool):
            found.append(row)
            progress("features", len(found), len(records))
            if should_stop():
                return None
    return np.stack(found).astype(np.float32) if len(found) >= LEAST_PICTURES else None


def training_pictures(run: RunDir) -> list[ImageRecord]:
    """Some of those that the run learned from, spread over all; each content once."""
    learned = {row.sha256 for row in read_split_csv(run.split_file) if row.split == "train"}
    there = {record.sha256: record for record in open_dataset(run.dataset_folder).index.records}
    records = [there[content] for content in sorted(learned & there.keys())]
    step = -(-len(records) // MOST_COMPARED)
    return records[:: max(1, step)]


def _read(path: Path, weights: str) -> npt.NDArray[np.float32] | None:
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            if (file.metadata() or {}).get("weights") != weights:
                return None
            features: npt.NDArray[np.float32] = file.get_tensor("features")
    except (OSError, safetensors.SafetensorError):
        return None
    return features if features.ndim == 2 and np.isfinite(features).all() else None
