"""`evaluate` from the command line: on the test split or on everything, classes by name, honest about what was seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.evaluation.pictures import write_picture
from tests.export.models import save_small_model, small_bundle
from tl_core.__main__ import main
from tl_core.data.dataset import import_source
from tl_core.data.splits import assign_splits, write_split_csv
from tl_core.evaluation.scores import RunResult


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_bundle(tmp_path_factory.mktemp("bundle"))


def write_classes(root: Path, classes: dict[str, int], seed: int = 0) -> None:
    for name, count in classes.items():
        for number in range(count):
            seed += 1
            write_picture(root / name / f"{number}.png", seed)


def evaluate(tmp_path: Path, *words: object) -> int:
    return main(["--workspace", str(tmp_path / "workspace"), "evaluate", *(str(word) for word in words)])


def test_the_result_is_what_predict_says_counted_by_hand(bundle, tmp_path, capsys):
    write_classes(tmp_path / "data", {"tulip": 4, "daisy": 3})
    assert evaluate(tmp_path, bundle, tmp_path / "data", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    main(["predict", str(bundle), str(tmp_path / "data"), "--json"])
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    correct = sum(Path(answer["path"]).parent.name == answer["class"] for answer in answers)
    assert (result["kind"], result["measured_on"], result["images"], result["correct"]) == (
        "result",
        "test",
        7,
        correct,
    )
    assert result["classes"] == ["daisy", "tulip", "violet"]  # the model's order, not the data's
    assert [sum(row) for row in result["confusion"]] == [3, 4, 0]
    assert (result["baseline_class"], result["seen_in_training"], result["skipped"]) == ("tulip", None, [])
    assert RunResult.from_dict(result).images == 7


def test_a_test_split_alone_is_measured_where_the_data_brings_one(bundle, tmp_path, capsys):
    write_classes(tmp_path / "data" / "train", {"tulip": 3, "daisy": 3})
    write_classes(tmp_path / "data" / "test", {"daisy": 2}, seed=50)
    assert evaluate(tmp_path, bundle, tmp_path / "data") == 0
    told = capsys.readouterr()
    assert " of 2 new pictures (" in told.out
    assert 'Always saying "daisy" would give 100 %.' in told.out
    assert "'data' brings a test split: measured on that alone." in told.err


def test_classes_meet_by_name_whatever_their_letter_case(bundle, tmp_path, capsys):
    write_classes(tmp_path / "data", {"VIOLET": 2, "Daisy": 2})
    assert evaluate(tmp_path, bundle, tmp_path / "data", "--json") == 0
    assert [sum(row) for row in json.loads(capsys.readouterr().out)["confusion"]] == [2, 0, 2]


def test_classes_that_the_model_does_not_know_are_all_named(bundle, tmp_path, capsys):
    write_classes(tmp_path / "data", {"rose": 1, "daisy": 1, "cactus": 1})
    assert evaluate(tmp_path, bundle, tmp_path / "data") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert (
        "The model does not know these classes: 'cactus' and 'rose'.\nIt knows: 'daisy', 'tulip' and 'violet'."
        in told.err
    )


def test_pictures_that_the_run_was_trained_with_are_counted_and_told(tmp_path, capsys):
    write_classes(tmp_path / "data", {"tulip": 3, "daisy": 3, "violet": 2})
    run = tmp_path / "run"
    save_small_model(run / "model")
    dataset = import_source(tmp_path / "data", tmp_path / "imported")
    write_split_csv(assign_splits(dataset.index, validation_share=0.3, seed=0), run / "split.csv")
    write_picture(tmp_path / "data" / "tulip" / "new.png", 99)
    assert evaluate(tmp_path, run, tmp_path / "data", "--json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["seen_in_training"] == 8
    assert "8 of these pictures were used in training, so this number flatters the model." in told.err


def test_a_model_or_data_that_is_not_there_is_told(bundle, tmp_path, capsys):
    assert evaluate(tmp_path, bundle, tmp_path / "no data") == 2
    assert "no data" in capsys.readouterr().err
    write_classes(tmp_path / "data", {"tulip": 1, "daisy": 1})
    assert evaluate(tmp_path, tmp_path / "no model", tmp_path / "data") == 2
    assert f"There is no model at '{tmp_path / 'no model'}'." in capsys.readouterr().err
    assert not list((tmp_path / "workspace").glob("people/me/datasets/*"))
