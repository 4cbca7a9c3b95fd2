"""A model folder and its zip: written whole, the same every time, and read back exactly."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest
import safetensors.torch
import torch

from tests.export.models import BACKBONE, CLASSES, edited, save_small_model, small_bundle, small_config, small_network
from tl_core import __version__
from tl_core.errors import BundleError
from tl_core.export.bundle import open_model, save_model
from tl_core.export.manifest import FILES, MANIFEST, WEIGHTS
from tl_core.export.packing import zip_model

RESULT = {
    "measured_on": "test", "correct": 5, "accuracy": 0.5, "images": 10, "accuracy_low": 0.2, "accuracy_high": 0.8,
    "baseline": 0.4, "baseline_class": "tulip",
}  # fmt: skip


def test_a_model_comes_back_from_its_folder_and_from_its_zip_bit_by_bit(tmp_path: Path):
    network = save_small_model(tmp_path / "model", result=RESULT, temperature=1.5)
    zip_model(tmp_path / "model", tmp_path / "bundle.zip")
    wanted = network.module.state_dict()
    for path in (tmp_path / "model", tmp_path / "bundle.zip"):
        config, weights = open_model(path)
        assert (config.backbone, config.classes, config.temperature) == (BACKBONE, CLASSES, 1.5)
        assert config.preprocessing == network.preprocessing
        assert config.result == RESULT
        assert config.versions["thaw"] == __version__
        assert set(config.versions) == {"thaw", "torch", "timm"}
        assert weights.keys() == wanted.keys()
        assert all(torch.equal(weights[name], wanted[name]) for name in wanted)


def test_a_folder_holds_exactly_the_files_that_are_told_and_nothing_is_left_beside_it(tmp_path: Path):
    save_small_model(tmp_path / "run" / "model")
    assert sorted(os.listdir(tmp_path / "run" / "model")) == sorted((*FILES, MANIFEST))
    assert os.listdir(tmp_path / "run") == ["model"]
    assert (tmp_path / "run" / "model" / "classes.txt").read_text() == "daisy\ntulip\nviolet\n"


def test_saving_again_replaces_the_old_model_and_leaves_nothing_beside_it(tmp_path: Path):
    save_small_model(tmp_path / "model")
    (tmp_path / "model" / "left_over.txt").write_text("of an older version")
    network = small_network(seed=1)
    save_model(tmp_path / "model", network.module, small_config(network))
    assert torch.equal(open_model(tmp_path / "model")[1]["fc.weight"], network.module.state_dict()["fc.weight"])
    assert os.listdir(tmp_path) == ["model"]


def test_a_save_that_fails_leaves_the_old_model_as_it_was(tmp_path: Path):
    save_small_model(tmp_path / "model")
    before = (tmp_path / "model" / MANIFEST).read_bytes()
    network = small_network()
    with pytest.raises(ValueError, match="JSON"):
        save_model(tmp_path / "model", network.module, small_config(network, temperature=float("nan")))
    assert (tmp_path / "model" / MANIFEST).read_bytes() == before
    assert os.listdir(tmp_path) == ["model"]


def test_tied_channels_last_and_training_weights_are_saved_under_their_own_names(tmp_path: Path):
    network = small_network()
    network.module.train().to(memory_format=torch.channels_last)
    network.module.register_buffer("tied", network.module.get_submodule("fc").weight.detach())
    save_model(tmp_path / "model", network.module, small_config(network))
    _, weights = open_model(tmp_path / "model")
    assert torch.equal(weights["tied"], weights["fc.weight"])
    assert all(torch.equal(weights[name], value) for name, value in network.module.state_dict().items())


def test_the_same_model_makes_the_same_zip_byte_for_byte(tmp_path: Path):
    first = small_bundle(tmp_path).read_bytes()
    save_small_model(tmp_path / "model")
    os.utime(tmp_path / "model" / WEIGHTS, (1, 1))
    zip_model(tmp_path / "model", tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == first


def test_the_zip_is_stored_and_its_weights_load_with_safetensors_alone(tmp_path: Path):
    with zipfile.ZipFile(small_bundle(tmp_path)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*FILES, MANIFEST]
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
        assert "fc.weight" in safetensors.torch.load(archive.read(WEIGHTS))


def test_a_bundle_zipped_again_by_hand_in_a_folder_with_a_macs_extras_opens(tmp_path: Path):
    def wrap(files: dict[str, bytes]) -> None:
        for name in list(files):
            files[f"my flowers/{name}"] = files.pop(name)
        files["my flowers/.DS_Store"] = files["__MACOSX/my flowers/._config.json"] = b"Mac"

    assert open_model(edited(small_bundle(tmp_path), wrap))[0].classes == CLASSES


def test_an_unpacked_bundle_opens(tmp_path: Path):
    shutil.unpack_archive(small_bundle(tmp_path), tmp_path / "unpacked")
    assert open_model(tmp_path / "unpacked")[0].classes == CLASSES


def test_a_damaged_model_is_not_zipped_and_an_older_zip_stays(tmp_path: Path):
    save_small_model(tmp_path / "model")
    (tmp_path / "out.zip").write_bytes(b"what was there before")
    (tmp_path / "model" / "classes.txt").write_text("edited\n")
    with pytest.raises(BundleError, match=r"'classes.txt' in the model 'model' was changed or damaged"):
        zip_model(tmp_path / "model", tmp_path / "out.zip")
    assert (tmp_path / "out.zip").read_bytes() == b"what was there before"
    assert sorted(os.listdir(tmp_path)) == ["model", "out.zip"]
