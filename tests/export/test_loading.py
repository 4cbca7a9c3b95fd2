"""From a bundle to a network: strictly, with the first differences in words."""

from __future__ import annotations

from pathlib import Path

import pytest
import safetensors.torch
import torch

from tests.export.models import edit_json, edited, save_small_model, small_bundle, small_config, small_network
from tl_core.errors import BundleError, RunError
from tl_core.export.bundle import save_model
from tl_core.export.described import model_path
from tl_core.export.loading import load_network
from tl_core.export.manifest import CONFIG, WEIGHTS


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_bundle(tmp_path_factory.mktemp("bundle"))


def with_weights(bundle: Path, **changes: torch.Tensor | None) -> Path:
    def change(files: dict[str, bytes]) -> None:
        weights = safetensors.torch.load(files[WEIGHTS])
        for name, value in changes.items():
            weights.pop(name.replace("__", "."), None)
            if value is not None:
                weights[name.replace("__", ".")] = value
        files[WEIGHTS] = safetensors.torch.save(weights)

    return edited(bundle, change, renew_manifest=True)


def test_a_bundle_becomes_a_network_in_eval_mode_with_its_weights(bundle: Path):
    config, network = load_network(bundle)
    assert not any(module.training for module in network.module.modules())
    assert network.classifier == "fc"
    assert network.preprocessing.image_size == config.preprocessing.image_size == 64


def test_a_network_that_asks_for_the_version_of_its_layout_opens_too(tmp_path: Path):
    network = small_network("torchvision/mnasnet0_5")
    save_model(tmp_path / "model", network.module, small_config(network))
    _, opened = load_network(tmp_path / "model")
    for name, value in network.module.state_dict().items():
        assert torch.equal(opened.module.state_dict()[name], value), name


def test_a_missing_an_extra_and_a_misshapen_tensor_are_listed(bundle: Path):
    path = with_weights(bundle, fc__bias=None, fc__scale=torch.ones(1), conv1__0__weight=torch.ones(2, 3))
    message = (
        r"The weights of the model 'edited.zip' do not fit test_resnet.r160_in1k: "
        r"'conv1.0.weight' is 2 x 3 instead of .* x 3 x 3 x 3; 'fc.bias' is missing; 'fc.scale' is too much. Export or"
    )
    with pytest.raises(BundleError, match=message):
        load_network(path)


def test_only_the_first_five_differences_are_listed(bundle: Path):
    path = edited(bundle, edit_json(CONFIG, backbone="test_vit.r160_in1k"), renew_manifest=True)
    with pytest.raises(BundleError, match=r"do not fit test_vit.r160_in1k: ([^;]*; ){5}and \d+ more\."):
        load_network(path)


@pytest.mark.parametrize(
    ("tensor", "kind"),
    [(torch.ones(3, dtype=torch.int64), "int64"), (torch.ones(3, dtype=torch.complex64), "complex64")],
)
def test_weights_of_another_kind_of_number_are_refused(bundle: Path, tensor: torch.Tensor, kind: str):
    with pytest.raises(BundleError, match=f"'fc.bias' holds {kind} instead of float32"):
        load_network(with_weights(bundle, fc__bias=tensor))


@pytest.mark.parametrize("classes", [["daisy", "tulip"], ["daisy", "tulip", "violet", "rose"]])
def test_a_class_list_of_another_length_than_the_head_is_told_as_such(bundle: Path, classes: list[str]):
    path = edited(bundle, edit_json(CONFIG, classes=classes), renew_manifest=True)
    message = (
        rf"'edited.zip' names {len(classes)} classes, but its network answers 3: the list of classes was changed by"
    )
    with pytest.raises(BundleError, match=message):
        load_network(path)


def test_a_backbone_that_nobody_knows_is_named(bundle: Path):
    path = edited(bundle, edit_json(CONFIG, backbone="resnet_of_tomorrow"), renew_manifest=True)
    with pytest.raises(BundleError, match=r"'edited.zip' needs the network 'resnet_of_tomorrow', which this Thaw"):
        load_network(path)


def test_a_runs_folder_stands_for_the_model_inside_it(tmp_path: Path):
    run = tmp_path / "run"
    save_small_model(run / "model")
    (run / "events.jsonl").touch()
    assert model_path(run) == run / "model"
    assert model_path(run / "model") == run / "model"


def test_a_model_folder_that_itself_lies_beside_a_folder_called_model_is_meant(tmp_path: Path):
    save_small_model(tmp_path / "mine")
    (tmp_path / "mine" / "model").mkdir()
    assert model_path(tmp_path / "mine") == tmp_path / "mine"


def test_a_run_without_a_model_is_told_from_a_damaged_model(tmp_path: Path):
    (tmp_path / "events.jsonl").touch()
    with pytest.raises(RunError, match=rf"The run '{tmp_path.name}' has no model. Wait until it has finished"):
        model_path(tmp_path)
