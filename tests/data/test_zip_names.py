from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import png
from tl_core.data.zip_names import names_of

ALPHABETS = {
    "cp932": ("Shift-JIS (Japanese)", ["犬/写真.png", "猫/1.png", "ねこ/2.png", "カラス/3.png"]),
    "gbk": ("GBK (Chinese)", ["狗/照片.png", "猫/1.png", "花朵/玫瑰.png", "苹果/测试.png"]),
    "cp949": ("Korean", ["고양이/1.png", "개/사진.png", "강아지/2.png"]),
    "cp866": ("Cyrillic (DOS)", ["собаки/1.png", "кошки/Фото 2.png", "Птицы/3.png"]),
    "cp1251": ("Cyrillic (Windows)", ["собаки/1.png", "кошки/Фото 2.png", "Птицы/3.png"]),
    "cp1252": ("Western (Windows)", ["Müll/1.png", "Glas/größe.png", "café/2.png", "niño/3.png"]),
    "cp437": ("Western (DOS)", ["Müll/1.png", "Glas/grün.png", "café/2.png", "niño/3.png"]),
}


def entry(raw: bytes, extra: bytes = b"") -> zipfile.ZipInfo:
    """As zipfile reads an entry without the UTF-8 flag."""
    info = zipfile.ZipInfo("x")
    info.orig_filename, info.flag_bits, info.extra = raw.decode("cp437"), 0, extra
    return info


def old_zip(path: Path, names: list[bytes]) -> Path:
    """A zip that holds these bytes as names, and no word about their alphabet."""
    local, table, at = b"", b"", 0
    for number, name in enumerate(names):
        data = png(number)
        fields = struct.pack("<H2H3L2H", 0, 0, 33, zlib.crc32(data), len(data), len(data), len(name), 0)
        entry = struct.pack("<4s2H", b"PK\3\4", 20, 0) + fields + name + data
        table += struct.pack("<4s3H", b"PK\1\2", 20, 20, 0) + fields + struct.pack("<3H2L", 0, 0, 0, 0, at) + name
        local, at = local + entry, at + len(entry)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(names), len(names), len(table), len(local), 0)
    path.write_bytes(local + table + end)
    return path


@pytest.mark.parametrize("encoding", ALPHABETS)
def test_the_alphabet_of_old_names_is_told_by_how_they_read(encoding: str) -> None:
    alphabet, names = ALPHABETS[encoding]
    found = names_of([entry(name.encode(encoding)) for name in [*names, "plain/9.png"]])
    assert found.names == (*names, "plain/9.png")
    assert (found.alphabet, found.is_trusted) == (alphabet, True)
    assert found.guessed == tuple(number for number, name in enumerate(names) if not name.isascii())


def test_utf8_without_its_flag_is_no_guess() -> None:
    found = names_of([entry("犬/1.png".encode()), entry("Müll/1.png".encode())])
    assert (found.names, found.guessed, found.alphabet) == (("犬/1.png", "Müll/1.png"), (), "")


def test_one_damaged_name_among_many_in_utf8_does_not_change_the_others() -> None:
    names = [f"犬/{number}.png" for number in range(9)]
    found = names_of([*(entry(name.encode()) for name in names), entry("犬/x.png".encode()[:-6] + b"\xff.png")])
    assert found.names[:9] == tuple(names)
    assert found.guessed == (9,)


def test_a_name_beside_the_name_in_utf8_is_believed_where_it_belongs_to_it() -> None:
    raw = "犬.png".encode("cp932")
    field = b"\1" + struct.pack("<L", zlib.crc32(raw)) + "犬.png".encode()
    other = b"\1" + struct.pack("<L", 1) + b"evil.png"
    head = struct.pack("<HH", 0x7075, len(field))
    assert names_of([entry(raw, head + field)]).names == ("犬.png",)
    assert names_of([entry(raw, struct.pack("<HH", 0x7075, len(other)) + other)]).names != ("evil.png",)


def test_what_was_guessed_is_shown_with_the_kinds(tmp_path: Path, bring: Bring) -> None:
    names = [name.encode("cp932") for name in ("犬/写真.png", "犬/2.png", "ねこ/1.png", "ねこ/2.png")]
    dataset = bring(old_zip(tmp_path / "old.zip", names))
    assert dataset.index.classes == ("ねこ", "犬")
    (asked,) = [finding for finding in dataset.report.findings if finding.kind == "asked"]
    assert asked.message == (
        "4 names in an alphabet that the archive does not tell, read as Shift-JIS (Japanese): '犬' and 'ねこ'."
    )


def test_names_that_no_alphabet_fits_are_said_to_look_wrong(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(old_zip(tmp_path / "old.zip", [b"\x98\xff\xfe\x01/1.png", b"cats/2.png"]))
    assert [finding.message[:47] for finding in dataset.report.findings if finding.kind == "asked"] == [
        "1 name in an unknown alphabet may look wrong, s"
    ]
