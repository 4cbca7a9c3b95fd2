"""Rows A of the catalogue, archives of strangers. Refused with the cause, or every file accounted for."""

from __future__ import annotations

import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest

from tests.data.catalogue.hostile import (
    CENTRAL,
    accounted,
    in_alphabet,
    many_entries,
    overlapping,
    patched,
    put,
    refused,
    said,
    with_link,
)
from tests.data.conftest import Bring
from tests.data.pictures_for_tests import pets, png, write_zip
from tl_core.data.limits import LOCAL, Limits
from tl_core.data.sources import open_source
from tl_core.errors import DataError

ZEROS = bytes(400_000)


def test_a01_an_archive_inside_is_never_opened(tmp_path: Path, bring: Bring) -> None:
    inner = write_zip(tmp_path / "inner.zip", pets()).read_bytes()
    for _ in range(3):
        inner = write_zip(tmp_path / "inner.zip", {"again.zip": inner}).read_bytes()
    dataset = bring(write_zip(tmp_path / "a.zip", {**pets(), "cats/inner.zip": inner}))
    assert "Archives inside are not opened; unpack it first." in accounted(dataset, 7)["cats/inner.zip"]


def test_a02_entries_that_overlap_are_refused(tmp_path: Path, bring: Bring) -> None:
    refused(bring, overlapping(tmp_path / "a.zip"), r"'a.zip' was refused: its entries overlap, at 'cats/1.png'")


def test_a04_a_bomb_is_stopped_by_counting_while_it_unpacks(tmp_path: Path, bring: Bring) -> None:
    path = write_zip(tmp_path / "a.zip", {**pets(), "cats/zeros.bmp": ZEROS}, zipfile.ZIP_DEFLATED)
    match = r"'cats/zeros.bmp' unpacks to over 200 times its size"
    refused(bring, path, match, Limits(ratio_from_bytes=100_000))


def test_a05_a_file_longer_than_it_says_is_passed_over(tmp_path: Path, bring: Bring) -> None:
    path = patched(write_zip(tmp_path / "a.zip", pets(), zipfile.ZIP_DEFLATED), put(CENTRAL, 24, "<L", 10))
    assert "It is damaged inside the archive (Bad CRC-32" in accounted(bring(path), 6)["cats/0.png"]


def test_a06_a_size_that_is_declared_too_big_is_refused_and_a_little_too_big_harms_nobody(
    tmp_path: Path, bring: Bring
) -> None:
    path = patched(write_zip(tmp_path / "a.zip", pets()), put(CENTRAL, 24, "<L", 0xFFFFFFF0))
    refused(bring, path, r"it says that it unpacks to 4,295 MB, more than the 200 MB allowed")
    little = patched(
        write_zip(tmp_path / "b.zip", pets(), zipfile.ZIP_DEFLATED), put(CENTRAL, 24, "<L", len(png(0)) + 99)
    )
    assert accounted(bring(little), 6) == {}


def test_a08_more_files_than_an_old_zip_can_count_and_zip64_are_accepted(tmp_path: Path, bring: Bring) -> None:
    many = many_entries(tmp_path / "many.zip", 65_540)
    assert len(open_source(many, LOCAL).listing.entries) == 65_540
    refused(bring, many, r"holds 65,540 files; at most 50,000 are taken", Limits(entries=50_000))
    with zipfile.ZipFile(tmp_path / "big.zip", "w") as archive:
        for name, data in pets().items():
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(data)
    assert accounted(bring(tmp_path / "big.zip"), 6) == {}


@pytest.mark.parametrize("name", ["../up.png", "cats/../../up.png", "..\\up.png", "a\\..\\up.png"])
def test_a09_a_name_that_leads_outside_is_passed_over_and_warned_about(tmp_path: Path, bring: Bring, name: str) -> None:
    dataset = bring(write_zip(tmp_path / "a.zip", [*pets().items(), (name, png(50))]))
    assert "Its name leads outside the archive ('..')" in accounted(dataset, 7)[name.replace("\\", "/")]
    assert said(dataset, "unsafe_name").startswith("1 file passed over: unsafe names")
    assert not list(tmp_path.rglob("up.png"))


@pytest.mark.parametrize("name", ["/etc/abs.png", "C:\\abs.png", "\\\\server\\abs.png"])
def test_a10_an_absolute_name_is_passed_over_and_backslashes_are_folders(
    tmp_path: Path, bring: Bring, name: str
) -> None:
    files = [(path.replace("/", "\\"), data) for path, data in pets().items()]
    dataset = bring(write_zip(tmp_path / "a.zip", [*files, (name, png(50))]))
    assert "Its name is an absolute path" in accounted(dataset, 7)[name.replace("\\", "/")]
    assert dataset.index.classes == ("cats", "dogs")


def test_a12_a_tar_with_links_and_devices_is_refused_as_a_whole(tmp_path: Path, bring: Bring) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for kind in (tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"cats/{kind.decode()}.png")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    refused(bring, tmp_path / "a.tar", r"'a.tar' is a tar archive, not a zip. Please pack the folder as a zip")


def test_a13_a_link_and_a_file_behind_it_lead_nowhere(tmp_path: Path, bring: Bring) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    path = with_link(tmp_path / "a.zip", "cats/way", str(outside), {**pets(), "cats/way/evil.png": png(60)})
    dataset = bring(path)
    assert accounted(dataset, 8)["cats/way"].startswith("It is a link; links inside archives are not followed")
    assert list(outside.iterdir()) == []


def test_a14_two_files_of_one_name_are_both_kept(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_zip(tmp_path / "a.zip", [*pets().items(), ("cats/0.png", png(77))]))
    assert accounted(dataset, 7) == {}
    assert dataset.report.classes["cats"] == {"train": 4}
    assert said(dataset, "unsafe_name") == "1 file of the same name as another one in the archive; all were kept."


def test_a16_kinds_that_differ_by_letter_case_are_merged_and_it_is_said(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_zip(tmp_path / "a.zip", {**pets(), "Cats/9.png": png(9)}))
    assert accounted(dataset, 7) == {}
    assert said(dataset, "merged_classes") == "'Cats', 'cats' were taken as one kind: 'cats'."


def test_a17_kinds_in_two_unicode_forms_are_merged_and_it_is_said(tmp_path: Path, bring: Bring) -> None:
    forms = [unicodedata.normalize(form, "élan") for form in ("NFC", "NFD")]
    files = {f"{form}/{at}.png": png(at + 200) for at, form in enumerate(forms)}
    dataset = bring(write_zip(tmp_path / "a.zip", {**pets(), **files}))
    assert accounted(dataset, 8) == {}
    assert dataset.report.classes[forms[0]] == {"train": 2}
    assert "were taken as one kind" in said(dataset, "merged_classes")


@pytest.mark.parametrize(
    ("encoding", "kinds", "alphabet"),
    [("shift-jis", ("柴犬の写真", "三毛猫の写真"), "Shift-JIS"), ("cp866", ("кошка", "собака"), "Cyrillic")],
)
def test_a18_names_in_an_old_alphabet_are_read_and_previewed(
    tmp_path: Path, bring: Bring, encoding: str, kinds: tuple[str, str], alphabet: str
) -> None:
    dataset = bring(in_alphabet(tmp_path / "a.zip", encoding, kinds))
    assert accounted(dataset, 6) == {}
    assert set(dataset.index.classes) == set(kinds)
    assert f"6 names in an alphabet that the archive does not tell, read as {alphabet}" in said(dataset, "asked")
    assert all(f"'{kind}'" in said(dataset, "asked") for kind in kinds)


@pytest.mark.parametrize(
    ("method", "name"), [(9, "Deflate64"), (14, "LZMA"), (93, "Zstandard"), (98, "PPMd"), (99, "AES encryption")]
)
def test_a20_a_packing_that_cannot_be_undone_is_refused_by_its_name(
    tmp_path: Path, bring: Bring, method: int, name: str
) -> None:
    path = patched(write_zip(tmp_path / "a.zip", pets()), put(CENTRAL, 10, "<H", method))
    refused(bring, path, f"is packed with {name}, which cannot be unpacked here")


def test_a21_a_cut_off_zip_is_refused_as_incomplete(tmp_path: Path, bring: Bring) -> None:
    path = write_zip(tmp_path / "a.zip", pets())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"'a.zip' ends before its table of contents. The upload is incomplete: please"):
        bring(path)


def test_a22_one_damaged_entry_is_passed_over_and_leaves_nothing(tmp_path: Path, bring: Bring) -> None:
    path = patched(write_zip(tmp_path / "a.zip", pets()), lambda data: put(png(1), 60, "<L", 0xDEADBEEF)(data))
    dataset = bring(path)
    assert "It is damaged inside the archive (Bad CRC-32" in accounted(dataset, 6)["cats/1.png"]
    assert len([item for item in (dataset.folder / "files").rglob("*") if item.is_file()]) == 5
