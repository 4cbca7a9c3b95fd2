"""What the doctor, the groups and the splits say of made-up sets, said in Chinese."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from PIL import Image

from tests.data.pictures_for_tests import noise
from tests.data.test_findings_looks import columns, sheet
from tests.data.test_groups import picture
from tests.ui.test_said import in_chinese
from tl_core.data.columns import NOTES, note_mask
from tl_core.data.findings import find_all
from tl_core.data.findings_shortcuts import CORNERS, OWN, WORDS
from tl_core.data.groups import proposals
from tl_core.data.index import DatasetReport, Finding, ImageIndex
from tl_core.data.noted import Noted, with_noted, write_noted
from tl_core.data.places import places_of
from tl_core.data.splits import assign_splits
from tl_core.data.store import make_index
from tl_ui.doctor import LEAVE_OUT
from tl_ui.words.said import said


def told(findings: tuple[Finding, ...]) -> set[str]:
    for finding in findings:
        in_chinese(finding.message)
    return {finding.kind for finding in findings}


def test_every_finding_of_the_doctor_is_translated(tmp_path: Path) -> None:
    images = {f"{'ab'[n % 2]}/{n:03d}": noise(n) for n in range(40)} | {
        "a/blank": sheet(200), "a/dark": sheet(3, 90), "a/bright": sheet(252, 200),
        "a/fine": sheet(120, 20, (2000, 2000)),
        "a/tiny": noise(900, (30, 200)), "a/thin": noise(901, (400, 90)),
    }  # fmt: skip
    pictures = columns(images)
    near, split = np.zeros(len(pictures), dtype=np.int32), np.zeros(len(pictures), dtype=np.int8)
    near[[0, 5]], near[[1, 6, 30]], split[[5, 6, 7]] = 1, 2, 2
    notes = np.zeros(len(pictures), dtype=np.uint32)
    notes[0] = note_mask(NOTES)
    index = ImageIndex.of(pictures.with_(near=near, split=split, notes=notes))
    kinds = told(find_all(index, [], [], []))
    assert {"blank", "dark", "bright", "detail", "tiny", "shape", "leak", "converted", "place"} <= kinds
    same = pictures.with_(sha256=np.zeros((len(pictures), 32), dtype=np.uint8))
    assert "identical" in told(find_all(ImageIndex.of(same), [], [], []))
    contents = [record.sha256 for record in index.records]
    write_noted(tmp_path, Noted("net", ((contents[9], "a"),), ((contents[2], contents[3]), (contents[8], contents[5]))))
    report = DatasetReport(index.counts(), len(pictures), (), 0, ())
    assert told(with_noted(tmp_path, index, report).findings) == {"outlier", "near_duplicate", "leak"}


def test_every_shortcut_is_translated() -> None:
    ends = [*WORDS.values(), *(f"look the same in the {corner} corner" for corner in CORNERS)]
    for words in ends:
        instead = "a network may learn that instead of the subject."
        in_chinese(f"Nearly all pictures of 'a' and 'b' {words}, and hardly any others: {instead}")
    for own in [*OWN.values(), *(f"a {corner} corner of their own" for corner in CORNERS)]:
        shared = "shared by nearly all their pictures and hardly any others"
        in_chinese(f"'a' and 'b' each have {own}, {shared}: a network may learn that instead of the subject.")
    grey = {f"{'ab'[n % 2]}/{n:03d}": noise(n) for n in range(40)}
    grey = {path: Image.merge("RGB", [image.convert("L")] * 3) if path < "b" else image for path, image in grey.items()}
    assert "shortcut" in told(find_all(ImageIndex.of(columns(grey)), [], [], []))


def test_groupings_and_what_the_number_means_are_translated() -> None:
    index = make_index(
        picture(f"{kind}/clip{n % 4}_{n}.jpg", camera=f"cam {n % 3}", taken=86_400.0 * (n % 5), group=f"p{n % 4}")
        for kind in ("fox", "dog")
        for n in range(24)
    )
    found = proposals(index)
    assert [grouping.by for grouping in found] == ["table", "camera", "day", "name"]
    for grouping in found:
        in_chinese(grouping.sentence)
    in_chinese("The outer folders make 4 groups, such as 'a', 'b' and 'c'.")
    lone = dataclasses.replace(index.records[0], path="cat/1.jpg", label="cat", sha256="e" * 64)
    one_group = make_index([*index.records, lone])
    ungrouped = make_index([*index.records, picture("fox/none.jpg"), picture("dog/none.jpg")])
    for used_in, group_by, pictures in (
        ("new", "none", index), ("new", "table", one_group), (None, "day", index), ("new", "table", ungrouped),
    ):  # fmt: skip
        done = assign_splits(pictures, validation_share=0.2, seed=0, used_in=used_in, group_by=group_by)
        for caution in places_of(done, validation_share=0.05, used_in=used_in, group_by=group_by).cautions:
            in_chinese(caution)
    alike = ImageIndex.of(index.columns.with_(near=index.columns.label + 1, split=np.zeros(48)))
    for caution in places_of(alike, validation_share=0.2, used_in="new", group_by="none").cautions:
        in_chinese(caution)
    parted = ImageIndex.of(index.columns.with_(split=np.arange(len(index.records)) % 3))
    for caution in places_of(parted, validation_share=0.2, used_in="new", group_by="table").cautions:
        in_chinese(caution)


def test_why_the_doctors_buttons_left_pictures_out_is_translated() -> None:
    for why in (*LEAVE_OUT, "a copy", "also in the test", "also in validation"):
        in_chinese(why)
        in_chinese(f"Left out by you: {why}.")
    assert said("Left out by you: a copy.", "zh-CN") == "由你排除：副本。"
