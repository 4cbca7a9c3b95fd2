"""Datasets held open between requests, and their thumbnails. Knows no owner and no HTTP.

A page of thumbnails asks for one picture a request; reading an index of 70,000 rows for each would take seconds.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from tl_core.data.dataset import Dataset, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.index import ImageRecord
from tl_core.data.limits import Limits
from tl_core.data.store import DATASET_FILE

MOST_OPEN = 4


@dataclass(frozen=True, slots=True)
class _Open:
    dataset: Dataset
    by_hash: dict[str, ImageRecord]
    stamp: int  # when dataset.json, the last of its files, was written; in nanoseconds


class DatasetShelf:
    """Opens each dataset once, and makes thumbnails through one decoding child that starts when first needed."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._open: OrderedDict[Path, _Open] = OrderedDict()
        self._pool: DecoderPool | None = None
        self._opening = threading.Lock()
        self._starting = threading.Lock()

    def dataset(self, folder: Path) -> Dataset:
        return self._opened(folder).dataset

    def thumbnail(self, folder: Path, sha256: str, size: int) -> Path | None:
        """The thumbnail's file, made when it is not there yet; None where the dataset has no such picture."""
        held = self._opened(folder)
        record = held.by_hash.get(sha256)
        if record is None:
            return None
        return held.dataset.thumbnail(record, self._decoder(), size)

    def forget(self, folder: Path) -> None:
        with self._opening:
            self._open.pop(folder, None)

    def close(self) -> None:
        with self._starting:
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    def _decoder(self) -> DecoderPool:
        with self._starting:
            if self._pool is None:
                self._pool = DecoderPool(children=1, limits=self.limits)
            return self._pool

    def _opened(self, folder: Path) -> _Open:
        stamp = (folder / DATASET_FILE).stat().st_mtime_ns
        with self._opening:
            held = self._open.get(folder)
            if held is None or held.stamp != stamp:
                dataset = open_dataset(folder)
                held = _Open(dataset, {record.sha256: record for record in dataset.index.records}, stamp)
                self._open[folder] = held
            self._open.move_to_end(folder)
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
            return held
