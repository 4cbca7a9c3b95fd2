"""Questions about a trained run, as the assistant answers them, with the network that came with Thaw."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.evaluation.pictures import DecoderHere
from tests.jobs.jobs_for_tests import wait_until
from tests.ui.test_said import in_chinese
from tl_core.config import RunConfig
from tl_core.data.dataset import import_source, open_dataset
from tl_core.errors import RunError
from tl_core.evaluation.advice import advice
from tl_core.evaluation.answers import ANSWERS, LEFT_OUT, read_answers
from tl_core.evaluation.predictor import Predictor
from tl_core.evaluation.sturdiness import CHANGES
from tl_core.evaluation.suspects import suspects
from tl_core.export.adjusting import adjust_model
from tl_core.export.decision import Decision
from tl_core.export.described import weights_hash
from tl_core.jobs.background import Background
from tl_core.jobs.insight_work import spread
from tl_core.jobs.insights import Insights
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.kept_insights import read_insight, write_insight
from tl_core.jobs.rundir import RunDir, create_run
from tl_core.jobs.understood import evidence_for, known_of
from tl_core.jobs.workspace import Workspace, new_identifier
from tl_core.training.session import run_training

TRAIN, VAL = 14, 8  # of each kind
KINDS = {"stripes": (1, 0), "pillars": (0, 1), "checks": (1, 1)}


def write_kinds(folder: Path, counts: dict[str, int]) -> Path:
    """Noisy stripes, pillars and checks of many colours, on both sides of a split."""
    generator = np.random.default_rng(0)
    for side, count in counts.items():
        for name, (down, across) in KINDS.items():
            (folder / side / name).mkdir(parents=True)
            for number in range(count):
                rows, columns = np.mgrid[:64, :64] // generator.integers(4, 9)
                pattern = (rows * down + columns * across) % 2
                colours = generator.integers(0, 256, size=(2, 3))
                pixels = colours[pattern] + generator.normal(0, 25, (64, 64, 3))
                Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(folder / side / name / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("workspace"))


def trained(workspace: Workspace, pictures: Path, **choices: Any) -> RunDir:
    person = workspace.person()
    dataset = import_source(pictures, person.datasets / new_identifier())
    config = RunConfig.from_dict({"backbone": "tf_efficientnet_lite0", "image_size": 64, **choices})
    run = create_run(person.runs, config, dataset.folder)
    events = run_training(
        run.config, dataset, run.path, workspace.cache, should_stop=lambda: False, clock=time.monotonic
    )
    with JournalWriter(run.journal) as journal:
        for event in events:
            journal.append(event)
    return run


@pytest.fixture(scope="module")
def run(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    return trained(workspace, write_kinds(tmp_path_factory.mktemp("pictures") / "kinds", {"train": TRAIN, "val": VAL}))


def insights_in(workspace: Workspace) -> tuple[Insights, Background]:
    one_at_a_time = threading.Lock()
    background = Background(one_at_a_time)
    model = Predictor.open
    return Insights(
        workspace.cache, background, DecoderHere(), one_at_a_time, lambda path: model(Path(path))
    ), background


@pytest.fixture(scope="module")
def insights(workspace: Workspace) -> Iterator[Insights]:
    asked, background = insights_in(workspace)
    yield asked
    background.close()


def answered(insights: Insights, run: RunDir, name: str) -> dict[str, Any]:
    request = {"run": str(run.path), "name": name}
    return wait_until(
        lambda: (answer := insights.insight(request))["state"] in ("done", "stopped", "failed") and answer, seconds=300
    )


def test_a_learning_curve_is_polled_kept_with_the_run_and_there_at_once_afterwards(
    workspace: Workspace, run: RunDir, insights: Insights
) -> None:
    assert insights.insight({"run": str(run.path), "name": "learning_curve"})["state"] == "waiting"
    found = answered(insights, run, "learning_curve")
    assert found["state"] == "done", found
    assert found["curve"]["classes"] == sorted(KINDS)
    assert found["curve"]["judged"] == 3 * (TRAIN + VAL)
    in_chinese(found["curve"]["told"])
    assert read_insight(run.path, "learning_curve", weights_hash(run.path)) == {"curve": found["curve"]}
    other, background = insights_in(workspace)
    assert other.insight({"run": str(run.path), "name": "learning_curve"}) == found
    background.close()


def test_sturdiness_asks_about_every_change(run: RunDir, insights: Insights) -> None:
    found = answered(insights, run, "sturdiness")
    assert [changed["change"] for changed in found["changes"]] == list(CHANGES)
    assert {changed["pictures"] for changed in found["changes"]} == {3 * VAL}
    in_chinese(found["told"])


def test_every_class_has_a_mean_map_of_where_it_is_seen(run: RunDir, insights: Insights) -> None:
    found = answered(insights, run, "looks")
    assert found["classes"].keys() <= KINDS.keys()
    assert found["classes"]
    for looked in found["classes"].values():
        assert looked["map"]["width"] == looked["map"]["height"] == 2
        assert 1 <= looked["pictures"] <= 12


def test_a_run_that_kept_no_answers_is_asked_again(run: RunDir, insights: Insights) -> None:
    before = read_answers(run.path / ANSWERS)
    (run.path / ANSWERS).unlink()
    assert answered(insights, run, "answers") == {"state": "done", "pictures": 3 * VAL}
    again = read_answers(run.path / ANSWERS)
    order = [again.hashes.index(content) for content in before.hashes]
    assert np.abs(again.probabilities[order] - before.probabilities).max() <= 1e-4
    assert again.rows(np.array(order)).paths == before.paths
    assert (again.weights, again.measured_on) == (before.weights, "validation")


def test_a_heat_map_is_of_the_class_that_was_asked_about(run: RunDir, insights: Insights, tmp_path: Path) -> None:
    picture = write_kinds(tmp_path, {"one": 1}) / "one" / "stripes" / "0.png"
    request = {"model": str(run.path), "picture": str(picture)}
    found = insights.why(request)
    assert found["class"] == next(iter(Predictor.open(run.path).predict([picture], DecoderHere()))).label
    maps = [insights.why({**request, "class": name})["map"]["pixels"] for name in KINDS]
    assert found["map"]["pixels"] in maps
    assert len(set(maps)) > 1  # where no place speaks for a class, its map is empty
    assert 0.5 < found["covers"] <= 1
    with pytest.raises(RunError, match=r"The model does not know the class 'rose'\. Choose one of its classes"):
        insights.why({**request, "class": "rose"})


def test_the_training_pictures_most_like_one_are_named_and_noise_is_unlike_all(
    run: RunDir, insights: Insights, tmp_path: Path
) -> None:
    answers = read_answers(run.path / LEFT_OUT)
    dataset = open_dataset(run.dataset_folder)
    record = next(record for record in dataset.index.records if record.sha256 == answers.hashes[5])
    request = {"run": str(run.path), "picture": str(dataset.path_of(record)), "count": 3}
    found = wait_until(
        lambda: (answer := insights.alike(request))["state"] in ("done", "failed") and answer, seconds=300
    )
    assert found["state"] == "done", found
    assert [len(found["alike"]), found["alike"][0]["path"]] == [3, answers.paths[5]]
    assert found["alike"][0]["likeness"] == pytest.approx(1.0, abs=0.02)
    assert found["alike"][0]["class"] == answers.classes[answers.labels[5]]
    assert found["is_unlike"] is False
    Image.effect_mandelbrot((64, 64), (-2, -1, 1, 1), 50).convert("RGB").save(tmp_path / "other.png")
    other = insights.alike({**request, "picture": str(tmp_path / "other.png")})
    assert other["distance"] > found["distance"]
    assert other["is_unlike"] is True


def test_advice_rests_on_all_that_was_found_out(run: RunDir, insights: Insights) -> None:
    for name in ("learning_curve", "sturdiness", "looks"):
        answered(insights, run, name)
    answers = read_answers(run.path / ANSWERS)
    known = known_of(run, answers, suspects(answers, read_answers(run.path / LEFT_OUT)))
    assert [changed.change for changed in known.changes] == list(CHANGES)
    assert known.more_pictures in ("helps", "hardly", "unknown")
    assert known.temperature is not None
    assert known.settings["image_size"] == 64
    found = advice(known)
    assert len(found) == 3
    for one in found:
        in_chinese(one.told)
    adjust_model(run.path, temperature=3.0, decision=Decision(unsure_below=0.2))
    changed = known_of(run, answers, suspects(answers))
    assert changed.temperature is None  # one is set already
    assert changed.changes == known.changes  # found of these weights, which are the same
    adjust_model(run.path, temperature=1.0, decision=Decision())


def test_a_class_of_few_measured_pictures_is_judged_on_the_training_pictures_too(run: RunDir) -> None:
    assert len(evidence_for(run, "stripes")) == 3 * (TRAIN + VAL)  # so few were measured
    assert evidence_for(run, "stripes").measured_on == "cross-validation"


def test_a_run_measured_in_folds_has_nothing_to_ask_again(workspace: Workspace, tmp_path: Path) -> None:
    run = trained(workspace, write_kinds(tmp_path / "kinds", {"": 12}))
    assert read_answers(run.path / ANSWERS).folds.shape == (36, 3)
    assert len(evidence_for(run, "checks")) == 36
    (run.path / ANSWERS).unlink()
    insights, background = insights_in(workspace)
    found = answered(insights, run, "answers")
    background.close()
    assert found["state"] == "failed"
    assert found["message"].startswith("This run kept no answers to its pictures, and none were set aside")
    in_chinese(found["message"])


def test_what_nobody_knows_is_not_asked(run: RunDir, insights: Insights) -> None:
    with pytest.raises(RunError, match=r"There is no insight '\.\./x'\. Ask for one of learning_curve, sturdiness"):
        insights.insight({"run": str(run.path), "name": "../x"})


def test_what_was_found_of_other_weights_or_is_damaged_is_not_shown(tmp_path: Path) -> None:
    write_insight(tmp_path, "looks", "a", {"classes": {}})
    assert read_insight(tmp_path, "looks", "a") == {"classes": {}}
    assert read_insight(tmp_path, "looks", "b") is None
    assert read_insight(tmp_path, "sturdiness", "a") is None
    for text in ("{", "[]", '{"weights": "a", "version": 1, "found": 3}'):
        (tmp_path / "insights" / "looks.json").write_text(text)
        assert read_insight(tmp_path, "looks", "a") is None


def test_pictures_are_chosen_evenly_and_always_the_same() -> None:
    labels = np.array([0] * 900 + [1] * 40 + [2] * 3)
    chosen = spread(labels, 100)
    assert np.bincount(labels[chosen]).tolist() == [57, 40, 3]
    assert np.array_equal(chosen, spread(labels, 100))
    assert np.array_equal(spread(labels, 5000), np.arange(943))
