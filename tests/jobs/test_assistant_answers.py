"""What a real assistant answers, in a process of its own: the same as the commands, and errors of the same kinds."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
from PIL import Image

from tests.export.models import CLASSES, save_small_model, small_network
from tests.jobs.jobs_for_tests import assistant_has_ended, wait_until
from tl_core.backbones.build import build_network
from tl_core.data.decoder import DecoderPool
from tl_core.data.index import ImageRecord
from tl_core.errors import ConfigError, DataError, RunError, WeightsError
from tl_core.evaluation.measuring import measure
from tl_core.evaluation.predictor import Prediction, Predictor
from tl_core.export.packing import zip_model
from tl_core.jobs.assistant_address import AssistantFiles
from tl_core.jobs.assistant_client import AssistantClient
from tl_core.jobs.workspace import Workspace

BACKBONE = "test_resnet.r160_in1k"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """With one assistant for all the tests that only ask."""
    made = Workspace(tmp_path_factory.mktemp("assistant"))
    yield made
    AssistantClient(made).end()
    wait_until(lambda: assistant_has_ended(made))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    save_small_model(folder / "model")
    return folder


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "noise.png"
    pixels = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def test_try_gives_the_same_answer_as_predict(shared: Workspace, model: Path, picture: Path) -> None:
    client = AssistantClient(shared)
    client.call("warm", model=model)
    scores = client.call("predict", model=model, picture=picture)["scores"]
    with DecoderPool(children=1) as pool:
        (expected,) = Predictor.open(model).predict([picture], pool)
    assert isinstance(expected, Prediction)
    assert list(scores) == list(expected.scores)  # the likeliest first
    assert scores == pytest.approx(expected.scores, abs=1e-6)


@pytest.mark.parametrize("part", [None, (0.2, 0.0, 0.9, 0.65)])
def test_try_predict_evaluate_and_the_bundle_agree(
    shared: Workspace, picture: Path, tmp_path: Path, part: tuple[float, float, float, float] | None
) -> None:
    model = tmp_path / "run"
    save_small_model(model / "model", preprocessing=replace(small_network().preprocessing, part=part))
    tried = AssistantClient(shared).call("predict", model=model, picture=picture)["scores"]
    zip_model(model / "model", tmp_path / "bundle.zip")
    record = ImageRecord("noise.png", CLASSES[0], "test", sha256(picture.read_bytes()).hexdigest(), 120, 90, 1)
    with DecoderPool(children=1) as pool:
        for source in (model, tmp_path / "bundle.zip"):
            predictor = Predictor.open(source)
            (predicted,) = predictor.predict([picture], pool)
            assert isinstance(predicted, Prediction)
            assert predicted.scores == pytest.approx(tried, abs=1e-6)
            measured = measure(predictor, [record], lambda _record: picture, pool=pool).result
            assert math.exp(-measured.log_loss) == pytest.approx(tried[CLASSES[0]], abs=1e-6)


def test_a_model_that_was_trained_again_is_not_answered_from_memory(
    shared: Workspace, tmp_path: Path, picture: Path
) -> None:
    client = AssistantClient(shared)
    for classes in (CLASSES, ("cat", "dog")):
        shutil.rmtree(tmp_path / "model", ignore_errors=True)
        save_small_model(tmp_path / "model", classes)
        assert set(client.call("predict", model=tmp_path, picture=picture)["scores"]) == set(classes)


def test_what_a_person_can_put_right_is_raised_as_the_same_error(
    shared: Workspace, model: Path, tmp_path: Path
) -> None:
    client = AssistantClient(shared)
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(DataError, match=r"'notes\.txt' cannot be used"):
        client.call("predict", model=model, picture=tmp_path / "notes.txt")
    with pytest.raises(RunError, match="There is no model in"):
        client.call("predict", model=tmp_path / "none", picture=tmp_path / "notes.txt")
    with pytest.raises(ConfigError, match="There is no backbone called 'resnet_x'"):
        client.call("layers", backbone="resnet_x")


def test_a_fault_is_told_from_an_error_and_stands_in_the_log(shared: Workspace) -> None:
    with pytest.raises(RuntimeError, match="The assistant met a fault: KeyError: 'sing'"):
        AssistantClient(shared).call("sing")
    assert "KeyError: 'sing'" in AssistantFiles(shared.assistant).log.read_text()
    assert AssistantClient(shared).call("ping") == "pong"


def test_stages_are_answered_from_the_disk_the_second_time_without_any_assistant(tmp_path: Path) -> None:
    cold = Workspace(tmp_path / "cold")
    client = AssistantClient(cold)
    layers = client.call("layers", backbone=BACKBONE, image_size=64)
    assert layers[-1]["name"] == "head"
    assert {"name", "title", "parameters", "share", "output_shape"} <= set(layers[0])
    client.end()
    wait_until(lambda: assistant_has_ended(cold))
    assert client.call("layers", backbone=BACKBONE, image_size=64) == layers
    assert assistant_has_ended(cold)


def test_a_persons_own_weights_are_checked_against_the_network_before_anybody_trains(
    shared: Workspace, tmp_path: Path
) -> None:
    client = AssistantClient(shared)
    state = build_network("thaw/cnn_28", 3, pretrained=False).module.state_dict()
    safetensors.torch.save_file(state, tmp_path / "mine.safetensors")
    assert client.call("check_weights", backbone="thaw/cnn_28", weights=tmp_path / "mine.safetensors") is None
    with pytest.raises(WeightsError, match=r"'mine.safetensors' do not fit 'thaw/mlp_28': 'hidden1.0.weight' is miss"):
        client.call("check_weights", backbone="thaw/mlp_28", weights=tmp_path / "mine.safetensors")
    (tmp_path / "words.pth").write_bytes(b"these are no tensors")
    with pytest.raises(WeightsError, match=r"'words.pth' is damaged"):
        client.call("check_weights", backbone="thaw/cnn_28", weights=tmp_path / "words.pth")
