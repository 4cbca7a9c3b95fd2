from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import pets, png, write_files, write_zip
from tl_core.data.limits import Limits
from tl_core.data.sources import open_source
from tl_core.errors import DataError

ZEROS = bytes(400_000)


def refused(path: Path, match: str, limits: Limits | None = None) -> None:
    with pytest.raises(DataError, match=match) as caught:
        open_source(path, limits or Limits())
    assert path.name in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("start", "name"),
    [(b"Rar!\x1a\7\1\0", "a RAR archive"), (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
     (b"\x1f\x8b\x08", "a gzip archive"), (b"BZh91AY", "a bzip2 archive"), (b"\xfd7zXZ\0", "an xz archive"),
     (b"%PDF-1.4", "a PDF document")],
)  # fmt: skip
def test_another_format_is_refused_by_its_true_name(tmp_path: Path, start: bytes, name: str) -> None:
    refused(write_files(tmp_path, {"pets.zip": start + bytes(600)}) / "pets.zip", f"'pets.zip' is {name}, not a zip")


def test_a_tar_is_refused_with_please_zip(tmp_path: Path) -> None:
    header = b"cats/1.png".ljust(257, b"\0") + b"ustar\x0000" + bytes(300)
    path = write_files(tmp_path, {"pets.tar": header}) / "pets.tar"
    with pytest.raises(DataError, match=r"a tar archive, not a zip. Please pack the folder as a zip"):
        open_source(path, Limits())


def test_a_disk_image_is_refused_by_its_true_name(tmp_path: Path) -> None:
    data = bytes(range(200, 256)) * 50 + b"koly" + bytes(508)
    refused(write_files(tmp_path, {"pets.dmg": data}) / "pets.dmg", "a macOS disk image, not a zip")


def test_an_empty_file_and_an_empty_zip_are_refused(tmp_path: Path, bring: Bring) -> None:
    refused(write_files(tmp_path, {"pets.zip": b""}) / "pets.zip", r"is empty \(0 bytes\)")
    with pytest.raises(DataError, match=r"No pictures .* were found in 'none.zip'"):
        bring(write_zip(tmp_path / "none.zip", {}))


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
def test_a_cut_off_zip_is_refused_as_incomplete(tmp_path: Path, keep: float) -> None:
    path = write_zip(tmp_path / "pets.zip", pets())
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    refused(path, "ends before its table of contents|damaged")


def test_a_zip_with_its_start_missing_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "pets.zip", pets())
    data = path.read_bytes()
    path.write_bytes(data[len(data) // 3 :])
    refused(path, "not a zip")


def test_a_part_of_a_split_archive_is_refused(tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "whole.zip", pets()).read_bytes()
    refused(write_files(tmp_path, {"a.zip": b"PK\7\x08" + whole}) / "a.zip", "one part of a split archive")
    at = whole.rfind(b"PK\5\6")
    second = whole[: at + 4] + struct.pack("<HH", 1, 1) + whole[at + 8 :]
    refused(write_files(tmp_path, {"b.zip": second}) / "b.zip", "one part of a split archive")


def test_a_zip_under_a_password_is_refused(tmp_path: Path) -> None:
    data = bytearray(write_zip(tmp_path / "pets.zip", pets()).read_bytes())
    at = 0
    while (at := data.find(b"PK\1\2", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    refused(write_files(tmp_path, {"secret.zip": bytes(data)}) / "secret.zip", "protected by a password")


@pytest.mark.parametrize(
    ("method", "name"), [(9, "Deflate64"), (14, "LZMA"), (93, "Zstandard"), (99, "AES"), (77, "method 77")]
)
def test_an_unusual_packing_method_is_refused_by_its_name(tmp_path: Path, method: int, name: str) -> None:
    data = bytearray(write_zip(tmp_path / "pets.zip", pets()).read_bytes())
    at = data.find(b"PK\1\2")
    data[at + 10 : at + 12] = struct.pack("<H", method)
    refused(write_files(tmp_path, {"odd.zip": bytes(data)}) / "odd.zip", f"packed with {name}")


def test_entries_that_overlap_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "bomb.zip", {"cats/a.png": png(1), "cats/b.png": png(2)})
    data = bytearray(path.read_bytes())
    second = data.rfind(b"PK\1\2")
    data[second + 42 : second + 46] = struct.pack("<L", 0)  # both entries point at the first one's bytes
    path.write_bytes(data)
    refused(path, "its entries overlap")


def test_a_zip_that_unpacks_to_too_much_is_refused_by_what_it_says(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "big.zip", {"cats/a.bmp": ZEROS}, zipfile.ZIP_DEFLATED)
    refused(path, "it says that it unpacks to", Limits(unpacked_slack=100_000))


def test_a_bomb_is_refused_by_counting_and_nothing_stays(tmp_path: Path, bring: Bring) -> None:
    path = write_zip(tmp_path / "bomb.zip", {**pets(), "cats/zeros.bmp": ZEROS}, zipfile.ZIP_DEFLATED)
    with pytest.raises(DataError, match=r"'bomb.zip' was refused: 'cats/zeros.bmp' unpacks to over 200 times"):
        bring(path, Limits(ratio_from_bytes=100_000))
    assert list((tmp_path / "datasets").iterdir()) == []


def test_too_many_entries_and_too_big_a_zip_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "pets.zip", pets())
    refused(path, "holds 6 files; at most 5 are taken", Limits(entries=5))
    refused(path, r"has .* kB; at most 1 kB are taken", Limits(archive_bytes=1000))
    refused(path, "its table of contents alone has", Limits(directory_bytes=100))


def test_more_entries_than_an_old_zip_can_count_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    names = [f"c/{number:05}".encode() for number in range(65_540)]
    local = [struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, 7, 0) + name for name in names]
    table = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 7, 0, 0, 0, 0, 0, 37 * number) + name
        for number, name in enumerate(names)
    )
    start, count = 37 * len(names), len(names)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(table), start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + len(table), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(table), start, 0)
    path.write_bytes(b"".join([*local, table, end64, locator, end]))
    source = open_source(path, Limits())
    assert len(source.listing.entries) == 65_540
    refused(path, "holds 65,540 files", Limits(entries=50_000))


@pytest.mark.parametrize(
    "name",
    ["../up.png", "cats/../../up.png", "/etc/up.png", "C:\\win.png", "\\\\server\\x.png", "a\\..\\b.png", "c\0d.png"],
)
def test_an_unsafe_name_is_passed_over_and_said(tmp_path: Path, bring: Bring, name: str) -> None:
    dataset = bring(write_zip(tmp_path / "pets.zip", [*pets().items(), (name, png(50))]))
    assert dataset.report.images == 6
    assert len(dataset.report.skipped) == 1
    assert [finding.kind for finding in dataset.report.findings if finding.kind == "unsafe_name"] == ["unsafe_name"]
    assert not list(tmp_path.rglob("up.png"))


def test_backslashes_are_folders(tmp_path: Path, bring: Bring) -> None:
    files = {name.replace("/", "\\"): data for name, data in pets().items()}
    assert bring(write_zip(tmp_path / "pets.zip", files)).index.classes == ("cats", "dogs")


def test_a_link_inside_an_archive_is_never_followed(tmp_path: Path, bring: Bring) -> None:
    path = write_zip(tmp_path / "pets.zip", pets())
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("cats/link.png")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    (skipped,) = bring(path).report.skipped
    assert skipped.reason.startswith("It is a link")


def test_two_files_of_one_name_are_both_kept_and_it_is_said(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_zip(tmp_path / "pets.zip", [*pets().items(), ("cats/0.png", png(77))]))
    assert dataset.report.images == 7
    assert "cats/0.png (2)" in [record.path for record in dataset.index.records]
    assert "1 file of the same name as another one" in "".join(finding.message for finding in dataset.report.findings)


def test_a_damaged_entry_is_passed_over_and_leaves_nothing(tmp_path: Path, bring: Bring) -> None:
    path = write_zip(tmp_path / "pets.zip", pets())
    data = bytearray(path.read_bytes())
    at = data.find(png(1))
    data[at + 40] ^= 0xFF
    path.write_bytes(data)
    dataset = bring(path)
    assert dataset.report.images == 5
    (skipped,) = dataset.report.skipped
    assert skipped.path == "cats/1.png"
    assert "damaged inside the archive" in skipped.reason
    assert len(list((dataset.folder / "files").glob("*/*"))) == 5


def test_an_entry_that_is_longer_than_it_says_is_passed_over(tmp_path: Path, bring: Bring) -> None:
    path = write_zip(tmp_path / "pets.zip", pets(), zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\1\2")
    data[at + 24 : at + 28] = struct.pack("<L", 10)
    path.write_bytes(data)
    (skipped,) = bring(path).report.skipped
    assert skipped.path == "cats/0.png"


def test_archives_inside_are_not_opened(tmp_path: Path, bring: Bring) -> None:
    inner = write_zip(tmp_path / "inner.zip", pets()).read_bytes()
    (skipped,) = bring(write_zip(tmp_path / "outer.zip", {**pets(), "cats/inner.zip": inner})).report.skipped
    assert "Archives inside are not opened" in skipped.reason


def test_a_file_over_the_size_a_link_too_deep_or_too_long_a_name_is_passed_over(tmp_path: Path, bring: Bring) -> None:
    files = {**pets(), "cats/big.png": ZEROS, "a/b/c/d/e/f/g/h/i/deep.png": png(1), f"cats/{'n' * 300}.png": png(2)}
    skipped = bring(write_zip(tmp_path / "pets.zip", files), Limits(file_bytes=100_000, path_depth=8)).report.skipped
    assert sorted(item.reason for item in skipped) == [
        "It has 400 kB; at most 100 kB are read.",
        "It lies more than 8 folders deep.",
        "Its name is longer than 255 bytes.",
    ]


def test_unpacked_files_have_neutral_names_and_no_rights_for_others(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_zip(tmp_path / "pets.zip", {**pets(), "cats/CON.png": png(9)}))
    files = [path for path in (dataset.folder / "files").rglob("*") if path.is_file()]
    assert all(len(path.name) == 64 for path in files)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)


def test_names_in_utf8_without_the_flag_come_out_right(tmp_path: Path, bring: Bring) -> None:
    path = write_zip(tmp_path / "pets.zip", {f"XX{name}": data for name, data in pets().items()})
    path.write_bytes(path.read_bytes().replace(b"XX", "é".encode()))
    assert bring(path).index.classes == ("écats", "édogs")


def test_names_in_an_unknown_alphabet_are_asked_about(tmp_path: Path, bring: Bring) -> None:
    path = write_zip(tmp_path / "pets.zip", {f"XX{name}": data for name, data in pets().items()})
    path.write_bytes(path.read_bytes().replace(b"XX", "犬".encode("shift-jis")))
    kinds = [finding.kind for finding in bring(path).report.findings]
    assert "asked" in kinds
