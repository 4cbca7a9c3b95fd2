"""The queue from the page: what waits says so, is cancelled, gone on with and deleted, each for its owner alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.jobs.fake_workers import FakeWorkers, dead, new_run
from tests.jobs.jobs_for_tests import edit_json, wait_until
from tests.ui.conftest import HOST, FakeAssistant
from tl_core.config import RunConfig
from tl_core.jobs.heartbeat import QUIET_SECONDS, Heartbeat
from tl_core.jobs.liveness import state_of
from tl_core.jobs.rundir import RunDir, create_run
from tl_core.jobs.tickets import QueueFiles
from tl_core.platform import is_locked
from tl_ui.owner import COOKIE
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings
from tl_ui.words import words_for


@pytest.fixture
def workers(services: Services) -> Iterator[FakeWorkers]:
    """Nothing waits any more at the end, so that whoever keeps the queue ends, too."""
    workers = FakeWorkers(services.workspace)
    yield workers
    for ticket in services.workspace.root.glob("people/*/runs/*/queue.json"):
        ticket.unlink()
    wait_until(lambda: not is_locked(QueueFiles(services.workspace.queue).keeper))
    workers.leave()


@pytest.fixture
def busy(services: Services, workers: FakeWorkers) -> RunDir:
    """A training under way: whatever is started now waits."""
    run = new_run(services.workspace)
    workers.launch(run.path)
    workers.begins(run)
    return run


def waiting(services: Services) -> RunDir:
    run = new_run(services.workspace, name="foxes")
    services.runs("me").queue.put(run.path)
    assert state_of(run.path) == "queued"
    return run


def test_a_second_run_waits_and_the_page_is_told_how_many_are_before_it(
    client: TestClient, services: Services, busy: RunDir
) -> None:
    first, second = waiting(services), waiting(services)
    told = [client.get(f"/thaw/runs/{run.id}/view").json() for run in (busy, first, second)]
    assert [(news["state"], news["wait"]) for news in told] == [
        ("running", None),
        ("queued", {"before": 1, "seconds": None}),
        ("queued", {"before": 2, "seconds": None}),
    ]
    assert {row.id: row.state for row in services.list_runs("me")}[second.id] == "queued"


def test_somebody_keeps_the_queue_while_a_run_waits(services: Services, busy: RunDir) -> None:
    waiting(services)
    wait_until(lambda: is_locked(QueueFiles(services.workspace.queue).keeper))


@pytest.mark.parametrize("word", ["cancel", "stop"])
def test_a_waiting_run_is_cancelled_and_nothing_of_it_starts(
    client: TestClient, services: Services, busy: RunDir, workers: FakeWorkers, word: str
) -> None:
    run = waiting(services)
    assert client.post(f"/thaw/runs/{run.id}/{word}").status_code == 200
    news = client.get(f"/thaw/runs/{run.id}/view").json()
    assert (news["state"], news["wait"], [record["kind"] for record in news["records"]]) == (
        "stopped",
        None,
        ["stopped"],
    )
    assert not run.ticket.exists()
    view = services.run_view("me", run.id)
    assert view.result is None


def test_a_lost_run_goes_into_the_queue_again_and_back_when_it_is_cancelled(
    client: TestClient, services: Services, busy: RunDir, workers: FakeWorkers
) -> None:
    lost = new_run(services.workspace)
    workers.launch(lost.path)
    workers.begins(lost)
    workers.is_killed(lost)
    gone = client.post(f"/thaw/runs/{lost.id}/resume?lang=zh-CN")
    assert (gone.status_code, state_of(lost.path)) == (409, "lost")
    assert "图片" in gone.json()["message"]
    lost.dataset_folder.mkdir(parents=True, exist_ok=True)
    assert "no whole number" in client.post(f"/thaw/runs/{lost.id}/resume?more=many").json()["message"]
    assert client.post(f"/thaw/runs/{lost.id}/resume").json() == {"resuming": lost.id}
    assert state_of(lost.path) == "queued"
    before = lost.journal.read_bytes()
    client.post(f"/thaw/runs/{lost.id}/cancel")
    assert state_of(lost.path) == "lost"
    assert lost.journal.read_bytes() == before


def test_a_run_under_way_cannot_be_resumed_or_deleted(client: TestClient, busy: RunDir) -> None:
    resumed = client.post(f"/thaw/runs/{busy.id}/resume")
    deleted = client.post(f"/thaw/runs/{busy.id}/delete?lang=zh-CN")
    assert (resumed.status_code, deleted.status_code) == (409, 409)
    assert "is under way already" in resumed.json()["message"]
    assert "正在进行" in deleted.json()["message"]
    assert deleted.json()["hint"] == words_for("zh-CN").said("Stop it first; then delete it.")
    assert busy.path.is_dir()


def test_an_ended_run_is_deleted_and_says_what_is_free_now(
    client: TestClient, services: Services, busy: RunDir, workers: FakeWorkers
) -> None:
    workers.ends(busy, "finished")
    answer = client.post(f"/thaw/runs/{busy.id}/delete").json()
    assert answer["deleted"] == busy.id
    assert answer["bytes"] > 0
    assert client.get(f"/thaw/runs/{busy.id}/view").status_code == 404
    assert services.list_runs("me") == []


def test_nobody_cancels_resumes_or_deletes_what_is_anothers(shared: Settings, assistant: FakeAssistant) -> None:
    services = Services(shared, assistant)
    run = new_run(services.workspace, "a" * 26)
    with TestClient(routes_app(shared, services), base_url=HOST) as ben:
        ben.get("/")
        assert COOKIE in ben.cookies
        for word in ("cancel", "resume", "delete", "stop", "force", "stacks"):
            assert ben.post(f"/thaw/runs/{run.id}/{word}").status_code == 404
        assert ben.post(f"/thaw/runs/{run.id}/delete", headers={"origin": "http://evil.example"}).status_code == 403
    assert Path(run.config_file).is_file()


def test_a_page_learns_that_a_run_hangs_and_that_the_disk_is_full(client: TestClient, busy: RunDir) -> None:
    with Heartbeat(busy.heartbeat) as heart:
        news = client.get(f"/thaw/runs/{busy.id}/view").json()
        assert (news["silent"], news["needs"], news["loss"]) == (None, 0, None)
        heart.needs(12_000_000)
        assert client.get(f"/thaw/runs/{busy.id}/view").json()["needs"] == 12_000_000
    edit_json(busy.heartbeat, beat=time.monotonic() - 2 * QUIET_SECONDS)
    silent = client.get(f"/thaw/runs/{busy.id}/view").json()["silent"]
    assert 2 * QUIET_SECONDS <= silent < 3 * QUIET_SECONDS


def test_a_page_is_told_in_its_language_why_a_run_was_lost(
    client: TestClient, busy: RunDir, workers: FakeWorkers
) -> None:
    with Heartbeat(busy.heartbeat):
        workers.is_killed(busy)
    edit_json(busy.heartbeat, boot="before the restart")
    english = client.get(f"/thaw/runs/{busy.id}/view").json()
    chinese = client.get(f"/thaw/runs/{busy.id}/view?lang=zh-CN").json()
    assert english["state"] == "lost"
    assert english["loss"]["message"] == "The computer was switched off or restarted while it trained."
    assert chinese["loss"]["message"] == "训练期间电脑被关闭或重启了。"


def test_a_run_whose_process_is_a_strangers_is_not_ended_by_force(client: TestClient, busy: RunDir) -> None:
    dead().write(busy.identity)
    answer = client.post(f"/thaw/runs/{busy.id}/force")
    assert answer.status_code == 409
    assert "its process number belongs to another program" in answer.json()["message"]
    assert client.post(f"/thaw/runs/{busy.id}/stacks").status_code == 409


def test_pictures_that_a_waiting_run_will_learn_from_are_not_deleted(
    client: TestClient, services: Services, busy: RunDir
) -> None:
    person = services.workspace.person("me")
    run = create_run(person.runs, RunConfig(), person.datasets / ("b" * 26))
    services.runs("me").queue.put(run.path)
    run.dataset_folder.mkdir()
    answer = client.post(f"/thaw/datasets/{run.dataset_folder.name}/delete")
    assert answer.status_code == 409
    assert "is using these pictures" in answer.json()["message"]
    assert run.dataset_folder.is_dir()
