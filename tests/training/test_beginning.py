"""What a training begins with: an earlier run as backbone for other classes, in a chain; a file; chance."""

from __future__ import annotations

from pathlib import Path

import pytest
import safetensors.torch
import torch

from tests.export.models import CLASSES, save_small_model
from tl_core.backbones.build import build_network
from tl_core.backbones.stages import stage_network
from tl_core.config import RunConfig
from tl_core.errors import BundleError, ConfigError, RunError, WeightsError
from tl_core.export.bundle import open_model, save_model
from tl_core.export.model_config import ModelConfig
from tl_core.export.packing import zip_model
from tl_core.training.beginning import begin, is_here


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """The folder of a run that ended, with its model."""
    run = tmp_path / "runs" / "earlier"
    run.mkdir(parents=True)
    save_small_model(run / "model", origin=({"from": "pretrained", "backbone": "somebody's"},))
    return run


def test_an_earlier_model_becomes_the_backbone_for_other_classes(earlier: Path) -> None:
    config, weights = open_model(earlier / "model")
    network = begin(RunConfig(start=str(earlier)), 7)
    head = network.module.get_submodule(network.classifier)
    assert isinstance(head, torch.nn.Linear)
    assert head.out_features == 7
    for name, tensor in network.module.state_dict().items():
        assert name.startswith(f"{network.classifier}.") or torch.equal(tensor, weights[name]), name
    assert network.name == config.backbone
    assert network.preprocessing == config.preprocessing
    assert stage_network(network).stages[-1].output_shape == (7,)


def test_the_chain_of_what_was_learned_before_grows_with_every_transfer(earlier: Path, tmp_path: Path) -> None:
    network = begin(RunConfig(start=str(earlier)), 2)
    assert [step["from"] for step in network.origin] == ["pretrained", "run"]
    assert network.origin[1] == {
        "from": "run", "run": "earlier", "backbone": network.name, "classes": list(CLASSES),
    }  # fmt: skip
    kept = ModelConfig(network.name, ("cat", "dog"), network.preprocessing, origin=network.origin)
    save_model(tmp_path / "second", network.module, kept)
    third = begin(RunConfig(start=str(tmp_path / "second")), 3)
    assert [step.get("classes", "none") for step in third.origin] == ["none", list(CLASSES), ["cat", "dog"]]


def test_a_bundle_can_be_begun_with_as_well(earlier: Path, tmp_path: Path) -> None:
    zip_model(earlier / "model", tmp_path / "bundle.zip")
    network = begin(RunConfig(start=str(tmp_path / "bundle.zip")), 2)
    assert network.origin[-1]["run"] == "bundle.zip"


def test_another_picture_size_is_taken_where_the_weights_allow_it(earlier: Path) -> None:
    network = begin(RunConfig(start=str(earlier), image_size=96), 2)
    assert network.preprocessing.image_size == 96


def test_the_new_head_hangs_on_the_seed_alone(earlier: Path) -> None:
    heads = [begin(RunConfig(start=str(earlier), seed=seed), 2).module.state_dict() for seed in (1, 1, 2)]
    name = next(name for name in heads[0] if name.endswith("fc.weight"))
    assert torch.equal(heads[0][name], heads[1][name])
    assert not torch.equal(heads[0][name], heads[2][name])


def test_a_run_without_a_model_and_a_model_that_is_damaged_are_said(earlier: Path, tmp_path: Path) -> None:
    (tmp_path / "running").mkdir()
    (tmp_path / "running" / "events.jsonl").touch()
    with pytest.raises(RunError, match="The run 'running' has no model"):
        begin(RunConfig(start=str(tmp_path / "running")), 2)
    weights = earlier / "model" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(BundleError, match="changed or damaged"):
        begin(RunConfig(start=str(earlier)), 2)


def test_ones_own_file_is_begun_with_and_remembered(tmp_path: Path) -> None:
    made = build_network("thaw/cnn_28", 4, pretrained=False)
    safetensors.torch.save_file(made.module.state_dict(), tmp_path / "mine.safetensors")
    network = begin(RunConfig(backbone="thaw/cnn_28", weights=str(tmp_path / "mine.safetensors")), 2)
    assert network.told == ("The head of 'mine.safetensors' answers 4 other classes and was left out.",)
    assert network.origin == ({"from": "weights", "file": "mine.safetensors", "backbone": "thaw/cnn_28"},)


def test_a_file_and_a_run_at_once_are_refused(earlier: Path) -> None:
    with pytest.raises(ConfigError, match="only one can be begun with"):
        begin(RunConfig(start=str(earlier), weights="mine.safetensors"), 2)


def test_a_network_that_nobody_trained_begins_from_scratch_or_from_a_run_alone() -> None:
    config = RunConfig(backbone="thaw/cnn_28")
    assert is_here(config)
    with pytest.raises(WeightsError, match="'thaw/cnn_28' has no pretrained weights") as told:
        begin(config, 2)
    assert told.value.hint == "Start from an earlier run, or start from scratch (the setting 'start')."
    assert begin(RunConfig(backbone="thaw/cnn_28", start="scratch"), 2).origin[0]["from"] == "scratch"
