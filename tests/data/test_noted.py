from __future__ import annotations

from pathlib import Path

import pytest

from tl_core.data.index import DatasetReport, ImageIndex, ImageRecord, Split
from tl_core.data.noted import NOTED_FILE, Noted, read_noted, with_noted, write_noted
from tl_core.data.store import make_index


def content(number: int) -> str:
    return f"{number:064x}"


def index(*splits: Split | None, near: int = 0) -> ImageIndex:
    return make_index(
        ImageRecord(f"{n}.png", "ab"[n % 2], split, content(n), 9, 9, 1, near=near) for n, split in enumerate(splits)
    )


def told(folder: Path, pictures: ImageIndex) -> list[tuple[str, str, tuple[str, ...]]]:
    report = DatasetReport(pictures.counts(), len(pictures.records), (), 0, ())
    return [(found.kind, found.severity, found.paths) for found in with_noted(folder, pictures, report).findings]


def test_what_a_training_noted_comes_with_the_report(tmp_path: Path) -> None:
    pictures = index(*[None] * 6)
    assert told(tmp_path, pictures) == []
    copies = ((content(0), content(2)), (content(2), content(4)), (content(1), content(3)))
    write_noted(tmp_path, Noted("net", ((content(5), "b"),), copies))
    assert told(tmp_path, pictures) == [
        ("outlier", "note", ("5.png",)),
        ("near_duplicate", "note", ("0.png", "2.png", "4.png")),
        ("near_duplicate", "note", ("1.png", "3.png")),
    ]


def test_copies_in_two_classes_and_on_two_sides_weigh_more(tmp_path: Path) -> None:
    write_noted(tmp_path, Noted("net", (), ((content(0), content(1)), (content(2), content(4)))))
    assert told(tmp_path, index(None, None, None, None, None))[0] == ("near_duplicate", "warning", ("0.png", "1.png"))
    assert told(tmp_path, index("train", "train", "train", "train", "test")) == [
        ("near_duplicate", "warning", ("0.png", "1.png")),
        ("leak", "warning", ("2.png", "4.png")),
    ]


def test_a_note_falls_silent_when_the_picture_was_relabelled_left_out_or_found_by_its_hash(tmp_path: Path) -> None:
    write_noted(tmp_path, Noted("net", ((content(1), "b"), (content(9), "a")), ((content(0), content(2)),)))
    relabelled = make_index([ImageRecord("1.png", "a", None, content(1), 9, 9, 1), *index(None).records])
    assert told(tmp_path, relabelled) == []
    assert told(tmp_path, index(None, None, None, near=4)) == [("outlier", "note", ("1.png",))]


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b'{"network": "x", "outliers": [1], "copies": []}'])
def test_a_damaged_note_is_as_none(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / NOTED_FILE).write_bytes(damaged)
    assert read_noted(tmp_path) is None
    assert told(tmp_path, index(None, None)) == []
