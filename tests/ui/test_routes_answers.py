"""Pictures behind a number and the two sliders over HTTP: for the owner alone, and believing nothing that is sent."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import HOST, FakeAssistant, animals_zip, new_run
from tl_core.config import RunConfig
from tl_core.data.dataset import import_source, open_dataset
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import RunError
from tl_core.evaluation.answers import ANSWERS, make_answers, write_answers
from tl_core.events import Planned
from tl_core.export.described import described
from tl_core.export.manifest import CLASSES, CONFIG, MANIFEST, README, WEIGHTS
from tl_core.export.model_config import FIRST_VERSION, FORMAT, ModelConfig, config_bytes
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.rundir import RunDir, create_run
from tl_core.jobs.workspace import new_identifier
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings

KINDS = ("fox", "frog")
PLAIN: dict[str, Any] = {"interpolation": "bicubic", "mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}


def give_described_model(run: RunDir) -> None:
    """A model whose settings can be read and changed; its weights are none."""
    run.model.mkdir()
    config = ModelConfig("thaw/cnn_28", KINDS, Preprocessing(image_size=28, resize_size=28, **PLAIN))
    files = {WEIGHTS: b"none", CLASSES: b"fox\nfrog\n", README: b"read me", CONFIG: config_bytes(config)}
    for name, data in files.items():
        (run.model / name).write_bytes(data)
    listed = {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()}
    manifest = {"format": FORMAT, "format_version": FIRST_VERSION, "files": listed}
    (run.model / MANIFEST).write_text(json.dumps(manifest))


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two foxes and two frogs, read once for all tests."""
    place = tmp_path_factory.mktemp("animals")
    (place / "animals.zip").write_bytes(animals_zip())
    folder = place / new_identifier()
    import_source(place / "animals.zip", folder, name="animals")
    return folder


@pytest.fixture
def run(services: Services, imported: Path) -> RunDir:
    """Of two foxes, one surely taken for a frog; of two frogs, both known."""
    folder = services.workspace.person("me").datasets / imported.name
    shutil.copytree(imported, folder)
    dataset = open_dataset(folder)
    run = create_run(services.workspace.person("me").runs, RunConfig(), dataset.folder)
    with JournalWriter(run.journal) as journal:
        journal.append(Planned(plan={}))
    records = list(dataset.index.records)
    sure_of_frog = {"animals/fox/0.png": 0.15, "animals/fox/1.png": 0.9, "animals/frog/0.png": 0.8}
    frogs = np.array([sure_of_frog.get(record.path, 0.7) for record in records])
    answers = make_answers(
        KINDS, "validation", np.stack([1 - frogs, frogs], axis=1), [KINDS.index(one.label) for one in records],
        hashes=[one.sha256 for one in records], paths=[one.path for one in records], split="val",
    )  # fmt: skip
    write_answers(run.path / ANSWERS, answers)
    give_described_model(run)
    return run


def shown(client: TestClient, run: RunDir, name: str, **asked: Any) -> Any:
    answer = client.get(f"/thaw/runs/{run.id}/behind", params={"show": name, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_cell_gives_its_pictures_with_both_kinds_and_how_sure_it_was(client: TestClient, run: RunDir) -> None:
    found = shown(client, run, "cell:0:1")
    (one,) = found["pictures"]
    assert (one["path"], one["truth"], one["answer"]) == ("animals/fox/1.png", "fox", "frog")
    assert one["sure"] == pytest.approx(0.9)
    assert (found["total"], found["changes"]) == (1, {"corrected": 0, "added": 0})
    assert client.get(f"/thaw/datasets/{found['dataset']}/thumb/{one['sha256']}.jpg").status_code == 200
    surest = [one["path"] for one in shown(client, run, "all")["pictures"]]
    assert [one["path"] for one in shown(client, run, "all", order="unsure")["pictures"]] == surest[::-1]
    assert [one["path"] for one in shown(client, run, "all", **{"from": 1, "count": 2})["pictures"]] == surest[1:3]


def test_a_correction_is_told_with_the_picture_counted_and_undone(client: TestClient, run: RunDir) -> None:
    dataset = shown(client, run, "mistakes")["dataset"]

    def correct(**asked: Any) -> None:
        assert client.post(f"/thaw/datasets/{dataset}/correct", json=asked).status_code == 200

    correct(action="relabel", paths=["animals/fox/1.png"], label="frog")
    correct(action="leave_out", paths=["animals/frog/0.png"])
    found = shown(client, run, "all")
    by_path = {one["path"]: (one["now"], one["left_out"], one["gone"]) for one in found["pictures"]}
    assert by_path["animals/fox/1.png"] == ("frog", False, False)
    assert by_path["animals/frog/0.png"] == ("", True, False)
    assert by_path["animals/fox/0.png"] == ("", False, False)
    assert found["changes"] == {"corrected": 2, "added": 0}
    correct(action="undo")
    assert shown(client, run, "all")["changes"]["corrected"] == 1
    assert client.delete(f"/thaw/datasets/{dataset}").status_code < 500
    (run.dataset_folder / "dataset.json").unlink(missing_ok=True)
    assert {one["gone"] for one in shown(client, run, "all")["pictures"]} == {True}


def test_numbers_that_are_none_and_runs_without_answers_say_so(
    client: TestClient, run: RunDir, services: Services
) -> None:
    for name in ("", "cell:0:7", "../../etc", "suspects:1"):
        answer = client.get(f"/thaw/runs/{run.id}/behind", params={"show": name})
        assert (answer.status_code, answer.json()["message"]) == (404, "There are no such pictures.")
    old = new_run(services)
    answer = client.get(f"/thaw/runs/{old.id}/behind?show=all&lang=zh-CN")
    assert answer.status_code == 409
    assert "没有保存" in answer.json()["message"]


def test_the_class_that_must_not_be_missed_is_counted_and_kept_with_the_model(client: TestClient, run: RunDir) -> None:
    curve = client.get(f"/thaw/runs/{run.id}/missing?class=0").json()
    assert (curve["usual"][1][:2], curve["usual"][2][:2], curve["few"], curve["chosen"]) == ([1, 2], [0, 2], True, None)
    assert curve["points"][0][1][0] == 0  # misses none
    kept = client.post(f"/thaw/runs/{run.id}/decision", json={"class": 0, "at": 0})
    assert kept.json() == {"watched_class": "fox", "unsure_below": 0.0}
    decision = described(run.path).decision
    assert (decision.watched_class, decision.watched_from) == ("fox", curve["points"][0][0])
    assert client.get(f"/thaw/runs/{run.id}/missing?class=0").json()["chosen"] == 0
    place = len(client.get(f"/thaw/runs/{run.id}/doubt").json()["points"]) - 1
    both = client.post(f"/thaw/runs/{run.id}/decision", json={"doubt": place}).json()
    assert both["watched_class"] == "fox"
    assert both["unsure_below"] > 0
    back = client.post(f"/thaw/runs/{run.id}/decision", json={"class": 0, "at": None}).json()
    assert (back["watched_class"], back["unsure_below"]) == ("", both["unsure_below"])


def test_with_four_pictures_nobody_can_say_when_it_knows(client: TestClient, run: RunDir) -> None:
    told = client.get(f"/thaw/runs/{run.id}/doubt").json()
    assert not told["known"]
    assert "With 4 pictures to judge by" in told["problem"]


@pytest.mark.parametrize(
    "asked",
    [{"class": 9, "at": 0}, {"class": 0, "at": 99}, {"class": "fox", "at": 0}, {"doubt": -1}, {"doubt": True}, {}],
)
def test_places_that_are_none_change_nothing(client: TestClient, run: RunDir, asked: dict[str, Any]) -> None:
    before = (run.model / CONFIG).read_bytes()
    assert client.post(f"/thaw/runs/{run.id}/decision", json=asked).status_code == 400
    assert (run.model / CONFIG).read_bytes() == before
    assert client.get(f"/thaw/runs/{run.id}/missing?class=9").status_code == 400


def test_labels_that_were_found_right_are_not_asked_about_again(
    client: TestClient, run: RunDir, services: Services
) -> None:
    generator = np.random.default_rng(3)
    records = list(services.dataset("me", run.dataset_folder.name).index.records)
    labels = np.arange(60) % 2
    frogs = np.clip(labels + generator.normal(0, 0.05, 60), 0.02, 0.98)
    labels[0] = 1 - labels[0]  # the first picture's label is wrong, by all that the model knows
    hashes = [hashlib.sha256(bytes([n])).hexdigest() for n in range(60)]
    paths = [f"{n}.png" for n in range(60)]
    hashes[0], paths[0] = records[0].sha256, records[0].path
    labels[0] = KINDS.index(records[0].label)
    frogs[0] = 1 - labels[0]
    rows = np.stack([1 - frogs, frogs], axis=1)
    answers = make_answers(KINDS, "validation", rows, labels, hashes=hashes, paths=paths, split="val")
    write_answers(run.path / ANSWERS, answers)
    (one,) = shown(client, run, "suspects")["pictures"]
    assert (one["path"], one["sure"], one["kept"]) == (records[0].path, None, False)
    assert services.answers("me").suspects_left(run.id) == 1
    kept = client.post(f"/thaw/runs/{run.id}/labels", json={"sha256": [one["sha256"]]})
    assert kept.json() == {"left": 0}
    assert shown(client, run, "suspects")["pictures"][0]["kept"]
    back = client.post(f"/thaw/runs/{run.id}/labels", json={"sha256": [one["sha256"]], "right": False})
    assert back.json() == {"left": 1}
    for wrong in ({"sha256": ["../x"]}, {"sha256": "x"}, {}):
        assert client.post(f"/thaw/runs/{run.id}/labels", json=wrong).status_code == 400
    (run.path / "kept_labels.json").write_text("{torn")
    assert services.answers("me").suspects_left(run.id) == 1


def test_another_persons_run_is_none(settings: Settings, assistant: FakeAssistant, run: RunDir) -> None:
    shared = replace(settings, host="0.0.0.0", shared=True)
    with TestClient(routes_app(shared, Services(shared, assistant)), base_url=HOST) as stranger:
        stranger.get("/")
        for path in ("behind?show=all", "missing?class=0", "doubt"):
            assert stranger.get(f"/thaw/runs/{run.id}/{path}").status_code == 404
        told = stranger.post(f"/thaw/runs/{run.id}/decision", json={"doubt": 0})
        assert told.status_code == 404


def test_a_temperature_makes_it_as_sure_as_it_is_right_or_says_that_nobody_knows(
    services: Services, run: RunDir
) -> None:
    with pytest.raises(RunError, match="With 4 pictures to judge by"):
        services.answers("me").use_temperature(run.id)
    generator = np.random.default_rng(1)
    labels = generator.integers(0, 2, size=80)
    answered = np.where(generator.random(80) < 0.75, labels, 1 - labels)
    frogs = 0.5 + (answered - 0.5) * generator.uniform(0.95, 0.99, size=80)  # far too sure
    hashes = [hashlib.sha256(bytes([n])).hexdigest() for n in range(80)]
    answers = make_answers(KINDS, "validation", np.stack([1 - frogs, frogs], axis=1), labels, hashes=hashes,
                           paths=[f"{n}.png" for n in range(80)], split="val")  # fmt: skip
    write_answers(run.path / ANSWERS, answers)
    services.answers("me").doubt(run.id, 1)
    services.answers("me").use_temperature(run.id)
    config = described(run.path)
    assert config.temperature > 2
    assert config.decision.is_usual
    assert dataclasses.astuple(services.answers("me").book(run.id).decision) == (0.0, "", 0.0)
