"""What the page asks about a network and a person's pictures: answered at once, in its language, by its owner alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests.ui.conftest import new_run
from tl_core.config import RunConfig
from tl_core.data.dataset import import_source
from tl_core.errors import WeightsError
from tl_core.jobs.workspace import new_identifier
from tl_core.training.estimate_values import Estimate
from tl_core.training.probe_values import NetworkHint, Probe, StageReading
from tl_core.training.rate_values import RateCurve, RatePoint
from tl_ui.services import Services
from tl_ui.settings import Settings

CHINESE = "&lang=zh-CN"


class Looking:
    """An assistant that is half way on the first question and done on the next; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def call(self, op: str, **arguments: Any) -> Any:
        self.asked.append((op, arguments))
        done = len([name for name, _ in self.asked if name == op]) > 1
        return {"probe": _probe, "estimate": _estimate, "compare": _compare, "rate_finder": _rates}[op](done)

    def prepare(self, dataset: Path, settings: dict[str, Any]) -> None:
        raise AssertionError("nothing here is prepared")

    def hand(self, folder: Path) -> None:
        raise AssertionError("nothing here is trained")

    def leave(self) -> None:
        """The server has ended."""

    def warm(self, *, model: Path | None = None) -> None:
        raise AssertionError("nothing here warms it")


def _probe(done: bool) -> dict[str, Any]:
    half = Probe("net", "running", "features", done=340, total=1000, images=1000, images_in_all=1000)
    readings = (StageReading("stem", 0.5, 0.4, 0.6, 1000), StageReading("top", 0.76, 0.7, 0.81, 1000))
    whole = replace(half, state="done", done=1000, stages=readings, baseline=0.31, baseline_class="fox")
    return (whole if done else half).to_dict()


def _estimate(done: bool) -> dict[str, Any]:
    if not done:
        return {"state": "waiting", "message": "", "hint": "", "chosen": None, "lines": None, "presets": None}
    cost = Estimate(3.0, 2.0, 9.0, 1e9, 10, 100).to_dict()
    told = {"chosen": cost, "lines": {"all": cost}, "presets": {"instant": cost, "better": cost, "best": cost}}
    return {"state": "done", "message": "", "hint": "", **told}


def _compare(done: bool) -> dict[str, Any]:
    known = NetworkHint("tf_efficientnet_lite0", "quick", "done", accuracy=0.7, low=0.6, high=0.8, epoch_seconds=2.0)
    away = NetworkHint("no/such_net", "", "failed", message="It is empty (0 bytes).")
    rows = (known if done else replace(known, state="running", accuracy=None, low=None, high=None), away)
    return {"networks": [row.to_dict() for row in rows]}


def _rates(done: bool) -> dict[str, Any]:
    points = (RatePoint(1e-5, 1.4, 1.4), RatePoint(1e-4, 1.2, 1.3))
    return RateCurve("done" if done else "running", done=2, total=2, points=points, suggestion=1e-4).to_dict()


@pytest.fixture
def looking() -> Looking:
    return Looking()


@pytest.fixture
def services(settings: Settings, looking: Looking) -> Services:
    return Services(settings, looking)


@pytest.fixture
def dataset(services: Services, tmp_path: Path) -> Iterator[str]:
    for kind, colours in {"fox": ("red", "orange"), "frog": ("green", "lime")}.items():
        (tmp_path / "animals" / kind).mkdir(parents=True)
        for number, colour in enumerate(colours):
            Image.new("RGB", (24, 24), colour).save(tmp_path / "animals" / kind / f"{number}.png")
    folder = services.workspace.person("me").datasets / new_identifier()
    import_source(tmp_path / "animals", folder)
    yield folder.name
    services.close()


def settings_text(**fields: Any) -> str:
    return json.dumps({"backbone": "tf_efficientnet_lite0", "start": "pretrained", "weights": "", **fields})


def test_a_look_at_the_pictures_is_polled_until_every_stage_is_known(
    client: TestClient, looking: Looking, dataset: str
) -> None:
    address = f"/thaw/datasets/{dataset}/readable?settings={settings_text()}"
    first = client.get(address).json()
    assert (first["state"], first["done"], first["total"], first["stages"]) == ("working", 340, 1000, {})
    known = client.get(address).json()
    assert known["state"] == "ready"
    assert known["stages"]["top"] == {"accuracy": 0.76, "low": 0.7, "high": 0.81}
    assert (known["baseline"], known["baseline_class"]) == (0.31, "fox")
    assert looking.asked[0][1]["settings"] == RunConfig(backbone="tf_efficientnet_lite0").to_dict()


def test_what_an_epoch_costs_is_told_for_every_line_and_every_preset(client: TestClient, dataset: str) -> None:
    address = f"/thaw/datasets/{dataset}/estimate?settings={settings_text()}"
    assert client.get(address).json() == {
        "state": "working", "message": "", "chosen": None, "lines": None, "presets": None,
    }  # fmt: skip
    known = client.get(address).json()
    assert known["lines"]["all"]["epoch_seconds"] == 2.0
    assert set(known["presets"]) == {"instant", "better", "best"}


def test_the_networks_are_compared_and_one_that_failed_says_why_in_the_page_s_language(
    client: TestClient, dataset: str
) -> None:
    address = f"/thaw/datasets/{dataset}/networks?settings={settings_text()}{CHINESE}"
    assert client.get(address).json()["state"] == "working"
    known = client.get(address).json()
    assert known["state"] == "ready"
    quick, away, *missing = known["networks"]
    assert (quick["simple"], quick["accuracy"], quick["seconds"]) == ("quick", 0.7, 2.0)
    assert away["message"] == "文件为空（0 字节）。"
    assert [(row["simple"], row["here"], row["accuracy"]) for row in missing[:1]] == [("tiny", False, None)]
    assert len(missing) == 3


def test_a_curve_of_learning_rates_comes_with_what_it_suggests(client: TestClient, dataset: str) -> None:
    address = f"/thaw/datasets/{dataset}/rates?settings={settings_text(optimizer='sgd')}"
    assert client.get(address).json()["state"] == "working"
    known = client.get(address).json()
    assert (known["state"], known["suggestion"], len(known["points"])) == ("ready", 1e-4, 2)


def test_settings_that_do_not_fit_are_refused_with_a_sentence(
    client: TestClient, looking: Looking, dataset: str
) -> None:
    for text in ("[1]", "{", json.dumps({"epochs": 0}), json.dumps({"no_such": 1}), "x" * 9000):
        answer = client.get(f"/thaw/datasets/{dataset}/readable?settings={text}")
        assert answer.status_code == 400
        assert answer.json()["message"]
    assert client.get(f"/thaw/datasets/{'a' * 26}/readable?settings={{}}").status_code == 404
    assert looking.asked == []


def test_an_earlier_run_is_named_by_its_identifier_and_no_path_of_the_page_is_ever_followed(
    client: TestClient, looking: Looking, services: Services, dataset: str, tmp_path: Path
) -> None:
    mine = new_run(services)
    client.get(f"/thaw/datasets/{dataset}/readable?settings={settings_text(start=mine.id)}")
    assert looking.asked[-1][1]["settings"]["start"] == str(mine.path)
    theirs = new_run(services, owner="somebody")
    for start in (theirs.id, str(theirs.path), str(mine.path), "../../etc"):
        answer = client.get(f"/thaw/datasets/{dataset}/readable?settings={settings_text(start=start)}")
        assert answer.status_code == 404
    (tmp_path / "secret.safetensors").write_bytes(b"x")
    asked = settings_text(weights=str(tmp_path / "secret.safetensors"))
    answer = client.get(f"/thaw/datasets/{dataset}/readable?settings={asked}")
    assert "not here any more" in answer.json()["message"]
    assert len(looking.asked) == 1


def test_an_assistant_that_refuses_is_heard(client: TestClient, looking: Looking, dataset: str) -> None:
    def refuse(op: str, **arguments: Any) -> Any:
        raise WeightsError("The pretrained weights of 'net' are not on this computer yet.", "Fetch them first.")

    looking.call = refuse  # type: ignore[method-assign]
    answer = client.get(f"/thaw/datasets/{dataset}/readable?settings={settings_text()}")
    assert "not on this computer yet" in answer.json()["message"]


def test_eight_varied_pictures_come_of_two_kinds_by_the_settings_as_typed(
    client: TestClient, looking: Looking, dataset: str
) -> None:
    def vary(op: str, **arguments: Any) -> Any:
        looking.asked.append((op, arguments))
        return {"pictures": ["AAAA"] * 8}

    looking.call = vary  # type: ignore[method-assign]
    known = client.get(f"/thaw/datasets/{dataset}/augmented?settings={settings_text(augment='strong', seed=7)}").json()
    assert (known["state"], len(known["pictures"])) == ("ready", 8)
    op, asked = looking.asked[0]
    assert (op, asked["augment"], asked["seed"], asked["flips"]) == ("augmented", "strong", 7, None)
    assert sorted(Path(path).parent.name for path in asked["pictures"]) == ["fox", "frog"]


def test_maps_are_made_of_the_first_picture_and_of_a_run_s_own_network_where_it_starts_from_one(
    client: TestClient, looking: Looking, services: Services, dataset: str
) -> None:
    def look(op: str, **arguments: Any) -> Any:
        looking.asked.append((op, arguments))
        return {"maps": []}

    looking.call = look  # type: ignore[method-assign]
    mine = new_run(services)
    first = services.dataset("me", dataset).index.records[0]
    address = f"/thaw/datasets/{dataset}/maps?stage=blocks.1&settings="
    assert client.get(address + settings_text()).json() == {"state": "ready", "maps": [], "sha256": first.sha256}
    client.get(address + settings_text(start=mine.id))
    assert [asked.get("backbone") for _, asked in looking.asked] == ["tf_efficientnet_lite0", None]
    assert looking.asked[1][1]["model"] == mine.path


def test_the_whole_catalogue_comes_at_once_with_the_recommended_first(client: TestClient) -> None:
    rows = client.get("/thaw/networks").json()["networks"]
    assert len(rows) > 1000
    recommended = [row["recommended"] for row in rows]
    assert recommended == sorted(recommended, reverse=True)
    lite = next(row for row in rows if row["name"] == "tf_efficientnet_lite0")
    assert (lite["here"], lite["licence"], lite["size"], lite["parameters"]) == (True, "Apache-2.0", 224, 4_652_008)
