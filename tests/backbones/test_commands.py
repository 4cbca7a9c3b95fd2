"""`layers` and `backbones` as a script reads them."""

from __future__ import annotations

import json

import pytest

from tl_core.__main__ import main


def test_layers_prints_one_object_a_stage_and_the_head_last(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", "torchvision/resnet18", "--json"]) == 0
    stages = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [stage["name"] for stage in stages] == ["conv1", "layer1", "layer2", "layer3", "layer4", "head"]
    assert all(list(stage) == ["name", "title", "parameters", "share", "output_shape"] for stage in stages)
    assert sum(stage["parameters"] for stage in stages) == 11_689_512
    assert stages[1]["output_shape"] == [64, 56, 56]
    assert stages[-1]["output_shape"] == [1000]


def test_layers_for_people_is_a_table_with_a_total(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", "torchvision/resnet18"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:4] == ["conv1", "edges", "and", "colours"]
    assert lines[-1].split() == ["all", "11,689,512", "100%"]


def test_layers_of_an_unknown_network_asks_what_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", "torchvision/resnet19"]) == 2
    assert "There is no backbone called 'torchvision/resnet19'. Did you mean" in capsys.readouterr().err


def test_backbones_prints_the_records_and_whether_their_weights_are_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backbones", "--json"]) == 0
    records = {record["name"]: record for record in map(json.loads, capsys.readouterr().out.splitlines())}
    assert records["tf_efficientnet_lite0"]["here"] is True
    assert records["torchvision/resnet50"]["imagenet_top1"] == 80.86
    assert main(["backbones"]) == 0
    told = capsys.readouterr().out
    assert "came with Thaw (quick)" in told
    assert "--all lists all 1,9" in told


def test_backbones_are_searched_sorted_and_told_apart_by_what_is_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backbones", "--search", "efficientnet lite", "--sort", "parameters", "--here"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert names == ["tf_efficientnet_lite0", "tf_efficientnet_lite1", "tf_efficientnet_lite2"]
    assert main(["backbones", "--all", "--json", "--sort", "accuracy"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(records) > 1900
    assert records[0]["imagenet_top1"] >= records[1]["imagenet_top1"] > 85
    assert main(["backbones", "--search", "dinov2", "--sort", "gmacs"]) == 0
    told = capsys.readouterr().out
    assert "1,783 " in told  # the giant's work, in digits
    assert "e+" not in told
    assert main(["backbones", "--search", "nobody made this"]) == 0
    assert capsys.readouterr().out == "No network fits.\n"
