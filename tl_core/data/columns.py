"""Many pictures as numpy columns: a million rows in some 300 MB, or memory-mapped in none. Reads no picture.

Names (labels, groups, cameras, formats) are kept once, in tables; a row holds their number. Paths are UTF-8 bytes in
one long array (lone surrogates, which stand for bytes that are no UTF-8, pass through).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tl_core.data.record import ImageRecord, Split

# bit 0, 1, ...
TOLD = "told"  # somebody told a model that had answered it wrong: it teaches, and never measures
NOTES = ("more than 8 bits", "CMYK", "transparent", "several frames", "turned", "misnamed", "place", TOLD)
SPLIT_CODES: dict[Split | None, int] = {None: -1, "train": 0, "val": 1, "test": 2}
_SPLIT_OF: dict[int, Split | None] = {code: split for split, code in SPLIT_CODES.items()}
SIGNATURE_BYTES = 192  # as looking.py makes them
ROW = np.dtype(
    [
        ("label", np.int32), ("split", np.int8), ("sha256", np.uint8, (32,)), ("width", np.int32),
        ("height", np.int32), ("bytes", np.int64), ("group", np.int32), ("taken", np.float64), ("camera", np.int32),
        ("near", np.int32), ("stored", np.bool_), ("brightness", np.float32), ("contrast", np.float32),
        ("detail", np.float32), ("notes", np.uint32), ("difference_hash", np.uint64),
        ("signature", np.uint8, (SIGNATURE_BYTES,)), ("format", np.int32),
    ]
)  # fmt: skip
ROW_COLUMNS: tuple[str, ...] = ROW.names or ()
TABLES = ("labels", "groups", "cameras", "formats")
_RECORD_COLUMNS = ("label", "split", "width", "height", "bytes", "group", "taken", "camera", "near", "stored",
                   "brightness", "contrast")  # fmt: skip
_RECORDS = 1 << 10  # made at once
_BLOCK = 1 << 16  # rows whose paths are gathered at once


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Row i of every column is picture i. `split` is -1 for none, `taken` NaN for unknown, `near` 0 for none.

    `notes` has bit k set for NOTES[k]. `path_ends[i]` is where the path of row i ends in `path_bytes`.
    """

    labels: tuple[str, ...]
    groups: tuple[str, ...]
    cameras: tuple[str, ...]
    formats: tuple[str, ...]
    label: NDArray[np.int32]
    split: NDArray[np.int8]
    sha256: NDArray[np.uint8]  # (rows, 32)
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    bytes: NDArray[np.int64]
    group: NDArray[np.int32]
    taken: NDArray[np.float64]
    camera: NDArray[np.int32]
    near: NDArray[np.int32]
    stored: NDArray[np.bool_]
    brightness: NDArray[np.float32]
    contrast: NDArray[np.float32]
    detail: NDArray[np.float32]
    notes: NDArray[np.uint32]
    difference_hash: NDArray[np.uint64]
    signature: NDArray[np.uint8]  # (rows, 192)
    format: NDArray[np.int32]
    path_bytes: NDArray[np.uint8]
    path_ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.label)

    @property
    def told(self) -> NDArray[np.bool_]:
        """Which rows teach only, since the model's mistakes chose them: measuring with them would flatter nobody."""
        return np.asarray((self.notes & (1 << NOTES.index(TOLD))) > 0)

    @classmethod
    def of(cls, records: Iterable[ImageRecord], labels: Sequence[str] = ()) -> Columns:
        """Of records, in their order; what a record does not hold is zero. `labels` come first in the table."""
        from tl_core.data.building import ColumnsBuilder  # builds on this module

        builder = ColumnsBuilder(labels)
        for record in records:
            builder.append(record)
        return builder.columns()

    def path(self, position: int) -> str:
        start = int(self.path_ends[position - 1]) if position else 0
        return self.path_bytes[start : int(self.path_ends[position])].tobytes().decode("utf-8", "surrogatepass")

    def paths(self, positions: Iterable[int] | None = None) -> Iterator[str]:
        for position in range(len(self)) if positions is None else positions:
            yield self.path(int(position))

    def record(self, position: int) -> ImageRecord:
        """Raises IndexError beyond the last row."""
        if not 0 <= position < len(self):
            raise IndexError(f"row {position} of {len(self)}")
        return next(self.records(np.array([position])))

    def records(self, positions: NDArray[np.int64] | None = None) -> Iterator[ImageRecord]:
        """The records of chosen rows or all, made block by block: a number at a time out of numpy costs ten times."""
        chosen = np.arange(len(self)) if positions is None else positions
        for first in range(0, len(chosen), _RECORDS):
            block = chosen[first : first + _RECORDS]
            content = self.sha256[block].tobytes().hex()
            numbers = (getattr(self, name)[block].tolist() for name in _RECORD_COLUMNS)
            for at, (path, row) in enumerate(zip(self.paths(block), zip(*numbers, strict=True), strict=True)):
                label, split, width, height, size, group, taken, camera, near, stored, brightness, contrast = row
                yield ImageRecord(
                    path, self.labels[label], _SPLIT_OF[split], content[64 * at : 64 * at + 64], width, height, size,
                    self.groups[group], None if math.isnan(taken) else taken, self.cameras[camera], near, stored,
                    brightness, contrast,
                )  # fmt: skip

    def select(self, which: NDArray[Any]) -> Columns:
        """The rows of a mask or of positions, in that order."""
        positions = np.flatnonzero(which) if which.dtype == np.bool_ else which.astype(np.int64)
        chosen = {name: getattr(self, name)[positions] for name in ROW_COLUMNS}
        for name in ("path_bytes", "path_ends"):
            chosen[name] = np.concatenate(list(gathered_paths(name, self.path_bytes, self.path_ends, positions)))
        return dataclasses.replace(self, **chosen)

    def with_(self, **columns: Any) -> Columns:
        """A copy with other columns or tables. Raises ValueError for a column of another length."""
        for name in columns.keys() - set(TABLES):
            if len(columns[name]) != len(self):
                raise ValueError(f"the column {name} has {len(columns[name])} rows, not {len(self)}")
        typed: dict[str, Any] = {
            name: tuple(values) if name in TABLES else np.asarray(values, dtype=getattr(self, name).dtype)
            for name, values in columns.items()
        }
        return dataclasses.replace(self, **typed)

    def with_labels(self, labels: Sequence[str]) -> Columns:
        """The same rows, coded by another table. Raises ValueError where a row's label is not in it."""
        if tuple(labels) == self.labels:
            return self
        code_of = {name: code for code, name in enumerate(labels)}
        codes = np.array([code_of.get(name, -1) for name in self.labels], dtype=np.int32)
        label = codes[self.label]
        if len(label) and int(label.min()) < 0:
            raise ValueError(f"'{self.labels[self.label[int(label.argmin())]]}' is not among the classes")
        return self.with_(labels=labels, label=label)

    def content_codes(self) -> NDArray[np.int64]:
        """A number for each row, equal where the bytes of the pictures are: 0 to the number of contents - 1."""
        if not len(self):
            return np.zeros(0, dtype=np.int64)
        keys = np.ascontiguousarray(self.sha256).view(np.uint64)  # (rows, 4)
        order = np.lexsort(tuple(keys.T))
        ordered = keys[order]
        codes = np.zeros(len(self), dtype=np.int64)
        codes[order[1:]] = np.cumsum((ordered[1:] != ordered[:-1]).any(axis=1))
        return codes

    def sorted_by_path(self) -> Columns:
        paths = list(self.paths())
        order = sorted(range(len(self)), key=paths.__getitem__)
        return self if order == list(range(len(self))) else self.select(np.array(order, dtype=np.int64))


def gathered_paths(
    name: str, path_bytes: NDArray[np.uint8], path_ends: NDArray[np.int64], positions: NDArray[np.int64]
) -> Iterator[NDArray[Any]]:
    """The column path_bytes or path_ends of chosen rows, piece by piece; never empty."""
    starts = np.concatenate([np.zeros(1, dtype=np.int64), path_ends])[:-1]
    lengths = (path_ends - starts)[positions]
    if name == "path_ends":
        yield np.cumsum(lengths)
        return
    yield np.zeros(0, dtype=np.uint8)
    for first in range(0, len(positions), _BLOCK):
        block = lengths[first : first + _BLOCK]
        shift = starts[positions[first : first + _BLOCK]] - (np.cumsum(block) - block)
        yield path_bytes[np.repeat(shift, block) + np.arange(int(block.sum()))]


def note_mask(notes: Iterable[str]) -> int:
    return sum(1 << NOTES.index(note) for note in set(notes))
