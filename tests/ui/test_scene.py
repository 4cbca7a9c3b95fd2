"""Where a page goes on after a reload, and what it shows when the things it remembers are gone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.conftest import new_run
from tl_core.config import DEFAULT_BACKBONE
from tl_core.data.dataset import create_dataset
from tl_core.events import Failed, Planned
from tl_core.jobs.workspace import new_identifier
from tl_ui.choices import Choices
from tl_ui.owned_pictures import OwnedPictures
from tl_ui.present import run_rows
from tl_ui.scene import attached, look, with_run
from tl_ui.services import Services
from tl_ui.words import words_for

NOBODY_S_RUN = "a" * 26


def test_a_run_in_the_address_wins_over_the_browsers_memory(services: Services) -> None:
    old, new = new_run(services), new_run(services)
    kept = Choices(run=new.id, language="zh-CN", freeze="none").to_dict()
    found = attached(services, "me", kept, old.id)
    assert (found.run, found.freeze, found.language) == (old.id, "all", "zh-CN")


def test_the_browsers_memory_is_taken_as_it_is_while_its_run_is_there(services: Services) -> None:
    run = new_run(services)
    kept = Choices(run=run.id, backbone="resnet18", freeze="none", level="expert")
    assert attached(services, "me", kept.to_dict(), None) == kept


def test_without_address_and_memory_the_newest_run_is_shown(services: Services) -> None:
    run = new_run(services)
    assert attached(services, "me", None, None).run == run.id


def test_a_run_of_somebody_else_is_not_shown(services: Services) -> None:
    theirs = new_run(services, owner="b" * 26)
    assert attached(services, "me", None, theirs.id).run == ""
    assert with_run(services, "me", Choices(), theirs.id) == Choices()


def test_what_is_gone_is_left_out(services: Services) -> None:
    scene = look(services, "me", Choices(dataset=NOBODY_S_RUN, run=NOBODY_S_RUN))
    assert (scene.choices.dataset, scene.choices.run) == ("", "")
    assert (scene.dataset, scene.run, scene.importing) == (None, None, "")


def test_what_the_first_tab_alone_shows_is_looked_up_once_and_not_before_it_is_asked_for(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = services.workspace.person("me").datasets / new_identifier()
    create_dataset(folder, "cups")
    asked: list[str] = []
    for name in ("album", "use", "groupings", "left_out", "split_counts"):
        real = getattr(OwnedPictures, name)

        def noted(*arguments: Any, name: str = name, real: Any = real, **named: Any) -> Any:
            asked.append(name)
            return real(*arguments, **named)

        monkeypatch.setattr(OwnedPictures, name, noted)
    scene = look(services, "me", Choices(dataset=folder.name))
    assert (scene.dataset_name, asked) == ("cups", [])
    assert scene.pictures is not None
    assert [scene.pictures.split, scene.pictures.left_out, scene.pictures.split] == [{}, 0, {}]
    assert asked.count("split_counts") == asked.count("left_out") == 1
    assert (scene.pictures.groupings, "groupings" in asked) == ((), False)


def test_a_failed_run_brings_the_end_of_its_log(services: Services) -> None:
    run = new_run(services, name="foxes", events=(Planned(plan={}), Failed("It broke.", "", by_user=False)))
    run.log.write_text("first\nlast line\n", encoding="utf-8")
    shown = look(services, "me", Choices(run=run.id)).run
    assert shown is not None
    assert (shown.name, shown.view.state, shown.has_model) == ("foxes", "failed", False)
    assert shown.log.endswith("last line")


def test_the_drawer_names_a_run_by_its_pictures_and_its_network(services: Services) -> None:
    run = new_run(services)
    rows = run_rows(words_for("en"), services.list_runs("me"), {"a" * 26: "garden"})
    assert [(row["run"], row["name"]) for row in rows] == [(run.id, "garden · EfficientNet-Lite0")]
    assert str(rows[0]["detail"]).startswith("All ice · ")


@pytest.mark.parametrize("kept", [None, 7, "x", [], {"run": ["a"]}, {"backbone": "x" * 5000}, {"level": "root"}])
def test_a_memory_that_somebody_edited_does_no_harm(kept: Any) -> None:
    assert Choices.from_dict(kept) == Choices()
    assert Choices().backbone == DEFAULT_BACKBONE
