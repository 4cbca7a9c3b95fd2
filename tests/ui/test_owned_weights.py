"""Own weights as they arrive: checked by the assistant, kept under their name, refused where they do not fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import HOST
from tl_core.data.limits import LOCAL
from tl_core.errors import WeightsError
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings


class Checking:
    """An assistant that finds a `difference` where one is set; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.difference = ""

    def leave(self) -> None:
        """The page is closed: nothing is kept for it."""

    def call(self, op: str, **arguments: Any) -> Any:
        self.asked.append((op, arguments))
        if self.difference:
            file, backbone = arguments["weights"].name, arguments["backbone"]
            raise WeightsError(f"The weights in '{file}' do not fit '{backbone}': {self.difference}.")

    def warm(self, *, model: Path | None = None) -> None:
        raise AssertionError("nothing here warms it")


@pytest.fixture
def checking() -> Checking:
    return Checking()


@pytest.fixture
def services(settings: Settings, checking: Checking) -> Services:
    return Services(settings, checking)


def test_own_weights_keep_the_persons_name_in_a_folder_of_ours_and_reach_a_run_as_a_path(
    client: TestClient, services: Services, checking: Checking
) -> None:
    answer = client.post("/thaw/weights?name=..%2Fmine.safetensors&backbone=resnet18", content=b"numbers")
    kept = answer.json()
    assert (kept["name"], kept["backbone"]) == ("mine.safetensors", "resnet18")
    path = services.weights("me").path(kept["weights"])
    assert path.read_bytes() == b"numbers"
    assert path == services.workspace.person("me").folder / "weights" / kept["weights"] / "mine.safetensors"
    assert checking.asked == [("check_weights", {"backbone": "resnet18", "weights": path})]
    assert services.resolved("me", {"weights": kept["weights"]})["weights"] == str(path)
    assert services.weights("me").identifier_of(str(path)) == kept["weights"]
    assert services.weights("me").name(kept["weights"]) == "mine.safetensors"
    assert list((services.workspace.person("me").folder / "incoming").iterdir()) == []


def test_weights_that_do_not_fit_are_refused_as_they_arrive_and_nothing_of_them_stays(
    client: TestClient, services: Services, checking: Checking
) -> None:
    checking.difference = "'fc.bias' is missing"
    answer = client.post("/thaw/weights?name=my net.pth&backbone=resnet18&lang=zh-CN", content=b"numbers")
    assert answer.status_code == 400
    assert "'my net.pth' 中的权重与 'resnet18' 不符" in answer.json()["message"]
    person = services.workspace.person("me").folder
    assert [*(person / "weights").iterdir(), *(person / "incoming").iterdir()] == []


def test_a_hostile_or_endless_name_of_a_weights_file_is_kept_harmless_with_its_ending(
    client: TestClient, services: Services
) -> None:
    for name, kept in (("a:b?.pth", "a-b-.pth"), ("名" * 300 + ".pth", "名" * 66 + ".pth")):
        answer = client.post("/thaw/weights", params={"name": name}, content=b"numbers").json()
        assert answer["name"] == services.weights("me").path(answer["weights"]).name == kept


def test_where_others_can_reach_the_server_only_safetensors_are_taken(shared: Settings, checking: Checking) -> None:
    small = replace(shared, limits=replace(LOCAL, archive_bytes=1000))
    app = routes_app(small, Services(small, checking))
    with TestClient(app, base_url=HOST) as client:
        client.get("/")
        refused = client.post("/thaw/weights?name=mine.pth", content=b"numbers")
        large = client.post("/thaw/weights?name=mine.safetensors", content=b"x" * 2000)
    assert refused.status_code == 400
    assert "mine.pth" in refused.json()["message"]
    assert large.status_code == 413
