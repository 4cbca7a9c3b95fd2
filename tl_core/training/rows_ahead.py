"""The rows that a training reads and writes, to be counted before it begins. Computes none of them.

Under the keys of the training's own steps (`reading`, `prefix`, `kept_views`); tests hold them equal.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tl_core.backbones.stage import HEAD
from tl_core.caching.features import FeatureKey, feature_rows
from tl_core.caching.rows import RowRequest
from tl_core.caching.shards import CHECKSUM_BYTES, KEY_BYTES
from tl_core.caching.squares import square_rows
from tl_core.data.index import SPLITS, ImageIndex
from tl_core.data.views import CENTRE
from tl_core.training.learning import as_of
from tl_core.training.made import Ahead, Made, ToWrite
from tl_core.training.parts_ahead import PartAhead
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.views import view_name

BESIDE_A_ROW = KEY_BYTES + CHECKSUM_BYTES
MEASURED = {"test": "test", "validation": "val"}
Contents = dict[str, tuple[str, ...]]
BYTES_OF = {"bf16": 2, "fp32": 4}


@dataclass(frozen=True, slots=True)
class Count:
    """Of rows: how many are wanted, how many of these are not kept, the bytes that those will take, and of the kept."""

    wanted: int = 0
    missing: int = 0
    bytes: int = 0
    held: int = 0

    def __add__(self, other: Count) -> Count:
        numbers = zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)
        return Count(*(one + another for one, another in numbers))

    @property
    def made(self) -> float:
        return 1.0 - self.missing / self.wanted if self.wanted else 0.0


NO_ROWS = Count()


class RowsAhead:
    """Looks for plans' rows in the cache, once for all plans that share them: a new one sees what came meanwhile.

    Copies of a picture are one row.
    """

    def __init__(self, cache: Path, sides: Sequence[Contents], parts: dict[str, PartAhead], engine: str) -> None:
        """`sides` are the same pictures in the splits that plans may have; `parts` the frozen ones by their cut, "head"
        for all before it; `engine` runs them.
        """
        self._cache, self._parts, self._engine = cache, parts, engine
        self._every = sorted({content for contents in sides[0].values() for content in contents})
        self._sides = sides
        self._known: dict[tuple[object, ...], Count] = {}

    def __call__(self, plan: TrainingPlan) -> Ahead:
        """What is made for the plan, and the bytes that it would write into the cache."""
        read = self._read(plan)
        seen = NO_ROWS if plan.start == "scratch" else self.count(plan, ("train", "val"), HEAD)
        scored, judged, learned = self._scored(plan), self._judged(plan), self._learned(plan)
        first = read.bytes + seen.bytes + self._engine_bytes(HEAD, plan.precision, seen)
        measuring = 0 if plan.precision == "fp32" else self._engine_bytes(HEAD, "fp32", scored)
        parts = sum(self._engine_bytes(cut, plan.precision, judged + learned) for cut in self._cuts(plan))
        return Ahead(
            Made(read.made, seen.made, scored.made, judged.made, learned.made),
            ToWrite(first, scored.bytes + measuring, judged.bytes + learned.bytes + parts),
            sum(rows.held for rows in (read, seen, scored, judged, learned)),
        )

    def _read(self, plan: TrainingPlan) -> Count:
        """Squares of every picture, the person's own test included."""
        key = ("squares", plan.preprocessing)
        if key not in self._known:
            squares = square_rows(self._cache, plan.preprocessing, self._every)
            self._known[key] = counted(squares, len(squares), squares.kind.row_bytes)
        return self._known[key]

    def count(self, plan: TrainingPlan, splits: Sequence[str], cut: str, precision: str = "", view: str = "") -> Count:
        """What the frozen part up to `cut` says of these splits' pictures, in the plan's precision or another."""
        part, side = self._parts[cut], self._side(plan)
        is_named = part.weights and plan.start != "scratch" and plan.batch_norm != "reestimated"
        weights = part.weights if is_named else ""
        feature = FeatureKey(plan.backbone, weights, cut, plan.preprocessing, precision or plan.precision, self._engine)
        key = (feature, view, *(side[split] for split in splits))
        if key not in self._known:
            wanted = sorted({content for split in splits for content in side[split]})
            self._known[key] = self._looked_up(feature, part.shape, wanted, view)
        return self._known[key]

    def _looked_up(self, key: FeatureKey, shape: tuple[int, ...], wanted: Sequence[str], view: str) -> Count:
        stored = "fp32" if key.cut == HEAD else key.precision
        rows = None
        if key.weights and wanted:
            folder = feature_rows(self._cache, key, shape, wanted[:1], stored=stored).kind.folder(self._cache)
            if folder.exists():  # naming all rows takes longer than to see that there are none
                rows = feature_rows(self._cache, key, shape, wanted, stored=stored, view=view)
        return counted(rows, len(wanted), BYTES_OF[stored] * math.prod(shape))

    def _scored(self, plan: TrainingPlan) -> Count:
        """Where only the head learns, the finished model is measured on kept rows."""
        is_kept = plan.method == "head" and plan.views == (CENTRE,) and plan.device != "cuda"
        if not is_kept or plan.measured_on not in MEASURED:
            return NO_ROWS
        found = self.count(plan, (MEASURED[plan.measured_on],), HEAD, precision="fp32")
        made_on_the_way = plan.precision == "fp32" and plan.measured_on == "validation"
        return Count(found.wanted) if made_on_the_way else found

    def _judged(self, plan: TrainingPlan) -> Count:
        return sum((self.count(plan, ("val",), cut) for cut in self._cuts(plan)), NO_ROWS)

    def _learned(self, plan: TrainingPlan) -> Count:
        if not plan.prefix_cached:
            return NO_ROWS
        turns = 1 if plan.augment == "none" else min(plan.cached_views, plan.epochs)
        views = range(1, turns + 1)  # as `batches.views_of` counts them
        return sum((self._view(plan, cut, number) for cut in self._cuts(plan) for number in views), NO_ROWS)

    def _cuts(self, plan: TrainingPlan) -> tuple[str, ...]:
        """A network that cannot be cut runs whole, and keeps nothing on the way."""
        return tuple(cut for cut in cuts_of(plan) if cut in self._parts)

    def _view(self, plan: TrainingPlan, cut: str, number: int) -> Count:
        """Whether views are mirrored is seen when the head is fitted, and is the same every time: whichever is kept."""
        names = {view_name(plan, number, mirror=mirror) for mirror in mirrors_of(plan)}
        found = (self.count(plan, ("train",), cut, view=name) for name in sorted(names))
        return min(found, key=lambda count: count.missing)

    def _engine_bytes(self, cut: str, precision: str, rows: Count) -> int:
        """Of what an engine makes of a part and keeps, where rows are missing for which it would be made."""
        part = self._parts[cut]
        file = part.files.get(precision)
        return part.file_bytes if rows.missing and file is not None and not file.exists() else 0

    def _side(self, plan: TrainingPlan) -> Contents:
        """Pictures on other sides are others in number, too."""
        for side in self._sides:
            if all(len(side[split]) == plan.pictures.get(split, 0) for split in SPLITS):
                return side
        raise LookupError(f"no side has {plan.pictures} pictures")


def cuts_of(plan: TrainingPlan) -> tuple[str, ...]:
    """Where the frozen prefix ends, at first and after each stage that thaws; none where nothing of it is kept."""
    if plan.method == "head" or plan.cut is None:
        return ()
    cuts = (as_of(plan, epoch).cut for epoch in sorted({1, *(start for start, _ in plan.thaws)}))
    return tuple(dict.fromkeys(cut for cut in cuts if cut is not None))


def mirrors_of(plan: TrainingPlan) -> tuple[bool, ...]:
    if plan.augment == "none" or plan.flips == "none":
        return (False,)
    return (True,) if plan.flips_by_hand else (False, True)


def counted(rows: RowRequest | None, wanted: int, row_bytes: int) -> Count:
    """Without rows that anybody could have kept, all are missing."""
    missing = wanted if rows is None else rows.count_missing()
    size = row_bytes + BESIDE_A_ROW
    return Count(wanted, missing, missing * size, (wanted - missing) * size)


def contents_of(index: ImageIndex) -> Contents:
    """The pictures' hashes in each split."""
    return {split: tuple(record.sha256 for record in index.of_split(split)) for split in SPLITS}
