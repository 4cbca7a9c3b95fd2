"""Exports over HTTP: where one stands, its file once it passed its test, and nobody else's."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.export.models import save_small_model
from tests.ui.conftest import HOST, FakeAssistant, new_run
from tl_core.events import Failed, Finished, Planned
from tl_core.jobs.exports import FILES, begin_export, export_folder
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.rundir import JobDir, RunDir
from tl_ui.owner import COOKIE
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings
from tl_ui.visitors import Visitors, kept_key

CHECKS = [{"what": "model.onnx", "pictures": 32, "largest": 2e-7}]


@pytest.fixture
def run(services: Services) -> RunDir:
    run = new_run(services, name="Fox & dog", events=(Planned({}), Finished(0, 1.0, {})))
    save_small_model(run.model)
    return run


def made(run: RunDir, to: str, *events: object) -> None:
    """As a worker leaves it."""
    begin_export(run, to, launch=lambda _folder: None)
    folder = export_folder(run, to)
    (folder / FILES[to]).write_bytes(b"the very file")
    with JournalWriter(JobDir(folder).journal) as journal:
        for event in events:
            journal.append(event)  # type: ignore[arg-type]


def done(to: str) -> Finished:
    notes = ["model.onnx and predict.py are not in it: This network cannot be written as ONNX."]
    return Finished(0, 2.0, {"path": FILES[to], "bytes": 13, "sha256": "", "checks": CHECKS, "notes": notes})


def test_an_export_that_passed_its_test_is_a_download_with_the_runs_name(client: TestClient, run: RunDir) -> None:
    address = f"/thaw/runs/{run.id}/exports/onnx"
    assert client.get(address).json()["state"] == "none"
    assert client.get(f"{address}/file").status_code == 404
    made(run, "onnx", Planned({}), done("onnx"))
    found = client.post(address).json()
    assert (found["state"], found["bytes"], found["pictures"], found["largest"]) == ("ready", 13, 32, 2e-7)
    answer = client.get(f"{address}/file")
    assert answer.content == b"the very file"
    assert answer.headers["content-disposition"].startswith('attachment; filename="thaw-fox-dog.onnx"')
    assert client.get(f"{address}/file", headers={"range": "bytes=4-7"}).content == b"very"


def test_what_is_said_of_an_export_is_said_in_the_persons_language(client: TestClient, run: RunDir) -> None:
    made(run, "bundle", Planned({}), done("bundle"))
    chinese = client.get(f"/thaw/runs/{run.id}/exports/bundle?lang=zh-CN").json()
    assert chinese["notes"] == ["其中没有 model.onnx 和 predict.py：此网络无法写成 ONNX。"]


def test_a_failed_export_has_no_file_and_says_why(client: TestClient, run: RunDir) -> None:
    made(run, "torch", Planned({}), Failed("It failed its check.", "Take another.", by_user=True))
    found = client.get(f"/thaw/runs/{run.id}/exports/torch").json()
    assert (found["state"], found["message"], found["hint"]) == ("failed", "It failed its check.", "Take another.")
    assert client.get(f"/thaw/runs/{run.id}/exports/torch/file").status_code == 404


def test_a_form_that_is_none_and_a_run_without_a_model_are_told(client: TestClient, services: Services, run: RunDir):
    answer = client.post(f"/thaw/runs/{run.id}/exports/keras")
    assert (answer.status_code, "no form 'keras'" in answer.json()["message"]) == (400, True)
    empty = new_run(services, events=(Planned({}),))
    answer = client.post(f"/thaw/runs/{empty.id}/exports/bundle")
    assert (answer.status_code, answer.json()["message"]) == (409, "This training has no model yet.")


def test_another_visitor_never_reaches_it(shared: Settings, assistant: FakeAssistant) -> None:
    services = Services(shared, assistant)
    visitors = Visitors(kept_key(shared.workspace))
    owner = visitors.owner_of_cookie(secret := visitors.new_cookie())
    assert owner is not None
    run = new_run(services, owner=owner, events=(Planned({}),))
    save_small_model(run.model)
    made(run, "onnx", Planned({}), done("onnx"))
    app = routes_app(shared, services)
    with TestClient(app, base_url=HOST) as anna, TestClient(app, base_url=HOST) as ben:
        anna.cookies.set(COOKIE, secret)
        ben.get("/")
        for address in (f"/thaw/runs/{run.id}/exports/onnx", f"/thaw/runs/{run.id}/exports/onnx/file"):
            assert ben.get(address).status_code == 404
            assert anna.get(address).status_code == 200
