from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.pictures_for_tests import png, write_files
from tl_core.data.boxes import boxes_of
from tl_core.data.limits import LOCAL
from tl_core.data.planning import plan_of
from tl_core.data.sources import open_source
from tl_core.errors import DataError

SETS = {
    "COCO": ["train2017/1.jpg", "train2017/2.jpg", "val2017/3.jpg", "annotations/instances_train2017.json"],
    "Pascal VOC": ["VOC/JPEGImages/1.jpg", "VOC/JPEGImages/2.jpg", "VOC/Annotations/1.xml", "VOC/Annotations/2.xml"],
    "YOLO": ["images/train/1.jpg", "images/val/2.jpg", "labels/train/1.txt", "labels/val/2.txt", "data.yaml"],
}
BOXES = {".txt": b"0 0.5 0.5 0.25 0.125\n12 0.1 0.2 .3 0.4\n", ".xml": b"<annotation><object/></annotation>"}
OTHER_FORMS = [
    ("COCO", ["train/a.jpg", "train/b.jpg", "train/_annotations.coco.json"]),
    ("YOLO", ["obj/1.jpg", "obj/1.txt", "obj/2.jpg", "obj/2.txt"]),
    ("Pascal VOC", ["1.jpg", "1.xml", "2.jpg", "2.xml"]),
    ("", ["cats/1.jpg", "cats/2.jpg", "dogs/3.jpg", "readme.txt", "settings.json"]),
    ("", ["notes/1.txt", "notes/2.txt"]),
]


@pytest.mark.parametrize(("name", "paths"), [*SETS.items(), *OTHER_FORMS])
def test_sets_of_boxes_are_recognised_by_their_files(name: str, paths: list[str]) -> None:
    assert boxes_of(paths) == name


@pytest.mark.parametrize("name", SETS)
def test_a_set_of_boxes_is_refused_by_its_name_with_what_to_do(tmp_path: Path, name: str) -> None:
    folder = write_files(tmp_path / "street", {path: BOXES.get(path[-4:], b"x") for path in SETS[name]})
    with pytest.raises(DataError, match=rf"'street' is a {name} set: boxes around things .* Cut the things out"):
        plan_of(open_source(folder, LOCAL), LOCAL)


def test_boxes_beside_class_folders_are_said_and_do_no_harm(tmp_path: Path) -> None:
    files = {
        f"{kind}/{number}{ending}": BOXES.get(ending, png(1))
        for kind in ("cat", "dog")
        for number in "12"
        for ending in (".png", ".txt")
    }
    plan = plan_of(open_source(write_files(tmp_path / "pets", files), LOCAL), LOCAL)
    assert [finding.message for finding in plan.findings] == [
        "Boxes of a YOLO set lie beside the pictures; they were not used, the folders give the kinds."
    ]


@pytest.mark.parametrize("text", [b"A frog.\nfr=Une grenouille\n", b"", b"0.5 0.5\n"])
def test_texts_beside_the_pictures_that_hold_no_boxes_are_only_texts(tmp_path: Path, text: bytes) -> None:
    files = {f"{kind}/{number}.txt": text for kind in ("cat", "dog") for number in "12"}
    pictures = {path.replace(".txt", ".png"): png(1) for path in files}
    plan = plan_of(open_source(write_files(tmp_path / "pets", {**files, **pictures}), LOCAL), LOCAL)
    assert plan.findings == ()
