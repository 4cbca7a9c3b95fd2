"""Bundles whose contents were edited, damaged or meant to harm: refused in words, and nothing of them is run."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import struct
from pathlib import Path

import pytest
import torch

from tests.export.models import edit_json, edited, small_bundle
from tl_core.errors import BundleError
from tl_core.export.bundle import open_model
from tl_core.export.manifest import CONFIG, MANIFEST, WEIGHTS


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_bundle(tmp_path_factory.mktemp("bundle"))


def test_a_foreign_config_in_a_zip_is_no_model_of_thaw(bundle: Path):
    path = edited(bundle, edit_json(CONFIG, format="somebody else's"))
    with pytest.raises(BundleError, match="This is no model of Thaw"):
        open_model(path)


def test_a_newer_format_is_told_from_a_damaged_file(bundle: Path):
    for name in (CONFIG, MANIFEST):
        path = edited(bundle, edit_json(name, format_version=7, files="of tomorrow"))
        with pytest.raises(
            BundleError, match=r"made by a newer Thaw \(format 7; this one, .*, knows 3\). Please update"
        ):
            open_model(path)


def test_a_class_list_edited_by_hand_is_noticed(bundle: Path):
    path = edited(bundle, edit_json(CONFIG, classes=["daisy", "tulip"]))
    with pytest.raises(
        BundleError, match=r"'config.json' in the model 'edited.zip' was changed or damaged after it was"
    ):
        open_model(path)


def test_missing_and_extra_files_are_named(bundle: Path):
    with pytest.raises(BundleError, match=r"'edited.zip' is damaged: 'model.safetensors' is missing"):
        open_model(edited(bundle, lambda files: files.pop(WEIGHTS)))
    with pytest.raises(BundleError, match=r"'edited.zip' is damaged: 'manifest.json' is missing"):
        open_model(edited(bundle, lambda files: files.pop(MANIFEST)))
    with pytest.raises(BundleError, match=r"'run.sh' does not belong to it"):
        open_model(edited(bundle, lambda files: files.update({"run.sh": b"rm"})))
    with pytest.raises(BundleError, match=r"'\.\./\.\./evil.py' does not belong to it"):
        open_model(edited(bundle, lambda files: files.update({"../../evil.py": b"import os"})))


class Canary:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("name", ["model.pt", "model.PTH", "model.pkl", "model.ckpt", "model.bin"])
def test_a_pickle_is_refused_by_its_kind_and_never_loaded(tmp_path: Path, name: str):
    canary = tmp_path / "canary"
    (tmp_path / name).write_bytes(pickle.dumps(Canary(canary)))
    with pytest.raises(BundleError, match=rf"'{name}' is a PyTorch file. Thaw opens no such file, since it may run a"):
        open_model(tmp_path / name)
    (tmp_path / "renamed.zip").write_bytes(pickle.dumps(Canary(canary)))
    with pytest.raises(BundleError, match=r"'renamed.zip' is no zip, so it is no bundle of Thaw"):
        open_model(tmp_path / "renamed.zip")
    torch.save({"weights": Canary(canary)}, tmp_path / "torch.zip")
    with pytest.raises(BundleError, match=r"'torch.zip' is no model of Thaw"):
        open_model(tmp_path / "torch.zip")
    assert not canary.exists()


def test_other_kinds_and_nothing_at_all_are_told(tmp_path: Path):
    (tmp_path / "net.onnx").write_bytes(b"onnx")
    with pytest.raises(BundleError, match=r"'net.onnx' is an ONNX file"):
        open_model(tmp_path / "net.onnx")
    (tmp_path / "alone.safetensors").write_bytes(b"weights")
    with pytest.raises(BundleError, match=r"'alone.safetensors' holds weights alone, without class names"):
        open_model(tmp_path / "alone.safetensors")
    with pytest.raises(BundleError, match=r"There is no model at '.*nowhere'. Give a run's folder"):
        open_model(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BundleError, match=r"'empty' is no model of Thaw"):
        open_model(tmp_path / "empty")


def header(values: object) -> bytes:
    text = values if isinstance(values, bytes) else json.dumps(values).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    "weights",
    [
        b"",
        b"1234",
        struct.pack("<Q", 2**40) + b"{}",
        header(b"no json"),
        header({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 800]}}),
        header({"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}) + bytes(8),
        header({"a": {"dtype": "F99", "shape": [2], "data_offsets": [0, 8]}}) + bytes(8),
        header({"a": {"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 8]}}) + bytes(8),
        header({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}) + bytes(8),
    ],
)
def test_damaged_weights_with_fitting_hashes_are_damage(bundle: Path, weights: bytes):
    path = edited(bundle, lambda files: files.update({WEIGHTS: weights}), renew_manifest=True)
    with pytest.raises(BundleError, match=r"'edited.zip' is damaged: 'model.safetensors' holds no weights that can be"):
        open_model(path)


@pytest.mark.parametrize("text", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"format": NaN}'])
def test_a_config_that_is_no_json_is_damage(bundle: Path, text: bytes):
    path = edited(bundle, lambda files: files.update({CONFIG: text}), renew_manifest=True)
    with pytest.raises(BundleError, match=r"'edited.zip' is damaged: 'config.json' is no JSON"):
        open_model(path)


def test_a_model_folder_with_links_reads_nothing_that_was_not_in_it(bundle: Path, tmp_path: Path):
    shutil.unpack_archive(bundle, tmp_path / "model")
    (tmp_path / "secret").write_text("{}")
    os.unlink(tmp_path / "model" / "classes.txt")
    os.symlink(tmp_path / "secret", tmp_path / "model" / "classes.txt")
    with pytest.raises(BundleError, match=r"'classes.txt' in the model 'model' was changed or damaged"):
        open_model(tmp_path / "model")
