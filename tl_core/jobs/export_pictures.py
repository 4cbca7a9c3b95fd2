"""Which pictures an export is compared on and which go with it as samples. Knows runs and files, no network.

Torch-free. Pictures that training never saw come first; where a run's own are gone, Thaw's drawn ones stand in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tl_core.data.dataset import open_dataset
from tl_core.data.samples import SAMPLES
from tl_core.data.split_file import read_split_csv
from tl_core.errors import UserError
from tl_core.jobs.rundir import RunDir

COMPARED = 32
SAMPLES_GIVEN = 3
SIDES = ("test", "val", "train")  # the first that are not used up


@dataclass(frozen=True, slots=True)
class Compared:
    """A picture to compare on. `label` and `sha256` are "" for one that Thaw drew itself."""

    path: Path
    label: str = ""
    side: str = ""
    sha256: str = ""

    @property
    def is_own(self) -> bool:
        return bool(self.sha256)


def compared_pictures(run: RunDir, scratch: Path, count: int = COMPARED) -> tuple[Compared, ...]:
    """So many of the run's pictures, every class in turn; Thaw's own drawings, written into `scratch`, fill up."""
    own = own_pictures(run)[:count]
    if len(own) >= count:
        return own
    folder = scratch / "drawn"
    SAMPLES["garden"](folder)
    drawn = sorted(folder.rglob("*.jpg"))
    step = max(1, len(drawn) // (count - len(own)))
    return (*own, *(Compared(path) for path in drawn[::step][: count - len(own)]))


def own_pictures(run: RunDir) -> tuple[Compared, ...]:
    """Those that are still where they were: test first, then validation, then training; classes take turns."""
    try:
        rows = read_split_csv(run.split_file)
        dataset = open_dataset(run.dataset_folder)
    except (UserError, OSError):  # deleted with its pictures; the drawn ones do
        return ()
    wanted = {row.sha256: row.split for row in rows}
    found: list[tuple[int, int, str, Compared]] = []
    turns: dict[tuple[str, str], int] = {}
    for record in dataset.index.records:
        side = wanted.get(record.sha256)
        if side is None:
            continue
        turn = turns[side, record.label] = turns.get((side, record.label), 0) + 1
        picture = Compared(dataset.path_of(record), record.label, side, record.sha256)
        found.append((SIDES.index(side), turn, record.label, picture))
    found.sort(key=lambda row: row[:3])
    return tuple(picture for *_, picture in found if picture.path.is_file())


def sample_pictures(pictures: Sequence[Compared]) -> tuple[Compared, ...]:
    """Three of the run's own that training did not learn from, of different classes as far as there are."""
    unseen = [picture for picture in pictures if picture.is_own and picture.side != "train"]
    first = {picture.label: picture for picture in reversed(unseen)}
    chosen = [*first.values()][::-1]
    return tuple([*chosen, *(picture for picture in unseen if picture not in chosen)][:SAMPLES_GIVEN])
