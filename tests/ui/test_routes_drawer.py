"""The drawer's routes: the list, names, deleting, the command, going on, side by side; each for its owner alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.evaluation.test_comparing import run_with
from tests.jobs.fake_workers import dead
from tests.ui.conftest import HOST, FakeAssistant, give_model, new_run
from tl_core.config import RunConfig
from tl_core.evaluation.answers import ANSWERS, write_answers
from tl_core.events import Finished, Planned
from tl_core.jobs.pausing import is_pause
from tl_core.jobs.rundir import RunDir, create_run
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings
from tl_ui.typed_command import command_of, script_command_of

PLANNED = Planned(plan={})
RESULT = {"accuracy": 0.95, "accuracy_low": 0.8, "accuracy_high": 0.99, "measured_on": "test", "images": 40}


def measured(services: Services, wrong: set[int], owner: str = "me", name: str = "") -> RunDir:
    result = {**RESULT, "accuracy": 1 - len(wrong) / 40}
    run = new_run(services, owner, name, events=(PLANNED, Finished(0, 2.0, result)))
    write_answers(run.path / ANSWERS, run_with(wrong))
    return run


def test_the_list_says_what_the_drawer_shows_in_the_pages_language(client: TestClient, services: Services) -> None:
    run = measured(services, {1, 2}, name="foxes")
    (line,) = client.get("/thaw/runs?lang=zh-CN").json()["runs"]
    assert (line["run"], line["name"], line["label"], line["state"]) == (run.id, "foxes", "foxes", "finished")
    assert (line["network"], line["ice"], line["accuracy"], line["low"]) == ("EfficientNet-Lite0", "全是冰", 0.95, 0.8)
    assert line["created"] == run.created


def test_a_run_gets_a_name_and_a_note_that_are_plain_text(client: TestClient, services: Services) -> None:
    run = new_run(services)
    body = {"name": "  night\u202e <b>photos</b>\n", "note": "first line\r\nsecond\x07 line  "}
    kept = client.post(f"/thaw/runs/{run.id}/label", json=body).json()
    assert kept == {"name": "night <b>photos</b>", "note": "first line\nsecond  line"}
    assert services.list_runs("me")[0].note == kept["note"]
    assert client.post(f"/thaw/runs/{run.id}/label", content=b"x" * 70_000).status_code == 413


def test_what_deleting_frees_is_said_before_it_is_asked_for(client: TestClient, services: Services) -> None:
    run = measured(services, {1})
    (give_model(run) / "weights").write_bytes(b"w" * 5000)
    told = client.get(f"/thaw/runs/{run.id}/about").json()["bytes"]
    assert told > 5000
    assert client.post(f"/thaw/runs/{run.id}/delete").json()["bytes"] == told
    assert client.get("/thaw/runs").json() == {"runs": []}


def test_the_command_names_the_pictures_where_they_are_still_there(services: Services, settings: Settings) -> None:
    person = services.workspace.person("me")
    run = create_run(person.runs, RunConfig(epochs=3, freeze="none", name="two words"), person.datasets / ("a" * 26))
    line, has_pictures = command_of(run, settings)
    assert line.startswith(f"python -m tl_core --workspace {settings.workspace.absolute()} train PICTURES ")
    assert "--freeze none --epochs 3" in line
    assert line.endswith("--name 'two words'")
    assert not has_pictures
    assert f" export {run.id} --to script " in script_command_of(run, settings)


def test_a_server_that_others_share_shows_no_paths_of_its_own(services: Services, shared: Settings) -> None:
    run = new_run(services)
    line, has_pictures = command_of(run, shared)
    assert line.startswith("python -m tl_core train PICTURES")
    assert str(shared.workspace) not in line
    assert script_command_of(run, shared) == ""
    assert not has_pictures


def test_ways_on_are_told_and_what_is_in_the_way(client: TestClient, services: Services) -> None:
    lost = new_run(services, events=(PLANNED,))
    dead().write(lost.identity)
    nothing = {"resume": False, "anew": False, "more": False, "epochs": []}
    told = client.get(f"/thaw/runs/{lost.id}/ways-on").json()
    assert {**told, "why": ""} == {**nothing, "why": ""}
    assert "are gone" in told["why"]
    lost.dataset_folder.mkdir(parents=True)
    assert client.get(f"/thaw/runs/{lost.id}/ways-on").json() == {**nothing, "resume": True, "anew": True, "why": ""}


def test_two_runs_are_put_side_by_side(client: TestClient, services: Services) -> None:
    one, other = measured(services, set(range(12)), name="ash"), measured(services, {20}, name="birch")
    found = client.get(f"/thaw/runs/{one.id}/against?with={other.id}").json()
    assert [(run["name"], run["on"]) for run in found["runs"]] == [
        ("ash", "40 test pictures"),
        ("birch", "40 test pictures"),
    ]
    assert found["verdicts"][0].startswith("“birch” is truly better than “ash”")
    assert found["differences"] == []
    alone = client.get(f"/thaw/runs/{one.id}/against")
    assert alone.status_code == 400
    assert "Choose 2 to 5" in alone.json()["hint"]


def test_pausing_stops_a_run_that_says_it_will_go_on(
    client: TestClient, services: Services, busy_run: Callable[[Path], RunDir]
) -> None:
    busy = busy_run(Path("/nowhere"))
    assert client.post(f"/thaw/runs/{busy.id}/pause").json() == {"pausing": busy.id}
    assert is_pause(busy)
    ended = new_run(services, events=(PLANNED, Finished(0, 1.0, {})))
    client.post(f"/thaw/runs/{ended.id}/pause")
    assert not ended.stop.exists()


ASKED: tuple[tuple[str, str, Any], ...] = (
    ("GET", "against", None),
    ("GET", "about", None),
    ("GET", "ways-on", None),
    ("POST", "label", {"name": "mine now"}),
    ("POST", "pause", None),
)


@pytest.fixture
def others(shared: Settings, assistant: FakeAssistant) -> Iterator[tuple[TestClient, Services, RunDir, RunDir]]:
    """Ben's browser, with a run of Anna's and one of his own."""
    services = Services(shared, assistant)
    theirs = measured(services, {1}, owner="a" * 26, name="secret")
    with TestClient(routes_app(shared, services), base_url=HOST) as ben:
        ben.get("/")
        assert ben.get("/thaw/runs").json() == {"runs": []}
        (owner,) = {path.name for path in (services.workspace.root / "people").iterdir()} - {"a" * 26}
        yield ben, services, theirs, measured(services, {2}, owner)


@pytest.mark.parametrize(("method", "word", "body"), ASKED, ids=lambda value: str(value))
def test_a_run_of_somebody_else_is_not_there(
    others: tuple[TestClient, Services, RunDir, RunDir], method: str, word: str, body: Any
) -> None:
    ben, _services, theirs, own = others
    answer = ben.request(method, f"/thaw/runs/{theirs.id}/{word}?with={own.id}", json=body)
    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert theirs.label.name == "secret"


def test_a_run_of_somebody_else_cannot_be_compared_with_ones_own(
    others: tuple[TestClient, Services, RunDir, RunDir],
) -> None:
    ben, _services, theirs, own = others
    assert ben.get(f"/thaw/runs/{own.id}/against?with={theirs.id}").status_code == 404
    assert [line["run"] for line in ben.get("/thaw/runs").json()["runs"]] == [own.id]
