"""What can be found out of a run, over HTTP: asked of the assistant for the owner's own runs and pictures alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import HOST, FakeAssistant
from tests.ui.test_routes_answers import imported as read_once
from tests.ui.test_routes_answers import run as answered_run
from tl_core.evaluation.rates import rate
from tl_core.evaluation.sturdiness import CHANGES, Changed
from tl_core.jobs.rundir import RunDir
from tl_ui.owned_insights import told
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings
from tl_ui.words import words_for

run, imported = answered_run, read_once
EN = words_for("en")


class Insightful(FakeAssistant):
    """Keeps what it was asked, and gives the answers that were put in, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[dict[str, Any]] = []

    def call(self, op: str, **arguments: Any) -> Any:
        self.asked.append((op, arguments))
        return self.answers.pop(0)


@pytest.fixture
def assistant() -> Insightful:
    return Insightful()


def sha_of(services: Services, run: RunDir, path: str) -> str:
    index = services.dataset("me", run.dataset_folder.name).index
    return next(record.sha256 for record in index.records if record.path == path)


def test_a_long_question_is_working_until_it_is_found_out(
    client: TestClient, assistant: Insightful, run: RunDir
) -> None:
    changes = [Changed(name, rate(50, 100), rate(90, 100), 1e-6).to_dict() for name in CHANGES]
    assistant.answers = [
        {"state": "waiting", "done": 0, "total": 0},
        {"state": "running", "done": 3, "total": 7},
        {"state": "done", "changes": changes, "told": "These look like your training pictures."},
    ]  # fmt: skip
    address = f"/thaw/runs/{run.id}/insight?name=sturdiness"
    assert client.get(address).json() == {"state": "working", "done": 0, "total": 0}
    assert client.get(address).json() == {"state": "working", "done": 3, "total": 7}
    ready = client.get(address + "&lang=zh-CN").json()
    assert ready["state"] == "ready"
    assert ready["rows"][0] == ["变暗", 50, 100, 90, True]
    assert "与你的训练图片相似" in ready["told"]
    assert assistant.asked[0] == ("insight", {"run": run.path, "name": "sturdiness", "stop": False})


def test_what_went_wrong_is_said_and_no_other_question_is_passed_on(
    client: TestClient, assistant: Insightful, run: RunDir
) -> None:
    assistant.answers = [{"state": "failed", "message": "Send it again.", "hint": ""}, {"state": "stopped"}]
    address = f"/thaw/runs/{run.id}/insight"
    assert client.get(f"{address}?name=looks").json() == {"state": "failed", "message": "Send it again."}
    assert client.get(f"{address}?name=looks&stop=1").json()["message"] == "It was stopped."
    assert client.get(f"{address}?name=rm").status_code == 400
    assert [arguments["stop"] for _, arguments in assistant.asked] == [False, True]


def test_why_is_asked_of_the_run_s_own_pictures_alone(
    client: TestClient, assistant: Insightful, services: Services, run: RunDir, tmp_path: Path
) -> None:
    sha256 = sha_of(services, run, "animals/fox/1.png")
    heat = {"class": "frog", "map": {"width": 1, "height": 1, "pixels": "/w=="}, "covers": 0.9}
    assistant.answers = [heat, {"state": "running"}, {"state": "done", "is_unlike": True, "alike": [
        {"sha256": sha256, "path": "a", "class": "fox", "likeness": 1.0},
        {"sha256": "b" * 64, "path": "b", "class": "frog", "likeness": 0.5},
    ]}]  # fmt: skip
    assert client.get(f"/thaw/runs/{run.id}/why?sha256={sha256}&class=1").json() == heat
    op, arguments = assistant.asked[0]
    assert (op, arguments["class"], arguments["model"]) == ("why", "frog", run.path)
    assert arguments["picture"].is_file()
    alike = f"/thaw/runs/{run.id}/alike?sha256={sha256}"
    assert client.get(alike).json()["state"] == "working"
    found = client.get(alike).json()
    assert ([one["sha256"] for one in found["alike"]], found["is_unlike"]) == (
        ["b" * 64],
        True,
    )  # not the picture itself
    for wrong in ("", "x", "0" * 64, "../../etc/passwd"):
        assert client.get(f"/thaw/runs/{run.id}/why", params={"sha256": wrong}).status_code == 404
    assert client.get(f"/thaw/runs/{run.id}/why?sha256={sha256}&class=9").status_code == 400


def test_another_persons_run_is_none(
    settings: Settings, assistant: Insightful, services: Services, run: RunDir
) -> None:
    sha256 = sha_of(services, run, "animals/fox/1.png")
    shared = replace(settings, host="0.0.0.0", shared=True)
    with TestClient(routes_app(shared, Services(shared, assistant)), base_url=HOST) as stranger:
        stranger.get("/")
        for path in ("insight?name=looks", f"why?sha256={sha256}", f"alike?sha256={sha256}"):
            assert stranger.get(f"/thaw/runs/{run.id}/{path}").status_code == 404
    assert assistant.asked == []


def test_a_learning_curve_and_mean_maps_are_told_with_their_sentences() -> None:
    curve = {
        "told": "There are too few pictures to see whether more would help.",
        "points": [{"pictures": 8, "accuracy": 0.5}],
    }
    assert told("learning_curve", {"curve": curve}, EN)["points"] == [[8, 0.5]]
    looks = {"fox": {"map": {"width": 1, "height": 1, "pixels": "AA=="}, "pictures": 3, "warning": ""}}
    (one,) = told("looks", {"classes": looks}, EN)["classes"]
    assert (one["name"], one["pictures"], one["warning"]) == ("fox", 3, "")
