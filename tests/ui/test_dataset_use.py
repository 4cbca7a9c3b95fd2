"""The answers about a set of pictures: kept with it, checked when given, and taken by the next training."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.ui.conftest import picture
from tl_core.config import RunConfig
from tl_core.data.dataset import create_dataset, import_source
from tl_core.errors import ConfigError
from tl_core.jobs.workspace import new_identifier
from tl_ui.binding import Asked
from tl_ui.choices import Choices
from tl_ui.controls import CONTROLS, config_of
from tl_ui.dataset_use import USE_FILE, DatasetUse
from tl_ui.run_actions import RunActions
from tl_ui.services import Services

ANSWERS = {"used_in": "new", "group_by": "folder", "part": "0,0,1,0.9", "image_size": "384"}


@pytest.fixture
def dataset(services: Services) -> str:
    folder = services.workspace.person("me").datasets / new_identifier()
    create_dataset(folder, "cups")
    return folder.name


def test_the_answers_become_the_settings_of_the_next_run(services: Services, dataset: str) -> None:
    for field, answer in ANSWERS.items():
        services.pictures("me").set_use(dataset, **{field: answer})
    chosen = services.pictures("me").use(dataset).chosen()
    config = config_of({}, {"backbone": "resnet18", **chosen})
    assert (config.used_in, config.group_by, config.part, config.image_size) == ("new", "folder", "0,0,1,0.9", 384)
    assert config_of({"image_size": "160"}, chosen).image_size == 160  # what is typed in Expert comes first


def test_train_takes_them_from_the_chosen_set(services: Services, dataset: str) -> None:
    services.pictures("me").set_use(dataset, **ANSWERS)
    actions = RunActions(SimpleNamespace(page=None, services=services, bind=None), lambda asked: {})  # type: ignore[arg-type]
    chosen = actions._chosen(Asked("me", Choices(dataset=dataset, backbone="resnet18"), ()))
    assert {name: chosen[name] for name in ANSWERS} == {**ANSWERS, "image_size": 384}
    assert chosen["backbone"] == "resnet18"
    assert "part" not in actions._chosen(Asked("me", Choices(), ()))


def test_what_was_not_answered_is_left_to_the_plan() -> None:
    assert config_of({}, DatasetUse().chosen()) == RunConfig()


def test_every_answer_but_the_size_has_its_only_place_on_the_pictures_tab() -> None:
    kinds = {control.field: control.kind for control in CONTROLS}
    assert {kinds[field] for field in ("used_in", "group_by", "part")} == {"elsewhere"}
    assert kinds["image_size"] == "text"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"used_in": "mars"}, "used_in is 'mars'; it is one of same, new"),
        ({"part": "1,0,0,1"}, "part is '1,0,0,1'"),
        ({"image_size": "9999"}, "image_size is 9999; it goes from 28 to 1024"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_and_the_one_before_stays(
    services: Services, dataset: str, answer: dict[str, str], message: str
) -> None:
    services.pictures("me").set_use(dataset, used_in="same")
    with pytest.raises(ConfigError, match=message):
        services.pictures("me").set_use(dataset, **answer)
    assert services.pictures("me").use(dataset) == DatasetUse(used_in="same")


@pytest.mark.parametrize("kept", [b"", b"[]", b"{broken", json.dumps({"used_in": 7, "part": "x" * 500}).encode()])
def test_a_damaged_file_holds_no_answers(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / USE_FILE).write_bytes(kept)
    assert DatasetUse.read(tmp_path) == DatasetUse()


def test_the_split_on_the_screen_keeps_the_groups_of_the_answer_together(services: Services, tmp_path: Path) -> None:
    shades = iter(range(10, 250, 4))
    for station in ("north", "south", "east", "west"):
        for kind in ("deer", "hare"):
            (tmp_path / "pictures" / station / kind).mkdir(parents=True)
            for number in range(3):
                file = tmp_path / "pictures" / station / kind / f"{number}.png"
                file.write_bytes(picture(f"#{next(shades):02x}{number * 90:02x}40", 24 + number))
    folder = services.workspace.person("me").datasets / new_identifier()
    import_source(tmp_path / "pictures", folder)
    pictures = services.pictures("me")
    pictures.set_use(folder.name, used_in="new", group_by="folder")
    pictures.write_split(folder.name, tmp_path / "split.csv")
    sides: dict[str, Any] = {}
    for line in (tmp_path / "split.csv").read_text(encoding="utf-8").splitlines()[1:]:
        path, _, split = line.split(",")[:3]
        sides.setdefault(path.split("/")[-3], set()).add(split)
    assert sorted(len(side) for side in sides.values()) == [1, 1, 1, 1]
    assert set.union(*sides.values()) == {"train", "val"}
    shown = pictures.split_counts(folder.name)
    assert shown["train"] + shown["val"] == 24
    assert shown["train"] % 6 == 0  # whole stations
    assert pictures.split_counts(folder.name) == shown
    pictures.set_use(folder.name, used_in="same", group_by="")
    assert pictures.split_counts(folder.name) != shown  # another answer, another split


def test_no_split_is_shown_where_there_is_nothing_to_divide(services: Services, dataset: str) -> None:
    assert services.pictures("me").split_counts(dataset) == {}
