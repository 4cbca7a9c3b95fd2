"""Which pictures teach and which judge: what came with them, what was asked for, and what a head needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.training.test_reading_and_session import imported, session, write_digits
from tests.ui.test_said import in_chinese
from tl_core.config import RunConfig
from tl_core.data.index import ImageIndex, ImageRecord
from tl_core.errors import DataError
from tl_core.events import EpochDone, Finished, Planned
from tl_core.training.splitting import LEARNS_FROM_ALL, learns_from_all, split_pictures

INSTANT = {"preset": "instant"}


def index_of(count: int, *splits: str | None) -> ImageIndex:
    """Two kinds in turn; the first pictures of each have the splits that came with them, four apiece."""
    brought = [split for split in splits for _ in range(4)]
    made = [
        ImageRecord(f"{n % 2}/{n}.png", str(n % 2), (brought + [None] * count)[n], f"{n:064x}", 10, 10, 100)
        for n in range(count)
    ]
    return ImageIndex(classes=("0", "1"), records=tuple(made))


def counted(config: dict[str, Any], index: ImageIndex) -> dict[str, int]:
    split = split_pictures(RunConfig.from_dict(config), index)
    return {name: len(split.of_split(name)) for name in ("train", "val", "test")}


def test_a_head_alone_learns_from_all_that_the_brought_test_pictures_leave() -> None:
    assert counted(INSTANT, index_of(40, "test")) == {"train": 36, "val": 0, "test": 4}
    assert counted({"freeze": "all"}, index_of(40, "test")) == {"train": 36, "val": 0, "test": 4}


def test_what_was_marked_for_training_stays_there() -> None:
    assert counted(INSTANT, index_of(40, "test", "train")) == {"train": 36, "val": 0, "test": 4}


@pytest.mark.parametrize(
    ("config", "splits"),
    [
        ({"freeze": "none"}, ("test",)),
        ({"preset": "better"}, ("test",)),
        ({"start": "scratch", "freeze": "none"}, ("test",)),
        ({**INSTANT, "validation_share": 0.2}, ("test",)),
        ({**INSTANT, "measure": "split"}, ("test",)),
        ({**INSTANT, "measure": "split"}, ()),
        (INSTANT, ("test", "val")),
    ],
)
def test_pictures_are_set_aside_where_something_is_chosen_by_them_or_they_were_asked_for(
    config: dict[str, Any], splits: tuple[str, ...]
) -> None:
    assert not learns_from_all(RunConfig.from_dict(config), index_of(40, *splits))
    assert counted(config, index_of(40, *splits))["val"] > 0


def test_a_kind_that_only_the_test_pictures_have_is_refused() -> None:
    index = index_of(8, "test", "test")
    with pytest.raises(DataError, match="kinds that train lacks"):
        split_pictures(RunConfig.from_dict(INSTANT), index)


def test_such_a_run_is_measured_on_the_test_pictures_and_says_what_it_learned_from(tmp_path: Path) -> None:
    write_digits(tmp_path / "digits", {"train": 12, "test": 4})
    events = session(imported(tmp_path / "digits"), RunConfig(preset="instant", image_size=64))
    assert isinstance(events[0], Planned)
    assert events[0].plan["pictures"] == {"train": 36, "val": 0, "test": 12}
    assert events[0].plan["reasons"]["measured_on"] == LEARNS_FROM_ALL
    first = next(event for event in events if isinstance(event, EpochDone))
    assert first.val_accuracy is None
    assert isinstance(events[-1], Finished)
    assert (events[-1].result["measured_on"], events[-1].result["images"]) == ("test", 12)


def test_it_is_said_in_chinese_too() -> None:
    in_chinese(LEARNS_FROM_ALL)
