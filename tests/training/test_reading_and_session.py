"""A whole run from a folder of pictures: splits, skipped pictures, caches, and the files a run leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from small_training import BACKBONE, Ticking

from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset, import_source
from tl_core.data.decoder import DecoderPool
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.splits import read_split_csv
from tl_core.errors import BundleError, DataError
from tl_core.evaluation.predictor import Predictor
from tl_core.events import EpochDone, Event, Finished, Phase, Planned, Stopped, Warned, checked
from tl_core.training.session import run_training

CONFIG = RunConfig(backbone=BACKBONE, start="scratch", freeze="none", epochs=1, image_size=32, batch_size=16)


def write_digits(folder: Path, counts: dict[str, int]) -> None:
    """Scans of 0, 1 and 2 as PNG under `folder/PLACE/DIGIT/`, each picture once."""
    bunch = load_digits()
    for digit in range(3):
        images = iter(bunch.images[bunch.target == digit])
        for place, count in counts.items():
            target = folder / place / str(digit)
            target.mkdir(parents=True)
            for number in range(count):
                Image.fromarray((next(images) * 15.9).astype(np.uint8)).resize((40, 40)).save(target / f"{number}.png")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    write_digits(tmp_path / "digits", {"": 20})
    return tmp_path / "digits"


def imported(source: Path) -> Dataset:
    return import_source(source, source.parent / "dataset")


def session(
    dataset: Dataset, config: RunConfig = CONFIG, *, run: str = "run", stop_after: int | None = None
) -> list[Event]:
    """Every event of a run; `stop_after` asks to stop after so many events."""
    folder = dataset.folder.parent / run
    folder.mkdir()
    events: list[Event] = []
    stream: Iterator[Event] = run_training(
        config,
        dataset,
        folder,
        dataset.folder.parent / "cache",
        should_stop=lambda: stop_after is not None and len(events) >= stop_after,
        clock=Ticking(0.3),
    )
    for event in checked(stream):
        events.append(event)
    return events


def test_a_run_leaves_its_split_its_model_and_its_checkpoints(pictures: Path) -> None:
    dataset = imported(pictures)
    events = session(dataset)
    run = pictures.parent / "run"
    assert isinstance(events[0], Planned)
    assert isinstance(events[-1], Finished)
    assert {phase.name for phase in events if isinstance(phase, Phase)} == {"reading", "saving", "scoring"}
    rows = read_split_csv(run / "split.csv")
    assert len(rows) == 60
    assert sum(row.split == "val" for row in rows) == 12
    assert events[-1].result["images"] == 12
    assert events[-1].result["measured_on"] == "validation"
    assert list((run / "checkpoints").glob("*.json"))
    assert Predictor.open(run).classes == ("0", "1", "2")


def test_a_test_split_that_was_brought_is_what_the_result_is_measured_on(tmp_path: Path) -> None:
    write_digits(tmp_path / "digits", {"train": 12, "test": 4})
    events = session(imported(tmp_path / "digits"))
    assert isinstance(events[-1], Finished)
    assert (events[-1].result["measured_on"], events[-1].result["images"]) == ("test", 12)
    assert events[0].plan["pictures"]["test"] == 12


def test_the_second_run_decodes_nothing_again(pictures: Path) -> None:
    dataset = imported(pictures)
    session(dataset)
    events = session(dataset, run="again")
    reading = [phase for phase in events if isinstance(phase, Phase) and phase.name == "reading"]
    assert [(phase.done, phase.total) for phase in reading] == [(60, 60)]


def test_pictures_that_changed_broke_or_went_after_the_import_are_left_out_by_name(pictures: Path) -> None:
    dataset = imported(pictures)
    same_length = pictures / "0" / "0.png"
    content = bytearray(same_length.read_bytes())
    content[-20] ^= 255
    same_length.write_bytes(bytes(content))
    (pictures / "1" / "1.png").write_bytes(b"no picture")
    (pictures / "2" / "2.png").unlink()
    events = session(dataset)
    warnings = [event.message for event in events if isinstance(event, Warned)]
    assert any("'0/0.png' is left out" in message for message in warnings)
    assert "'1/1.png' is left out: it has changed since it was brought in." in warnings
    assert "'2/2.png' is left out: it can no longer be read (No such file or directory)." in warnings
    assert isinstance(events[-1], Finished)


def test_a_class_that_lost_all_its_pictures_is_named(pictures: Path) -> None:
    dataset = imported(pictures)
    for path in (pictures / "1").iterdir():
        path.unlink()
    with pytest.raises(DataError, match=r"No training picture of '1' can be read any more\."):
        session(dataset)
    assert not (pictures.parent / "run" / "model").exists()


def test_a_stop_while_reading_still_gives_a_model_of_a_few_pictures_of_each_class(pictures: Path) -> None:
    head = RunConfig(backbone=BACKBONE, start="scratch", freeze="none", epochs=5, image_size=32)
    events = session(imported(pictures), head, stop_after=2)
    assert isinstance(events[-1], Stopped)
    assert events[-1].result["images"] >= 3
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [0]
    assert Predictor.open(pictures.parent / "run").classes == ("0", "1", "2")


def test_a_run_to_start_from_that_is_not_there_is_named(pictures: Path) -> None:
    with pytest.raises(BundleError, match=r"There is no model at '.*/abc'"):
        session(imported(pictures), RunConfig(start=str(pictures / "abc")))


def test_for_new_places_whole_folders_around_the_kinds_are_kept_out(tmp_path: Path) -> None:
    write_digits(tmp_path / "digits", {"north": 8, "south": 8, "west": 8})
    dataset = imported(tmp_path / "digits")
    events = session(dataset, replace(CONFIG, used_in="new"))
    assert isinstance(events[0], Planned)
    assert [events[0].plan[name] for name in ("used_in", "kept_out", "groups")] == ["new", "folder", 3]
    rows = read_split_csv(tmp_path / "run" / "split.csv")
    sides = {place: {row.split for row in rows if row.group == place} for place in ("north", "south", "west")}
    assert sorted(len(side) for side in sides.values()) == [1, 1, 1]
    assert {side for both in sides.values() for side in both} == {"train", "val"}
    warned = [event.message for event in events if isinstance(event, Warned)]
    assert any("and so 33 % of the pictures instead of 20 %" in message for message in warned)


def test_for_new_places_without_groups_the_number_is_called_what_it_is(pictures: Path) -> None:
    events = session(imported(pictures), replace(CONFIG, used_in="new"))
    assert isinstance(events[0], Planned)
    assert (events[0].plan["used_in"], events[0].plan["kept_out"]) == ("new", "none")
    assert any("new places may score lower" in event.message for event in events if isinstance(event, Warned))


def test_rare_classes_are_warned_about(tmp_path: Path) -> None:
    write_digits(tmp_path / "digits", {"": 24})
    for path in sorted((tmp_path / "digits" / "1").iterdir())[2:]:
        path.unlink()
    events = session(imported(tmp_path / "digits"))
    warnings = [event.message for event in events if isinstance(event, Warned)]
    assert "Fewer than 5 training pictures of '1': do not expect much of that yet." in warnings
    assert any("has 19 training pictures, '1' only 1" in message for message in warnings)


def test_the_part_that_matters_is_all_that_a_run_and_its_model_see(tmp_path: Path) -> None:
    """The upper half shows the digit and the lower one noise: marked, the noise changes nothing."""
    write_digits(tmp_path / "plain", {"": 20})
    numbers = np.random.default_rng(0)
    for path in sorted((tmp_path / "plain").rglob("*.png")):
        digit = np.asarray(Image.open(path))
        noisy = np.concatenate([digit, numbers.integers(0, 256, digit.shape, dtype=np.uint8)])
        target = tmp_path / "noisy" / path.relative_to(tmp_path / "plain")
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noisy).save(target)
    dataset = imported(tmp_path / "noisy")
    events = session(dataset, replace(CONFIG, start="scratch", part="0,0,1,0.5"))
    predictor = Predictor.open(tmp_path / "run" / "model", device="cpu")
    assert isinstance(events[-1], Finished)
    assert predictor.preprocessing.part == (0.0, 0.0, 1.0, 0.5)
    with DecoderPool(children=1) as pool:
        whole = Preprocessing.from_dict({**predictor.preprocessing.to_dict(), "part": None, "version": 1})
        name = next((tmp_path / "plain").rglob("*.png")).relative_to(tmp_path / "plain")
        marked = pool.square(tmp_path / "noisy" / name, predictor.preprocessing)
        assert np.array_equal(marked, pool.square(tmp_path / "plain" / name, whole))
