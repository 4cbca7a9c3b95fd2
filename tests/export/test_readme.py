"""The README inside a bundle: its snippet is run, its numbers are the model's, its architecture is the saved one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import timm
import torch
import torchvision
from PIL import Image
from torch import nn

from tests.export.models import CLASSES, save_small_model, small_config, small_network
from tl_core.backbones.build import build_network
from tl_core.data.decoder import DecoderPool
from tl_core.data.preprocessing import Preprocessing
from tl_core.evaluation.predictor import Predictor
from tl_core.evaluation.scores import score
from tl_core.export.build_code import build_lines
from tl_core.export.bundle import save_model
from tl_core.export.manifest import WEIGHTS
from tl_core.export.model_config import ModelConfig
from tl_core.export.readme import readme

Part = tuple[float, float, float, float]


def snippet_of(folder: Path) -> str:
    text = (folder / "README.md").read_text(encoding="utf-8")
    return text.split("```python\n")[1].split("```")[0]


@pytest.mark.parametrize(
    ("part", "views"),
    [
        (None, ("centre",)),
        ((0.05, 0.301, 0.75, 1.0), ("centre", "centre-mirrored", "top-left", "bottom-right-mirrored", "top-right")),
    ],
)
def test_the_snippet_run_as_it_stands_gives_thaws_own_probabilities(
    tmp_path: Path, part: Part | None, views: tuple[str, ...]
):
    how = replace(small_network().preprocessing, part=part)
    save_small_model(tmp_path / "model", temperature=1.7, preprocessing=how, views=views)
    pixels = np.random.default_rng(0).integers(0, 256, size=(90, 131, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((262, 180)).save(tmp_path / "picture.png")
    (tmp_path / "classify.py").write_text(snippet_of(tmp_path / "model"), encoding="utf-8")
    command = [sys.executable, str(tmp_path / "classify.py"), str(tmp_path / "picture.png")]
    done = subprocess.run(command, cwd=tmp_path / "model", capture_output=True, text=True, check=True)
    said = dict(line.split(": ") for line in done.stdout.splitlines())
    with DecoderPool(children=1) as pool:
        (answer,) = Predictor.open(tmp_path / "model", device="cpu").predict([tmp_path / "picture.png"], pool)
    assert list(said) == list(CLASSES)
    assert {name: float(text) for name, text in said.items()} == pytest.approx(answer.scores, abs=1e-4)


@pytest.mark.parametrize(
    ("backbone", "image_size"),
    [
        ("test_resnet.r160_in1k", 64),
        ("test_vit.r160_in1k", 96),
        ("torchvision/shufflenet_v2_x0_5", 64),
    ],
)
def test_the_weights_load_strictly_in_plain_timm_or_torchvision(tmp_path: Path, backbone: str, image_size: int):
    network = build_network(backbone, 3, pretrained=False, image_size=image_size)
    save_model(tmp_path / "model", network.module, small_config(network))
    lines = build_lines(small_config(network), network.module)
    assert lines in snippet_of(tmp_path / "model")
    model = built(lines).eval()
    model.load_state_dict(safetensors.torch.load_file(tmp_path / "model" / WEIGHTS), strict=True)
    picture = torch.randn(1, 3, image_size, image_size, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert torch.allclose(model(picture), network.module(picture), atol=1e-6)


@pytest.mark.parametrize(
    ("backbone", "image_size"),
    [
        ("tf_efficientnet_lite0", 192),
        ("vit_small_patch14_dinov2.lvd142m", 224),
        ("swin_tiny_patch4_window7_224", 160),
        ("torchvision/mobilenet_v3_small", 224),
        ("torchvision/vit_b_16", 96),
        ("torchvision/googlenet", 224),
        ("torchvision/inception_v3", 299),
        ("torchvision/maxvit_t", 224),
        ("torchvision/squeezenet1_0", 224),
        ("thaw/mlp_28", 32),
        ("thaw/cnn_28", 28),
    ],
)
def test_the_snippets_architecture_has_the_saved_tensors_in_every_family(backbone: str, image_size: int):
    with torch.device("meta"):  # shapes alone, no memory and no time
        network = build_network(backbone, 3, pretrained=False, image_size=image_size)
        model = built(build_lines(small_config(network), network.module))
    assert shapes(model) == shapes(network.module)


def built(lines: str) -> nn.Module:
    names: dict[str, Any] = {"timm": timm, "torchvision": torchvision, "torch": torch}
    exec(lines, names)
    model: nn.Module = names["model"]
    return model


def shapes(module: nn.Module) -> dict[str, torch.Size]:
    return {name: value.shape for name, value in module.state_dict().items()}


def test_the_readme_says_how_good_the_model_was_and_where_that_was_measured():
    labels = [0, 0, 1, 1, 1]
    result = score(np.eye(3)[[0, 0, 1, 1, 0]], labels, CLASSES, "validation").to_dict()
    network = small_network()
    text = readme(small_config(network, result=result), "model = None")
    assert "It was right on 4 of 5 pictures (80.0%),\nmeasured on the pictures set aside for validation." in text
    assert "likely between 38% and 96%. Always answering `tulip` would have given 60.0%." in text
    assert "python -m tl_core predict BUNDLE.zip pictures/" in text


def test_a_model_that_was_not_measured_says_so():
    assert "How good it is was not measured." in readme(small_config(small_network()), "model = None")


def test_many_classes_are_cut_short_and_no_name_breaks_the_page():
    preprocessing = Preprocessing(64, 64, "bilinear", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    classes = ("`{0}` <b>", *(f"kind {number}" for number in range(1, 2000)))
    text = readme(ModelConfig("resnet18", classes, preprocessing), "model = None")
    assert "- `'{0}' <b>`" in text
    assert "- and 1,950 more: see `classes.txt`" in text
