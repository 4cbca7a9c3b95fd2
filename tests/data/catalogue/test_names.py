"""Rows B, names of files, folders, paths and addresses. What cannot be shown is escaped; what cannot be read, told."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.data.catalogue.hostile import accounted, said
from tests.data.conftest import Bring
from tests.data.pictures_for_tests import SMALL, pets, png, write_files, write_zip
from tl_core.commands.report_lines import report_in_words
from tl_core.data.dataset import open_dataset
from tl_core.data.decoder import DecoderPool, Problem
from tl_core.data.limits import LOCAL
from tl_core.data.sources import open_source
from tl_core.data.splits import assign_splits
from tl_core.errors import DataError
from tl_core.events import Event
from tl_core.training.reading import read_pictures
from tl_ui.guard import RefusedError
from tl_ui.server import routes_app
from tl_ui.services import Services, typed_path
from tl_ui.settings import Settings

DROP_FROM_BOUNDS, MAY_READ_ALL = 24, (1, 2)  # of prctl: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def test_b01_device_names_of_windows_are_accepted_and_name_no_file_of_ours(tmp_path: Path, bring: Bring) -> None:
    files = {"aux/CON.png": png(50), "aux/nul.jpg": png(51), "COM1/PRN": png(52)}
    dataset = bring(write_zip(tmp_path / "b.zip", {**pets(), **files}))
    assert accounted(dataset, 9) == {}
    assert dataset.report.classes["aux"] == {"train": 2}
    assert {len(path.name) for path in (dataset.folder / "files").glob("*/*")} == {64}


@pytest.mark.parametrize("folder", ["cats. ", "cats.", " cats", "cats ..."])
def test_b02_spaces_and_dots_around_a_kind_are_trimmed(tmp_path: Path, bring: Bring, folder: str) -> None:
    dataset = bring(write_zip(tmp_path / "b.zip", {**pets(), f"{folder}/9.png": png(9)}))
    assert accounted(dataset, 7) == {}
    assert dataset.report.classes == {"cats": {"train": 4}, "dogs": {"train": 3}}


def test_b04_a_nul_in_a_name_is_passed_over(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_zip(tmp_path / "b.zip", {**pets(), "cats/a\0b.png": png(50)}))
    assert accounted(dataset, 7) == {"cats/a\0b.png": "Its name holds a NUL character. Rename it."}


def test_b05_control_characters_are_shown_as_escapes_everywhere(tmp_path: Path, bring: Bring) -> None:
    files = {"c\n\t\x1b[31m\a/\x1b]0;x\a.png": png(50), "c\n\t\x1b[31m\a/\x1b.txt": b"text"}
    dataset = bring(write_files(tmp_path / "b", {**pets(), **files}))
    assert list(accounted(dataset, 8).values()) == ["It is a text file, not a picture."]
    assert dataset.index.classes[0] == "c\\x0a\\x09\\x1b[31m\\x07"
    lines = report_in_words(dataset)
    assert all(line.isprintable() for line in lines)
    assert any("'c\\x0a\\x09\\x1b[31m\\x07/\\x1b.txt'" in line for line in lines)


def test_b06_a_direction_override_fools_nobody_and_the_content_says_what_it_is(tmp_path: Path, bring: Bring) -> None:
    name = "cats/\u202egpj.exe"
    dataset = bring(write_files(tmp_path / "b", {**pets(), name: b"MZ" + bytes(80), f"{name}.png": png(50)}))
    assert accounted(dataset, 8)[name] == "It is a Windows program, not a picture."
    assert not any("\u202e" in line for line in report_in_words(dataset))


def test_b08_hidden_files_are_counted_and_not_used(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_files(tmp_path / "b", {**pets(), "cats/.hidden.jpg": png(50), ".cache/1.png": png(51)}))
    assert accounted(dataset, 8) == {}
    assert (dataset.report.images, dataset.report.system_files) == (6, 2)


def test_b09_names_that_are_no_utf8_are_shown_by_their_bytes(tmp_path: Path, bring: Bring) -> None:
    name = os.fsdecode(b"caf\xe9/\xff\xfe.png")
    dataset = bring(write_files(tmp_path / "b", {**pets(), name: png(50), name.replace("png", "txt"): b"text"}))
    accounted(dataset, 8)
    assert dataset.index.classes[0] == "caf\\xe9"
    assert open_dataset(dataset.folder).index.records[0].path == name
    text = "\n".join(report_in_words(dataset))
    assert "'caf\\xe9/\\xff\\xfe.txt'" in text.encode().decode()


def test_b10_a_name_of_255_bytes_of_emoji_is_accepted_and_a_longer_one_is_said(tmp_path: Path, bring: Bring) -> None:
    longest, longer = f"cats/{'🦊' * 62}abc.png", f"cats/{'🦊' * 64}.png"
    dataset = bring(write_zip(tmp_path / "b.zip", {**pets(), longest: png(50), longer: png(51)}))
    assert accounted(dataset, 8) == {longer: "Its name is longer than 255 bytes."}


def test_b12_a_picture_without_an_ending_is_accepted(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_files(tmp_path / "b", {**pets(), "cats/noending": png(50)}))
    assert accounted(dataset, 7) == {}


def test_b13_a_picture_of_another_format_than_its_name_is_accepted_and_noted(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_files(tmp_path / "b", {**pets(), "cats/n02105855_2933.JPEG": png(50)}))
    assert accounted(dataset, 7) == {}
    assert said(dataset, "converted") == "1 picture of another format than the name says; the content was believed."


def test_b14_a_folder_that_is_named_like_a_picture_is_a_kind(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_files(tmp_path / "b", {**pets(), "cat.jpg/1.png": png(50)}))
    assert accounted(dataset, 7) == {}
    assert dataset.report.classes["cat.jpg"] == {"train": 1}


@pytest.mark.parametrize("name", ["%2e%2e%2f", "%252e%252e%252f", "..", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "a" * 27])
def test_b16_an_address_that_is_no_identifier_is_not_found(tmp_path: Path, name: str) -> None:
    settings = Settings(tmp_path / "workspace")
    with TestClient(routes_app(settings, _services(settings)), base_url="http://127.0.0.1:7860") as client:
        for address in (f"/thaw/datasets/{name}/view", f"/thaw/datasets/{name}/thumb/{'a' * 64}.jpg"):
            assert client.get(address).status_code == 404


def test_b17_a_typed_path_is_no_way_in_for_guests(tmp_path: Path) -> None:
    shared = Settings(tmp_path / "workspace", host="0.0.0.0", shared=True)
    with pytest.raises(RefusedError, match=r"This server takes no typed paths. Drop a zip on the Pictures tab instead"):
        _services(shared).start_import("a" * 26, "/etc")
    with pytest.raises(DataError, match=r"'etc' does not start at the root"):
        _services(Settings(tmp_path / "own")).start_import("me", "etc")


@pytest.mark.parametrize("text", ["file:///etc/passwd", "\\\\server\\share", "//server.invalid/share", "http://a/b"])
def test_b18_addresses_of_other_machines_are_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"does not start at the root|There is nothing at '//server.invalid/share'"):
        typed_path(text)
    with pytest.raises(DataError, match=r"There is no file or folder '") as caught:
        open_source(Path(text), LOCAL)
    assert caught.value.hint == "Check the path."


def test_b20_a_file_without_permission_is_passed_over_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "pets", {**pets(), "cats/closed.png": png(50), "closed/1.png": png(51)})
    os.chmod(folder / "cats/closed.png", 0)
    os.chmod(folder / "closed", 0)
    command = [sys.executable, "-m", "tl_core", "--workspace", str(tmp_path / "w"), "check", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=_as_an_ordinary_person)
    os.chmod(folder / "closed", 0o700)
    report = json.loads(done.stdout)
    assert (report["images"], report["system_files"]) == (6, 0)
    assert report["skipped"] == [
        {"path": "cats/closed.png", "reason": "There is no permission to read it."},
        {"path": "closed", "reason": "The folder cannot be read (Permission denied)."},
    ]


def test_b21_a_file_that_changed_or_went_never_passes_for_another(
    tmp_path: Path, bring: Bring, pool: DecoderPool
) -> None:
    dataset = bring(write_files(tmp_path / "b", pets()))
    (tmp_path / "b/cats/0.png").write_bytes(png(77))
    (tmp_path / "b/cats/1.png").unlink()
    records = list(dataset.index.records)
    hashes = [record.sha256 for record in records]
    squares = dict(pool.squares([dataset.path_of(record) for record in records], SMALL, sha256=hashes))
    reasons = {records[at].path: seen.reason for at, seen in squares.items() if isinstance(seen, Problem)}
    changed = "The file has changed since the pictures were brought in. Bring them in again."
    assert reasons == {"cats/0.png": changed, "cats/1.png": "The file is gone."}


def test_b22_a_drive_that_was_pulled_out_ends_a_run_with_a_sentence(
    tmp_path: Path, bring: Bring, pool: DecoderPool
) -> None:
    dataset = bring(write_files(tmp_path / "drive", pets()))
    index = assign_splits(dataset.index, validation_share=0.3, seed=0)
    os.rename(tmp_path / "drive", tmp_path / "pulled out")
    events: list[Event] = []
    with pytest.raises(DataError, match=r"No training picture of 'cats', 'dogs' can be read any more. Bring the"):
        events += read_pictures(
            index, dataset.path_of, SMALL, cache=tmp_path / "cache", decoder=pool, should_stop=lambda: False,
            clock=lambda: 0.0,
        )  # fmt: skip


def _as_an_ordinary_person() -> None:
    """The system's owner may read every file, whatever its rights say: give that up. Others never could."""
    for right in MAY_READ_ALL:
        ctypes.CDLL(None).prctl(DROP_FROM_BOUNDS, right, 0, 0, 0)


def _services(settings: Settings) -> Services:
    return Services(settings, None)
