"""The self-test: a right file passes, and each way in which an export goes wrong is caught, in a fresh process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pytest
import safetensors.torch
import torch
from PIL import Image

from tests.export.models import CLASSES, edit_json, edited, small_config, small_network
from tl_core.data.decoder import DecoderPool
from tl_core.errors import BundleError
from tl_core.evaluation.predictor import Predictor
from tl_core.export.bundle import open_model, save_model
from tl_core.export.checking import Scores, check_bundle, check_onnx, check_program, check_thaw, compared
from tl_core.export.manifest import CONFIG, ONNX, PREDICT, WEIGHTS
from tl_core.export.model_config import ModelConfig
from tl_core.export.onnx_file import onnx_bytes, script_bytes
from tl_core.export.packing import zip_model
from tl_core.export.torch_file import torch_bytes
from tl_core.export.whole_model import whole_program
from tl_core.jobs.exporting import about


@dataclass(frozen=True)
class Made:
    """A model with everything that an export makes of it, and its answers to a few pictures."""

    config: ModelConfig
    folder: Path
    bundle: Path
    onnx: bytes
    program: Path
    pictures: tuple[Path, ...]
    expected: tuple[Scores, ...]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    network = small_network()
    config = small_config(network, temperature=1.3)
    save_model(folder / "model", network.module, config)
    numbers = np.random.default_rng(0)
    paths = tuple(folder / f"{number}.png" for number in range(4))
    for path in paths:
        Image.fromarray(numbers.integers(0, 256, (90, 131, 3), dtype=np.uint8)).save(path)
    with DecoderPool(children=1) as pool:
        answers = Predictor(config, network.module, "cpu").predict(paths, pool)
        expected = tuple(answer.scores for answer in answers)
    program = whole_program(network.module, config)
    data = onnx_bytes(program, about(config))
    (folder / "program.pt2").write_bytes(torch_bytes(program, about(config)))
    zip_model(folder / "model", folder / "bundle.zip", more={ONNX: data, PREDICT: script_bytes()})
    return Made(config, folder, folder / "bundle.zip", data, folder / "program.pt2", paths, expected)


def test_a_right_bundle_passes_as_thaw_opens_it_and_as_its_own_script_runs_it(made: Made):
    checks = check_bundle(made.bundle, made.pictures, made.expected)
    assert [(check.what, check.pictures) for check in checks] == [("model.safetensors", 4), ("model.onnx", 4)]
    assert max(check.largest for check in checks) < 1e-5


@pytest.mark.long
def test_a_right_torch_program_passes_and_a_cut_one_does_not(made: Made, tmp_path: Path):
    assert check_program(made.program, made.pictures, made.expected).largest < 1e-5
    (tmp_path / "cut.pt2").write_bytes(made.program.read_bytes()[:5000])
    with pytest.raises(BundleError, match="The torch program failed its check: it does not open in a fresh process"):
        check_program(tmp_path / "cut.pt2", made.pictures, made.expected)


def said_otherwise(data: bytes, made: Made, script: bytes) -> None:
    with pytest.raises(BundleError, match=r"model.onnx failed its check: on picture \d of 4 it gives '.*' 0\.\d+, the"):
        check_onnx(data, script, made.pictures, made.expected)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("upright_rgb(image))})", "upright_rgb(image))[:, :, ::-1].copy()})"),
        ("upright_rgb(image))})", "upright_rgb(image).resize((64, 64)))})"),
    ],
    ids=["swapped channels", "another resize"],
)
def test_a_script_that_shows_the_network_another_picture_is_caught(made: Made, right: str, wrong: str):
    text = script_bytes().decode()
    assert right in text
    said_otherwise(made.onnx, made, text.replace(right, wrong).encode())


def test_a_cut_onnx_file_is_caught(made: Made):
    with pytest.raises(BundleError, match=r"model.onnx failed its check: it does not open in a fresh process"):
        check_onnx(made.onnx[: len(made.onnx) // 2], script_bytes(), made.pictures, made.expected)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (CLASSES[::-1], r"on picture \d of 4 it gives"),
        (("daisy", "tulip", "rose"), "it names other classes than the run"),
    ],
)
def test_a_class_list_edited_in_the_onnx_file_is_caught(made: Made, classes: tuple[str, ...], message: str):
    model = onnx.load_from_string(made.onnx)
    (told,) = model.metadata_props
    told.value = json.dumps({**json.loads(told.value), "classes": classes})
    with pytest.raises(BundleError, match=f"model.onnx failed its check: {message}"):
        check_onnx(model.SerializeToString(), script_bytes(), made.pictures, made.expected)


def stale(files: dict[str, bytes]) -> None:
    weights = safetensors.torch.load(files[WEIGHTS])
    means = {name: torch.zeros_like(value) for name, value in weights.items() if name.endswith("running_mean")}
    files[WEIGHTS] = safetensors.torch.save({**weights, **means}, {"format": "pt"})


@pytest.mark.parametrize(
    "change", [stale, edit_json(CONFIG, classes=CLASSES[::-1])], ids=["stale batch norms", "class list"]
)
def test_a_bundle_whose_hashes_fit_again_is_caught_by_its_answers(
    made: Made, change: Callable[[dict[str, bytes]], None]
):
    path = edited(made.bundle, change, renew_manifest=True)
    with pytest.raises(BundleError, match=r"model.safetensors failed its check: on picture \d of 4 it gives"):
        check_thaw(path, made.pictures, made.expected)


def test_a_cut_bundle_and_one_edited_by_hand_are_refused_before_anything_runs(made: Made, tmp_path: Path):
    (tmp_path / "cut.zip").write_bytes(made.bundle.read_bytes()[:-100])
    with pytest.raises(BundleError, match=r"'cut.zip' is damaged"):
        check_bundle(tmp_path / "cut.zip", made.pictures, made.expected)
    path = edited(made.bundle, edit_json(CONFIG, classes=CLASSES[::-1]))
    with pytest.raises(BundleError, match=r"'config.json' in the model 'edited.zip' was changed or damaged"):
        open_model(path)


def test_a_picture_that_was_not_read_and_a_number_that_is_none_are_no_agreement():
    with pytest.raises(BundleError, match=r"The file failed its check: 1 of 2 pictures were read"):
        compared("The file", [{"a": 1.0}], [{"a": 1.0}, {"a": 1.0}])
    with pytest.raises(BundleError, match=r"on picture 1 of 1 it gives 'a' nan, the run 1.0000"):
        compared("The file", [{"a": float("nan")}], [{"a": 1.0}])


def test_a_network_that_is_too_large_for_one_file_is_told_before_the_work(made: Made):
    program = torch.export.export(torch.nn.Linear(8, 8), (torch.zeros(1, 8),))
    with pytest.raises(
        BundleError, match=r"takes 0\.0 GB; one ONNX file holds at most 0\.0. Take the bundle without it"
    ):
        onnx_bytes(program, {}, largest=100)


def test_the_onnx_file_says_what_it_means_and_not_on_whose_machine_it_was_made(made: Made):
    model = onnx.load_from_string(made.onnx)
    onnx.checker.check_model(model)
    (picture,), (answer,) = model.graph.input, model.graph.output
    assert (picture.name, picture.type.tensor_type.elem_type) == ("picture", onnx.TensorProto.UINT8)
    assert [side.dim_param or side.dim_value for side in picture.type.tensor_type.shape.dim] == ["height", "width", 3]
    assert answer.name == "probabilities"
    assert json.loads(model.metadata_props[0].value)["classes"] == list(CLASSES)
    assert str(Path(__file__).parents[2]).encode() not in made.onnx
    assert b"site-packages" not in made.onnx
