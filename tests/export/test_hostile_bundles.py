"""Bundles that are damaged, edited, foreign or meant to harm: refused in words, and nothing is run or unpacked."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.export.models import edit_json, edited, small_bundle
from tl_core.errors import BundleError
from tl_core.export import members
from tl_core.export.bundle import open_model
from tl_core.export.manifest import CONFIG, MANIFEST, WEIGHTS
from tl_core.export.model_config import ModelConfig


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_bundle(tmp_path_factory.mktemp("bundle"))


def test_a_zip_cut_off_anywhere_is_damaged(bundle: Path, tmp_path: Path):
    data = bundle.read_bytes()
    for length in (4, 10, 100, len(data) // 2, len(data) - 30, len(data) - 1):
        (tmp_path / "cut.zip").write_bytes(data[:length])
        with pytest.raises(BundleError, match=r"The model 'cut.zip' is damaged: .*Export or download the model again"):
            open_model(tmp_path / "cut.zip")


def test_an_empty_file_is_damaged(tmp_path: Path):
    (tmp_path / "empty.zip").write_bytes(b"")
    with pytest.raises(BundleError, match=r"The model 'empty.zip' is damaged: the file is empty"):
        open_model(tmp_path / "empty.zip")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), near_end=st.booleans())
def test_a_zip_with_any_byte_changed_opens_the_same_or_is_refused_in_words(bundle, tmp_path, place, value, near_end):
    data = bytearray(bundle.read_bytes())
    position = len(data) - 1 - int(place * 900) if near_end else int(place * len(data))
    data[position] = value
    (tmp_path / "changed.zip").write_bytes(data)
    found = opened_or_refused(tmp_path / "changed.zip")
    if isinstance(found, BundleError):
        assert "changed.zip" in str(found) or "This is no model of Thaw" in str(found)
        assert found.hint
    else:
        wanted_config, wanted = open_model(bundle)
        assert found[0] == wanted_config
        assert all(torch.equal(found[1][name], wanted[name]) for name in wanted)


def opened_or_refused(path: Path) -> tuple[ModelConfig, dict[str, torch.Tensor]] | BundleError:
    try:
        return open_model(path)
    except BundleError as error:
        return error


def test_a_foreign_zip_is_no_model(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "holiday.zip", "w") as archive:
        archive.writestr("beach.jpg", b"...")
    with pytest.raises(BundleError, match=r"'holiday.zip' is no model of Thaw. Give a run's folder, or a bundle"):
        open_model(tmp_path / "holiday.zip")


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


def test_a_file_in_it_twice_is_damage(bundle: Path, tmp_path: Path):
    shutil.copy(bundle, tmp_path / "twice.zip")
    with zipfile.ZipFile(tmp_path / "twice.zip", "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(CONFIG, b"{}")
    with pytest.raises(BundleError, match=r"'config.json' is in it twice"):
        open_model(tmp_path / "twice.zip")


def test_a_bomb_is_refused_by_what_it_claims(bundle: Path, tmp_path: Path):
    shutil.copy(bundle, tmp_path / "bomb.zip")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.bin", bytes(20_000_000))
    with pytest.raises(BundleError, match=r"'zeros.bin' claims to unpack to 20 MB, which no weights do"):
        open_model(tmp_path / "bomb.zip")


def test_a_bomb_that_lies_about_its_size_is_stopped_by_counting(bundle: Path, tmp_path: Path):
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files[WEIGHTS] = bytes(20_000_000)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    lying = data.getvalue().replace(struct.pack("<L", 20_000_000), struct.pack("<L", 30_000))
    (tmp_path / "lying.zip").write_bytes(lying)
    with pytest.raises(
        BundleError, match=r"'lying.zip' is damaged: 'model.safetensors' (cannot be read|is not as long)"
    ):
        open_model(tmp_path / "lying.zip")


def test_more_bytes_or_files_than_any_model_has_are_refused(bundle: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(members, "MAX_BYTES", 1_000_000)
    with pytest.raises(BundleError, match=r"'bundle.zip' holds 0.0 GB; a model has at most 0.0"):
        open_model(bundle)
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}", b"")
    with pytest.raises(BundleError, match=r"'many.zip' holds 1,001 files; a bundle of Thaw holds a handful"):
        open_model(tmp_path / "many.zip")


def test_a_zip_with_a_password_is_told(bundle: Path, tmp_path: Path):
    data = bytearray(bundle.read_bytes())
    for position in range(len(data) - 46):
        if data[position : position + 4] == b"PK\x01\x02":
            data[position + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(data)
    with pytest.raises(BundleError, match=r"'locked.zip' is locked with a password. Save it without one"):
        open_model(tmp_path / "locked.zip")


def test_a_zip_packed_in_a_way_that_is_not_unpacked_is_told(bundle: Path, tmp_path: Path):
    with zipfile.ZipFile(bundle) as archive, zipfile.ZipFile(tmp_path / "l.zip", "w", zipfile.ZIP_LZMA) as packed:
        for name in archive.namelist():
            packed.writestr(name, archive.read(name))
    with pytest.raises(BundleError, match=r"'l.zip' is packed with LZMA, which cannot be unpacked here. Zip the fold"):
        open_model(tmp_path / "l.zip")


def test_a_file_without_a_name_does_not_belong_to_a_model(bundle: Path, tmp_path: Path):
    shutil.copy(bundle, tmp_path / "nameless.zip")
    with zipfile.ZipFile(tmp_path / "nameless.zip", "a") as archive:
        archive.writestr(zipfile.ZipInfo(""), b"x")
    with pytest.raises(BundleError, match=r"'nameless.zip' is damaged: '' does not belong to it"):
        open_model(tmp_path / "nameless.zip")


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
