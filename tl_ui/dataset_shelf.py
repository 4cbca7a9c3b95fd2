"""Datasets held open between requests, and their thumbnails. Knows no owner and no HTTP.

A page of thumbnails asks for one picture a request; reading an index of 70,000 rows for each would take seconds.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from PIL import Image

from tl_core.data.dataset import Dataset, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.edit_state import LeftOut
from tl_core.data.groups import Grouping, proposals
from tl_core.data.index import ImageRecord
from tl_core.data.limits import Limits
from tl_core.data.noted import NOTED_FILE
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.store import DATASET_FILE
from tl_ui.album import Album
from tl_ui.dataset_use import DatasetUse

MOST_OPEN = 4


@dataclass(frozen=True)
class _Open:
    dataset: Dataset
    album: Album
    stamp: tuple[int, int]
    divided: dict[DatasetUse, dict[str, int]] = field(default_factory=dict)  # pictures of each side, by the answers

    @cached_property
    def groupings(self) -> tuple[Grouping, ...]:
        return proposals(self.dataset.index)

    def record_of(self, sha256: str) -> ImageRecord | None:
        """Among those in use, then among those that were left out, which are shown too."""
        found = self.album.record_of(sha256)
        return found or next((item.record for item in self.left_out if item.record.sha256 == sha256), None)

    @cached_property
    def left_out(self) -> tuple[LeftOut, ...]:
        return self.dataset.left_out


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

    def album(self, folder: Path) -> Album:
        return self._opened(folder).album

    def left_out(self, folder: Path) -> tuple[LeftOut, ...]:
        return self._opened(folder).left_out

    def record_of(self, folder: Path, sha256: str) -> ImageRecord | None:
        """Of a picture by its content, those that were left out among them."""
        return self._opened(folder).record_of(sha256)

    def groupings(self, folder: Path) -> tuple[Grouping, ...]:
        """Looked for once for each state of a dataset."""
        return self._opened(folder).groupings

    def divided(self, folder: Path, use: DatasetUse, divide: Callable[[Dataset], dict[str, int]]) -> dict[str, int]:
        """Pictures of each side of the split, divided once for each state of a dataset and what was answered."""
        held = self._opened(folder)
        if use not in held.divided:
            held.divided[use] = divide(held.dataset)
        return held.divided[use]

    def thumbnail(self, folder: Path, sha256: str, size: int) -> Path | None:
        """The thumbnail's file, made when it is not there yet; None where the dataset has no such picture."""
        held = self._opened(folder)
        record = held.record_of(sha256)
        if record is None:
            return None
        return held.dataset.thumbnail(record, self.pool(), size)

    def seen_by_a_network(self, folder: Path, sha256: str, preprocessing: Preprocessing) -> bytes | None:
        """A PNG of the very square that a network is given; None where the dataset has no such picture."""
        held = self._opened(folder)
        record = held.record_of(sha256)
        if record is None:
            return None
        content = io.BytesIO()
        Image.fromarray(self.pool().square(held.dataset.path_of(record), preprocessing)).save(content, "PNG")
        return content.getvalue()

    def forget(self, folder: Path) -> None:
        with self._opening:
            self._open.pop(folder, None)

    def close(self) -> None:
        with self._starting:
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    def pool(self) -> DecoderPool:
        """The decoding child, shared by all who need it."""
        with self._starting:
            if self._pool is None:
                self._pool = DecoderPool(children=1, limits=self.limits)
            return self._pool

    def _opened(self, folder: Path) -> _Open:
        stamp = _stamp(folder)
        with self._opening:
            held = self._open.get(folder)
            if held is None or held.stamp != stamp:
                dataset = open_dataset(folder)
                held = _Open(dataset, Album(dataset.index.columns), stamp)
                self._open[folder] = held
            self._open.move_to_end(folder)
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
            return held


def _stamp(folder: Path) -> tuple[int, int]:
    """When the last of its files was written, and what a training noted about its pictures; in nanoseconds."""
    noted = folder / NOTED_FILE
    return (folder / DATASET_FILE).stat().st_mtime_ns, noted.stat().st_mtime_ns if noted.exists() else 0
