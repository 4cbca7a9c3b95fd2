"""The journal's news, stop, try and download: each for the owner alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import HOST, FakeAssistant, give_model, new_run, picture
from tl_core.errors import DataError
from tl_core.events import Failed, Finished, Planned, StepDone
from tl_core.jobs.rundir import RunDir
from tl_ui.owned_runs import BUNDLE, NEWS_BYTES
from tl_ui.owner import COOKIE
from tl_ui.routes_runs import attachment
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings
from tl_ui.visitors import Visitors, kept_key

PLANNED = Planned(plan={"epochs": 2})
FINISHED = Finished(epochs=2, seconds=3.0, result={"accuracy": 0.75, "measured_on": "test"})


def step(number: int) -> StepDone:
    return StepDone(number, 9000, 1, 2, 0.5, 0.001, 100.0, 5.0)


def test_a_page_gets_the_whole_history_and_then_only_what_is_new(client: TestClient, services: Services) -> None:
    run = new_run(services, events=(PLANNED, step(1)))
    first = client.get(f"/thaw/runs/{run.id}/view").json()
    assert [record["kind"] for record in first["records"]] == ["planned", "step_done"]
    assert first["next"] == run.journal.stat().st_size
    again = client.get(f"/thaw/runs/{run.id}/view?from={first['next']}").json()
    assert (again["records"], again["next"], again["more"]) == ([], first["next"], False)


def test_a_half_written_record_is_sent_once_it_is_whole(client: TestClient, services: Services) -> None:
    run = new_run(services, events=(PLANNED,))
    whole = run.journal.read_bytes()
    with run.journal.open("ab") as journal:
        journal.write(b'{"kind": "step_do')
    news = client.get(f"/thaw/runs/{run.id}/view").json()
    assert ([record["kind"] for record in news["records"]], news["next"]) == (["planned"], len(whole))


def test_a_long_history_comes_in_parts_and_ends_with_the_true_state(client: TestClient, services: Services) -> None:
    run = new_run(services, events=(PLANNED, *(step(number) for number in range(9000)), FINISHED))
    offset, kinds, states, sizes = 0, [], [], []
    while not states or states[-1] == "running":
        answer = client.get(f"/thaw/runs/{run.id}/view?from={offset}")
        news = answer.json()
        offset = news["next"]
        kinds += [record["kind"] for record in news["records"]]
        states.append(news["state"])
        sizes.append(len(answer.content))
    assert kinds == ["planned", *["step_done"] * 9000, "finished"]
    assert len(states) > 2
    assert states[-1] == "finished"
    assert max(sizes) < 500_000 < NEWS_BYTES * 2


@pytest.mark.parametrize("offset", ["-1", "x", "1e3", "", "9" * 30, "٣"])
def test_an_offset_that_is_none_is_refused(client: TestClient, services: Services, offset: str) -> None:
    answer = client.get(f"/thaw/runs/{new_run(services).id}/view", params={"from": offset})
    assert answer.status_code == 400
    assert "is no offset" in answer.json()["message"]


def test_stop_asks_a_running_training_and_leaves_one_that_has_ended_alone(
    client: TestClient, services: Services, busy_run: Callable[[Path], RunDir]
) -> None:
    busy = busy_run(Path("/nowhere"))
    assert client.post(f"/thaw/runs/{busy.id}/stop").json() == {"stopping": busy.id}
    assert busy.stop.exists()
    ended = new_run(services, events=(PLANNED, FINISHED))
    assert client.post(f"/thaw/runs/{ended.id}/stop").status_code == 200
    assert not ended.stop.exists()


def test_the_list_of_runs_tells_state_accuracy_and_what_was_chosen(services: Services) -> None:
    older = new_run(services, name="old", events=(PLANNED, Failed("No.", "", by_user=True)))
    newer = new_run(services, name="new", events=(PLANNED, FINISHED))
    os.utime(older.config_file, (time.time() - 100,) * 2)
    rows = services.list_runs("me")
    assert [(row.id, row.name, row.state, row.accuracy, row.measured_on) for row in rows] == [
        (newer.id, "new", "finished", 0.75, "test"),
        (older.id, "old", "failed", None, None),
    ]
    assert rows[0].backbone == "tf_efficientnet_lite0"
    services.rename_run("me", older.id, "renamed", "a note")
    assert services.list_runs("me")[1].name == "renamed"


def test_one_damaged_run_does_not_hide_the_others(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    good, damaged = new_run(services), new_run(services)
    damaged.config_file.write_text("{")
    assert [row.id for row in services.list_runs("me")] == [good.id]
    assert "a run is left out" in caplog.text
    assert damaged.id in caplog.text


def test_a_tried_picture_is_answered_ranked_and_not_kept(
    client: TestClient, services: Services, settings: Settings, assistant: FakeAssistant
) -> None:
    run = new_run(services, events=(PLANNED, FINISHED))
    give_model(run)
    content = picture()
    answer = client.post(f"/thaw/runs/{run.id}/try", content=content).json()
    assert answer["answers"] == [{"class": "dog", "probability": 0.75}, {"class": "cat", "probability": 0.25}]
    assert answer["seconds"] >= 0
    assert assistant.pictures == [content]
    assert list((settings.workspace / "people/me/incoming").iterdir()) == []


def test_what_is_no_picture_gets_a_sentence_without_our_file_name(
    client: TestClient, services: Services, settings: Settings
) -> None:
    run = new_run(services)
    give_model(run)
    answer = client.post(f"/thaw/runs/{run.id}/try", content=b"hello")
    assert answer.status_code == 400
    assert answer.json() == {
        "message": "This picture cannot be used. It is no picture.",
        "hint": "Choose another picture.",
    }
    assert list((settings.workspace / "people/me/incoming").iterdir()) == []


def test_a_picture_over_the_limit_is_refused(settings: Settings, assistant: FakeAssistant) -> None:
    small = replace(settings, limits=replace(settings.limits, file_bytes=100))
    services = Services(small, assistant)
    run = new_run(services)
    give_model(run)
    with TestClient(routes_app(small, services), base_url=HOST) as client:
        assert client.post(f"/thaw/runs/{run.id}/try", content=b"x" * 101).status_code == 413
    assert assistant.pictures == []


def test_without_a_model_try_and_download_say_to_wait(client: TestClient, services: Services) -> None:
    run = new_run(services, events=(PLANNED,))
    for answer in (
        client.post(f"/thaw/runs/{run.id}/try", content=picture()),
        client.get(f"/thaw/runs/{run.id}/bundle.zip"),
    ):
        assert answer.status_code == 409
        assert answer.json()["message"] == "This training has no model yet."


def test_the_bundle_is_a_download_with_a_safe_name_and_can_be_resumed(client: TestClient, services: Services) -> None:
    run = new_run(services, name="Fox & dog\r\nSet-Cookie: a=b")
    give_model(run)
    (run.path / BUNDLE).write_bytes(b"PK the bundle")
    answer = client.get(f"/thaw/runs/{run.id}/bundle.zip")
    assert answer.content == b"PK the bundle"
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="thaw-fox-dog-set-cookie-a-b.zip"')
    assert "set-cookie" not in answer.headers
    part = client.get(f"/thaw/runs/{run.id}/bundle.zip", headers={"range": "bytes=3-5"})
    assert (part.status_code, part.content) == (206, b"the")


def test_a_bundle_older_than_its_model_is_made_again_and_a_damaged_model_gives_none(
    client: TestClient, services: Services
) -> None:
    run = new_run(services)
    model = give_model(run)  # an empty one: the export command refuses it
    (run.path / BUNDLE).write_bytes(b"older than the model")
    os.utime(run.path / BUNDLE, ns=(0, (model / "config.json").stat().st_mtime_ns - 1))
    answer = client.get(f"/thaw/runs/{run.id}/bundle.zip")
    assert answer.status_code == 400
    assert "manifest.json" in answer.json()["message"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "filename=\"thaw-k3v9aaaa.zip\"; filename*=UTF-8''thaw-k3v9aaaa.zip"),
        ("Café", "filename=\"thaw-cafe.zip\"; filename*=UTF-8''thaw-caf%C3%A9.zip"),
        ("狐狸", "filename=\"thaw-k3v9aaaa.zip\"; filename*=UTF-8''thaw-%E7%8B%90%E7%8B%B8.zip"),
        ('../../x"; filename="evil.exe', "filename=\"thaw-x-filename-evil-exe.zip\""),
    ],
)  # fmt: skip
def test_a_download_is_named_with_letters_digits_and_hyphens(name: str, words: str) -> None:
    assert words in attachment(name, "k3v9" + "a" * 22)


def test_one_visitor_never_reaches_another_s_run(shared: Settings, assistant: FakeAssistant) -> None:
    services = Services(shared, assistant)
    app = routes_app(shared, services)
    visitors = Visitors(kept_key(shared.workspace))
    secret = visitors.new_cookie()
    owner = visitors.owner_of_cookie(secret)
    assert owner is not None
    run = new_run(services, owner=owner, events=(PLANNED,))
    give_model(run)
    (run.path / BUNDLE).write_bytes(b"private")
    with TestClient(app, base_url=HOST, cookies={COOKIE: secret}) as anna, TestClient(app, base_url=HOST) as ben:
        ben.get("/")
        for identifier in (run.id, "A" * 26, "..", "a" * 26, f"{run.id}%0a"):
            assert ben.get(f"/thaw/runs/{identifier}/view").status_code == 404
            assert ben.get(f"/thaw/runs/{identifier}/bundle.zip").status_code == 404
            assert ben.post(f"/thaw/runs/{identifier}/stop").status_code == 404
            assert ben.post(f"/thaw/runs/{identifier}/try", content=picture()).status_code == 404
        assert assistant.pictures == []
        assert anna.get(f"/thaw/runs/{run.id}/bundle.zip").content == b"private"
        assert len(anna.get(f"/thaw/runs/{run.id}/view").json()["records"]) == 1


def test_a_run_starts_only_on_pictures_that_were_read(services: Services) -> None:
    from tl_core.config import RunConfig

    with pytest.raises(Exception, match="There is no such set of pictures"):
        services.start_run("me", "a" * 26, RunConfig())


def test_a_fault_of_the_program_is_said_as_such_and_logged(
    client: TestClient, services: Services, assistant: FakeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    broken = new_run(services)
    give_model(broken)
    assistant.call = lambda op, **_: {"odd": op}  # type: ignore[method-assign]
    answer = client.post(f"/thaw/runs/{broken.id}/try", content=picture())
    assert answer.status_code == 500
    assert answer.json()["message"].startswith("A fault in the program")
    assert "KeyError: 'scores'" in caplog.text


def test_what_is_no_route_of_ours_does_not_reach_gradio(client: TestClient) -> None:
    for method, path in [
        ("GET", "/thaw/nothing"),
        ("POST", "/thaw/runs/x"),
        ("GET", "/thaw/upload"),
        ("DELETE", "/thaw/"),
    ]:
        answer = client.request(method, path)
        assert answer.status_code == 404, path
        assert answer.json()["message"].startswith("There is nothing at '/thaw/")


def test_an_error_keeps_its_kind_on_its_way_through_try(services: Services) -> None:
    run = new_run(services)
    give_model(run)
    path = services.new_incoming("me", ".picture")
    path.write_bytes(b"no picture")
    with pytest.raises(DataError, match="This picture cannot be used"):
        services.try_picture("me", run.id, path)
