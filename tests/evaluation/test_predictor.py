"""One predictor for everything: the same answer alone, in a batch, from a folder, a run or a zip."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.evaluation.pictures import DecoderHere, write_picture
from tests.export.models import BACKBONE, CLASSES, save_small_model, small_bundle, small_config, small_network
from tl_core.backbones.build import build_network
from tl_core.data.index import Skipped
from tl_core.data.tensors import to_batch
from tl_core.errors import BundleError
from tl_core.evaluation.predictor import Prediction, Predictor
from tl_core.export.bundle import save_model
from tl_core.export.model_config import ModelConfig


def squares(count: int, size: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, size=(count, size, size, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.mark.parametrize("backbone", [BACKBONE, "test_vit.r160_in1k", "test_convnext.r160_in1k"])
def test_a_pictures_answer_does_not_depend_on_its_batch(tmp_path: Path, backbone: str, monkeypatch):
    monkeypatch.setattr("tl_core.evaluation.predictor.BATCH_SIZE", 6)
    network = small_network(backbone)
    save_model(tmp_path / "model", network.module, small_config(network))
    predictor = Predictor.open(tmp_path / "model", device="cpu")
    pictures = squares(8, predictor.preprocessing.resize_size)
    together = predictor.probabilities(pictures)
    alone = np.concatenate([predictor.probabilities(pictures[i : i + 1]) for i in range(len(pictures))])
    assert np.abs(together - alone).max() <= 1e-6
    assert np.ptp(together, axis=0).max() > 1e-3  # the pictures do differ


def test_the_default_backbone_answers_the_same_alone_and_in_a_batch(tmp_path: Path):
    network = build_network("tf_efficientnet_lite0", 3, pretrained=True)
    save_model(tmp_path / "model", network.module, small_config(network))
    predictor = Predictor.open(tmp_path / "model", device="cpu")
    pictures = squares(4, predictor.preprocessing.resize_size)
    assert np.abs(predictor.probabilities(pictures)[2:3] - predictor.probabilities(pictures[2:3])).max() <= 1e-6


def test_probabilities_are_the_softmax_of_the_plain_network_over_the_temperature(tmp_path: Path):
    network = save_small_model(tmp_path / "model", temperature=2.5)
    predictor = Predictor.open(tmp_path / "model", device="cpu")
    pictures = squares(3, predictor.preprocessing.resize_size)
    with torch.inference_mode():
        wanted = (network.module(to_batch(pictures, network.preprocessing)) / 2.5).softmax(1).numpy()
    found = predictor.probabilities(pictures)
    assert found.dtype == np.float32
    assert np.abs(found - wanted).max() <= 1e-6
    assert found.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-6)


def test_run_folder_model_folder_and_zip_answer_alike(bundle: Path, tmp_path: Path):
    pictures = squares(2, Predictor.open(bundle).preprocessing.resize_size)
    answers = [
        Predictor.open(path).probabilities(pictures) for path in (bundle, bundle.parent / "model", bundle.parent)
    ]
    assert np.array_equal(answers[0], answers[1])
    assert np.array_equal(answers[0], answers[2])


def test_predictions_come_in_the_order_of_the_paths_with_the_unreadable_ones_told(bundle: Path, tmp_path: Path):
    paths = [write_picture(tmp_path / f"{seed}.png", seed) for seed in range(5)]
    (tmp_path / "bad.png").write_bytes(b"no picture")
    paths.insert(2, tmp_path / "bad.png")
    predictor = Predictor.open(bundle)
    found = list(predictor.predict(paths, DecoderHere()))
    assert [item.path for item in found] == [str(path) for path in paths]
    assert found[2] == Skipped(str(tmp_path / "bad.png"), "It is not a picture.")
    for path, item in zip(paths, found, strict=True):
        if isinstance(item, Prediction):
            (alone,) = predictor.predict([path], DecoderHere())
            assert item.scores == pytest.approx(alone.scores, abs=1e-6)
            assert item.probability == max(item.scores.values()) == item.scores[item.label]
            assert set(item.scores) == set(CLASSES)


def test_more_pictures_than_are_decoded_together_all_come_back(bundle: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("tl_core.evaluation.predictor.AHEAD", 3)
    paths = [write_picture(tmp_path / f"{seed}.png", seed) for seed in range(8)]
    assert [item.path for item in Predictor.open(bundle).predict(paths, DecoderHere())] == [str(path) for path in paths]


def test_no_paths_and_no_squares_give_no_answers(bundle: Path):
    predictor = Predictor.open(bundle)
    size = predictor.preprocessing.resize_size
    assert list(predictor.predict([], DecoderHere())) == []
    assert predictor.probabilities(np.zeros((0, size, size, 3), dtype=np.uint8)).shape == (0, 3)


def test_a_prediction_lists_the_likeliest_first_and_of_equals_the_earlier_class(bundle: Path):
    predictor = Predictor.open(bundle)
    answer = predictor.prediction("a.png", np.array([0.25, 0.25, 0.5], dtype=np.float32))
    assert list(answer.scores) == ["violet", "daisy", "tulip"]
    assert json.loads(json.dumps(answer.to_dict())) == {
        "path": "a.png",
        "class": "violet",
        "probability": 0.5,
        "scores": {"violet": 0.5, "daisy": 0.25, "tulip": 0.25},
    }


def test_the_screens_last_training_mode_does_not_leak_into_answers(tmp_path: Path):
    network = small_network()
    network.module.train()
    config = ModelConfig(network.name, CLASSES, network.preprocessing)
    predictor = Predictor(config, network.module, "cpu")
    pictures = squares(2, network.preprocessing.resize_size)
    assert np.array_equal(predictor.probabilities(pictures), predictor.probabilities(pictures))
    assert not network.module.training


def test_weights_without_bound_are_told_instead_of_answers_that_are_no_numbers(tmp_path: Path):
    network = small_network()
    with torch.no_grad():
        network.module.get_submodule("fc").weight.fill_(float("inf"))
    predictor = Predictor(small_config(network), network.module, "cpu")
    with pytest.raises(BundleError, match=r"answers are no numbers: .* Train again with a lower learning rate"):
        predictor.probabilities(squares(1, network.preprocessing.resize_size))
