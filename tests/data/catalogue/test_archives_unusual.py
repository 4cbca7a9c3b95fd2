"""Rows A, second half, parts of archives, wrappers, junk, odd times and rights, uploads that break off."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from starlette.requests import ClientDisconnect, Request

from tests.data.catalogue.hostile import (
    CENTRAL,
    END,
    accounted,
    patched,
    put,
    refused,
)
from tests.data.conftest import Bring
from tests.data.pictures_for_tests import pets, png, write_files, write_zip
from tl_core.data.dataset import list_datasets
from tl_core.data.decoder import DecoderPool
from tl_core.data.importing import import_into
from tl_core.data.limits import Limits
from tl_core.errors import DataError
from tl_ui.receiving import receive_file


@pytest.mark.parametrize("part", ["first", "last"])
def test_a24_a_part_of_a_split_archive_is_refused(tmp_path: Path, bring: Bring, part: str) -> None:
    path = write_zip(tmp_path / "a.zip", pets())
    if part == "first":
        path.write_bytes(b"PK\7\x08" + path.read_bytes())
    else:
        patched(path, put(END, 4, "<HH", 3, 3))
    refused(bring, path, r"'a.zip' is one part of a split archive")


@pytest.mark.parametrize(
    ("start", "name"),
    [(b"Rar!\x1a\7\1\0", "a RAR archive"), (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
     (b"\x1f\x8b\x08", "a gzip archive"), (b"", "a macOS disk image")],
)  # fmt: skip
def test_a25_another_kind_of_archive_is_refused_by_its_true_name(
    tmp_path: Path, bring: Bring, start: bytes, name: str
) -> None:
    content = start + bytes(range(200, 250)) * 20 + (b"koly" + bytes(508)) * (not start)
    refused(bring, write_files(tmp_path, {"a.zip": content}) / "a.zip", f"'a.zip' is {name}, not a zip")


@pytest.mark.parametrize("wrapper", ["dataset/", "my data/v2/final/"])
def test_a26_wrapper_folders_are_passed_through(tmp_path: Path, bring: Bring, wrapper: str) -> None:
    dataset = bring(write_zip(tmp_path / "a.zip", {wrapper + name: data for name, data in pets().items()}))
    assert accounted(dataset, 6) == {}
    assert dataset.index.classes == ("cats", "dogs")


JUNK = (".DS_Store", "cats/Thumbs.db", "cats/desktop.ini", ".ipynb_checkpoints/1.png", "@eaDir/1.png", ".git/1.png",
        "lost+found/1.png", "__MACOSX/cats/._0.png")  # fmt: skip


def test_a28_files_of_systems_and_tools_are_counted_and_make_no_kind(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_zip(tmp_path / "a.zip", {**pets(), **dict.fromkeys(JUNK, png(5))}))
    assert accounted(dataset, 6 + len(JUNK)) == {}
    assert (dataset.report.system_files, dataset.index.classes) == (len(JUNK), ("cats", "dogs"))


def test_a29_an_archive_without_pictures_is_refused_with_what_was_looked_for(tmp_path: Path, bring: Bring) -> None:
    match = r"No pictures \(JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF\) were found in 'a.zip'"
    refused(bring, write_zip(tmp_path / "a.zip", dict.fromkeys(JUNK, b"")), match)


def test_a30_a_table_of_contents_beyond_reason_is_refused(tmp_path: Path, bring: Bring) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, data in pets().items():
            info = zipfile.ZipInfo(name)
            info.comment = info.extra = struct.pack("<HH", 0x7777, 60_000) + bytes(60_000)
            archive.writestr(info, data)
    match = r"'a.zip' was refused: its table of contents alone has 720 kB"
    refused(bring, tmp_path / "a.zip", match, Limits(directory_bytes=500_000))


def test_a32_impossible_times_are_ignored(tmp_path: Path, bring: Bring) -> None:
    path = write_zip(tmp_path / "a.zip", pets())
    dataset = bring(patched(path, put(CENTRAL, 12, "<HH", 0xFFFF, 0xFFFF, every=True)))  # month 15, 31:63:62
    assert accounted(dataset, 6) == {}
    folder = write_files(tmp_path / "pets", pets())
    os.utime(folder / "cats/0.png", (4_300_000_000, 4_300_000_000))  # 2106
    os.utime(folder / "cats/1.png", (0, 0))
    assert accounted(bring(folder), 6) == {}


def test_a33_rights_that_an_archive_asks_for_are_not_given(tmp_path: Path, bring: Bring) -> None:
    path = write_zip(tmp_path / "a.zip", pets())
    patched(path, put(CENTRAL, 38, "<L", (stat.S_IFREG | 0o6777) << 16, every=True))
    dataset = bring(path)
    accounted(dataset, 6)
    unpacked = list((dataset.folder / "files").rglob("*"))
    assert {stat.S_IMODE(item.stat().st_mode) for item in unpacked if item.is_file()} == {0o600}
    assert {stat.S_IMODE(item.stat().st_mode) for item in unpacked if item.is_dir()} == {0o700}


def test_a34_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    messages: Iterator[dict[str, object]] = iter(
        [{"type": "http.request", "body": b"x" * 5000, "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> dict[str, object]:
        return next(messages)

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(ClientDisconnect):
        anyio.run(lambda: receive_file(request, tmp_path / "upload.zip", limit=10_000))
    assert list(tmp_path.iterdir()) == []
    assert list_datasets(tmp_path) == []


def test_a36_an_archive_that_changes_while_it_is_read_is_refused(tmp_path: Path, pool: DecoderPool) -> None:
    path = write_zip(tmp_path / "a.zip", pets())
    grown = io.BytesIO(path.read_bytes()).getvalue() + b"\0"

    def change(_phase: str, done: int, _total: int) -> None:
        if done:
            path.write_bytes(grown)

    with pytest.raises(DataError, match=r"'a.zip' changed while it was read. Bring it in again"):
        import_into(path, tmp_path / "datasets" / "one", on_progress=change, pool=pool)
    assert not (tmp_path / "datasets" / "one").exists()
