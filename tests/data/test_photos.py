"""Zips of photos as one list, whatever lies around them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tl_core.data.layout import Place
from tl_core.data.limits import LOCAL
from tl_core.data.photos import open_photos, plan_of_photos
from tl_core.errors import DataError


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_several_zips_are_one_list_and_equal_names_stay_two_photos(tmp_path: Path) -> None:
    one = zipped(tmp_path / "1.zip", {"trip/a.jpg": b"1", "../out.jpg": b"2"})
    other = zipped(tmp_path / "2.zip", {"trip/a.jpg": b"3", "b.jpg": b"4"})
    source = open_photos([one, other], LOCAL)
    paths = [entry.path for entry in source.listing.entries]
    assert paths == ["trip/a.jpg", "trip/a (2).jpg", "b.jpg"]
    assert [b"".join(source.unpack(entry)) for entry in source.listing.entries] == [b"1", b"3", b"4"]
    assert [item.path for item in source.listing.refused] == ["../out.jpg"]
    source.close()


def test_every_file_is_looked_at_but_those_of_a_system(tmp_path: Path) -> None:
    source = open_photos([zipped(tmp_path / "1.zip", {"a.jpg": b"", "x/b.txt": b"", "x/.DS_Store": b""})], LOCAL)
    assert plan_of_photos(source.listing).places == (Place("", None), Place("", None), None)
    source.close()


def test_what_is_no_zip_is_refused_in_words(tmp_path: Path) -> None:
    good = zipped(tmp_path / "1.zip", {"a.jpg": b""})
    (tmp_path / "2.zip").write_bytes(b"hello")
    with pytest.raises(DataError, match=r"2\.zip"):
        open_photos([good, tmp_path / "2.zip"], LOCAL)
