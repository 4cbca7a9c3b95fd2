"""A bundle that somebody brings: its model is kept as it is, and nothing else of it; what is wrong is refused."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import torch

from tests.export.models import CLASSES, edit_json, edited, save_small_model, small_bundle
from tl_core.errors import BundleError
from tl_core.export.bundle import open_model
from tl_core.export.loading import load_network
from tl_core.export.manifest import CONFIG, FILES, MANIFEST, ONNX, PREDICT, WEIGHTS
from tl_core.export.packing import zip_model
from tl_core.export.receiving import keep_bundle


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A bundle with files that Thaw has no use for."""
    save_small_model(tmp_path / "model")
    zip_model(tmp_path / "model", tmp_path / "full.zip", more={ONNX: b"graph", PREDICT: b"import os", "x.jpg": b"jpg"})
    return tmp_path / "full.zip"


def test_the_model_is_kept_and_what_else_lies_in_the_bundle_is_not(full: Path, tmp_path: Path):
    config = keep_bundle(full, tmp_path / "kept" / "one")
    assert config.classes == CLASSES
    assert sorted(os.listdir(tmp_path / "kept" / "one")) == sorted((*FILES, MANIFEST))
    assert os.listdir(tmp_path / "kept") == ["one"]
    wanted, found = open_model(full)[1], open_model(tmp_path / "kept" / "one")[1]
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert load_network(tmp_path / "kept" / "one")[0] == config
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "kept" / "one" / WEIGHTS).stat().st_mode) == 0o600


def test_one_that_unpacks_to_more_than_is_taken_is_refused_before_anything_is_written(full: Path, tmp_path: Path):
    with pytest.raises(BundleError, match=r"'full.zip' unpacks to 2 MB; at most 0 are taken"):
        keep_bundle(full, tmp_path / "kept" / "one", limit_bytes=1000)
    assert not (tmp_path / "kept").exists()


def torn_header(files: dict[str, bytes]) -> None:
    files[WEIGHTS] = b"\xff" * 8 + files[WEIGHTS][8:]


@pytest.mark.parametrize(
    ("change", "renew", "message"),
    [
        (torn_header, True, "'model.safetensors' holds no weights that can be read"),
        (edit_json(CONFIG, classes=["a"]), True, "classes has 1 names"),
        (edit_json(CONFIG, classes=["a", "b", "c"]), False, "'config.json' in the model 'edited.zip' was changed"),
        (lambda files: files.update({PREDICT: b"import shutil"}), False, "'predict.py' in the model 'edited.zip' was"),
    ],
    ids=["weights", "classes", "hash", "script"],
)
def test_a_bundle_that_is_not_what_it_says_leaves_nothing(
    full: Path, tmp_path: Path, change, renew: bool, message: str
):
    path = edited(full, change, renew_manifest=renew)
    with pytest.raises(BundleError, match=message):
        keep_bundle(path, tmp_path / "kept" / "one")
    assert not (tmp_path / "kept").exists() or os.listdir(tmp_path / "kept") == []


def test_what_is_no_bundle_is_refused_by_its_kind(tmp_path: Path):
    (tmp_path / "evil.pt").write_bytes(b"PK\x03\x04")
    with pytest.raises(BundleError, match=r"'evil.pt' is a PyTorch file. Thaw opens no such file"):
        keep_bundle(tmp_path / "evil.pt", tmp_path / "kept")


def test_taking_the_same_one_in_again_replaces_it(tmp_path: Path):
    bundle = small_bundle(tmp_path)
    keep_bundle(bundle, tmp_path / "kept")
    keep_bundle(bundle, tmp_path / "kept")
    assert open_model(tmp_path / "kept")[0].classes == CLASSES
