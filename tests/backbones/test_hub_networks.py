"""Networks of any repository of the hub: built from what it plainly says of itself; nothing else is followed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import timm
import torch
from huggingface_hub import constants

from tests.backbones.weights_server import Behaviour, weights_server
from tl_core.backbones.build import build_network
from tl_core.errors import WeightsError

NAME = "hf-hub:somebody/their-network"
FOLDER = "/somebody/their-network/resolve/main"
PLAIN: dict[str, Any] = {
    "architecture": "test_resnet",
    "num_classes": 4,
    "pretrained_cfg": {
        "num_classes": 4, "input_size": [3, 96, 96], "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6],
        "crop_pct": 0.8, "interpolation": "bilinear",
    },
}  # fmt: skip


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Behaviour]:
    made = timm.create_model("test_resnet", pretrained=False, num_classes=4)
    files = {f"{FOLDER}/model.safetensors": safetensors.torch.save(made.state_dict())}
    with weights_server(files) as (url, behaviour):
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")
        yield behaviour


def says(hub: Behaviour, values: Any) -> None:
    hub.files[f"{FOLDER}/config.json"] = values if isinstance(values, bytes) else json.dumps(values).encode()


def test_a_plain_repository_gives_its_network_its_weights_and_its_preprocessing(hub: Behaviour) -> None:
    says(hub, PLAIN)
    network = build_network(NAME, 2, pretrained=True)
    assert network.name == "test_resnet"  # a saved model is built again without the hub
    assert (network.preprocessing.image_size, network.preprocessing.resize_size) == (96, 120)
    assert (network.preprocessing.mean, network.preprocessing.interpolation) == ((0.1, 0.2, 0.3), "bilinear")
    theirs = safetensors.torch.load(hub.files[f"{FOLDER}/model.safetensors"])
    for name, tensor in network.module.state_dict().items():
        assert name.startswith(f"{network.classifier}.") or torch.equal(tensor, theirs[name]), name
    assert network.module.get_submodule(network.classifier).out_features == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"architecture": "their_own_code"}, "holds no network that timm knows"),
        ({"architecture": ["test_resnet"]}, "holds no network that timm knows"),
        ({"model_args": {"depth": 1000}}, "changes the architecture 'test_resnet', which Thaw does not follow"),
        ({"num_classes": "many"}, "number of classes in the config.json of 'hf-hub:somebody/their-network' is none"),
        ({"num_classes": 10**9}, "number of classes"),
        ({"pretrained_cfg": {**PLAIN["pretrained_cfg"], "input_size": [3, 10**6, 10**6]}}, "size or the normalisation"),
        ({"pretrained_cfg": {**PLAIN["pretrained_cfg"], "input_size": [12, 96, 96]}}, "size or the normalisation"),
        ({"pretrained_cfg": {**PLAIN["pretrained_cfg"], "std": [0.5, 0.0, 0.5]}}, "size or the normalisation"),
        ({"pretrained_cfg": {**PLAIN["pretrained_cfg"], "mean": ["a", "b", "c"]}}, "size or the normalisation"),
    ],
)
def test_a_strange_description_is_refused(hub: Behaviour, change: dict[str, Any], message: str) -> None:
    says(hub, {**PLAIN, **change})
    with pytest.raises(WeightsError, match=message):
        build_network(NAME, 2, pretrained=True)


@pytest.mark.parametrize("content", [b"[1, 2]", b"no json", b"\xff\xfe"])
def test_a_description_that_is_none_is_refused(hub: Behaviour, content: bytes) -> None:
    says(hub, content)
    with pytest.raises(WeightsError, match=r"The config.json of 'hf-hub:somebody/their-network'"):
        build_network(NAME, 2, pretrained=True)


def test_a_repository_that_is_not_there_is_said(hub: Behaviour) -> None:
    with pytest.raises(WeightsError, match="holds no weights of 'hf-hub:somebody/their-network' that can be read"):
        build_network(NAME, 2, pretrained=True)
