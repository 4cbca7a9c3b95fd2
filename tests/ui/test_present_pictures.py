"""What was found, as words and HTML: sums, the worst findings with their buttons, the question, and hostile names."""

from __future__ import annotations

import dataclasses

import pytest

from tl_core.data.findings import ranked
from tl_core.data.groups import Grouping
from tl_core.data.index import DatasetReport, Finding, ImageRecord, Skipped, TablePreview
from tl_ui.dataset_use import DatasetUse
from tl_ui.present_doctor import doctor
from tl_ui.present_pictures import facts, found, sentence, tables
from tl_ui.present_use import detail, question
from tl_ui.words import words_for

EN, ZH = words_for("en"), words_for("zh-CN")
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}${x}\"'"


def report(**changes: object) -> DatasetReport:
    plain = DatasetReport(
        classes={"fox": {"train": 300}, "dog": {"train": 112}}, images=412, skipped=(), system_files=0, findings=()
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def record(path: str, label: str, split: str | None = None) -> ImageRecord:
    return ImageRecord(path, label, split, "ab" * 32, 8, 8, 100)  # type: ignore[arg-type]


def test_pictures_and_kinds_are_counted_in_one_sentence() -> None:
    assert sentence(report(), EN) == "412 pictures, 2 kinds."
    skipped = tuple(Skipped(f"{n}.jpg", "It is cut off.") for n in range(3))
    assert sentence(report(skipped=skipped), EN) == "412 pictures, 2 kinds; 3 not used."
    assert sentence(report(skipped=skipped), ZH) == "412 张图片，2 类；3 个文件未使用。"


def test_every_file_that_was_sent_is_in_the_sum() -> None:
    skipped = tuple(Skipped(f"{n}.jpg", "It is cut off.") for n in range(3))
    page = found("x", report(skipped=skipped, system_files=2), EN)
    assert "Of 417 files: 412 used, 3 not used, 2 README, hidden or system files." in page
    assert "= " not in found("x", report(), EN).replace('="', "")


def test_a_set_without_pictures_says_how_to_begin() -> None:
    page = found("x", report(classes={}, images=0), EN)
    assert "Name a kind below, then drop pictures on it or take photos." in page


def test_a_hostile_class_name_stays_text_everywhere() -> None:
    finding = Finding("two_classes", "warning", HOSTILE, (HOSTILE,))
    seen = report(classes={HOSTILE: {"train": 1, "test": 1}}, skipped=(Skipped(HOSTILE, HOSTILE),), findings=(finding,))
    pictures = (record(HOSTILE, HOSTILE), record("b", "fox"))
    findings = doctor(seen.findings, EN, dataset="d", pictures={0: pictures}, expert=True)
    known = facts(pictures, [(HOSTILE, 3)], EN)
    panel = found(HOSTILE, seen, EN, findings, known)
    asked = question(DatasetUse(used_in="new"), (Grouping("folder", 2, (HOSTILE,), HOSTILE),), EN)
    for page in (panel, findings, known, asked):
        assert "<img src=x" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;{{7*7}}${x}&quot;&#x27;" in page


def test_simple_shows_the_three_worst_findings_and_says_that_there_are_more() -> None:
    kinds = (("note", "tiny"), ("note", "converted"), ("harm", "leak"), ("warning", "few"), ("note", "links"))
    findings = ranked([Finding(kind, level, f"about {kind}") for level, kind in kinds])  # type: ignore[arg-type]
    simple = doctor(findings, EN, dataset="d", pictures={}, expert=False)
    expert = doctor(findings, EN, dataset="d", pictures={}, expert=True)
    assert [simple.count(f"about {kind}") for _, kind in kinds] == [1, 0, 1, 1, 0]
    assert "2 more in Expert." in simple
    assert simple.index("about leak") < simple.index("about few")
    assert all(f"about {kind}" in expert for _, kind in kinds)


def test_a_finding_shows_its_pictures_and_a_button_that_names_it() -> None:
    finding = Finding("two_classes", "harm", "One picture.", ("cats/1.png", "dogs/1.png"))
    pictures = (record("cats/1.png", "cats"), record("dogs/1.png", "dogs"))
    page = doctor((finding,), EN, dataset="set", pictures={0: pictures}, expert=False)
    assert page.count('src="thaw/datasets/set/thumb/' + "ab" * 32 + '.jpg?size=160"') == 2
    assert 'data-act="belongs" data-at="0" data-kind="two_classes" data-first="cats/1.png" data-value="dogs"' in page
    assert "It is “dogs”" in page


def test_many_copies_have_one_button_for_all() -> None:
    groups = tuple(Finding("duplicate", "warning", "Twice.", (f"{n}a", f"{n}b")) for n in range(3))
    page = doctor(groups, EN, dataset="d", pictures={}, expert=False)
    assert 'data-act="all_copies" data-value="3"' in page
    assert "Leave out all 3 copies" in page


def test_the_groups_found_are_shown_before_they_are_used() -> None:
    groupings = (Grouping("folder", 12, ("North", "South"), "Two stations."), Grouping("day", 3, (), "Three days."))
    unasked = question(DatasetUse(), groupings, EN)
    assert "12 groups" not in unasked
    asked = question(DatasetUse(used_in="new", group_by="day"), groupings, EN)
    assert "outer folder: 12 groups" in asked
    assert "Two stations." in asked
    assert 'data-act="group_by" data-value="day" aria-pressed="true"' in asked
    assert 'data-act="group_by" data-value="auto" aria-pressed="false"' in asked
    assert "new places may score lower" in question(DatasetUse(used_in="new"), (), EN)


def test_the_split_in_use_is_shown_where_there_is_one() -> None:
    assert "The split in use: training 1,072 · test 33." in question(DatasetUse(), (), EN, {"train": 1072, "test": 33})
    assert "split in use" not in question(DatasetUse(), (), EN, {})


@pytest.mark.parametrize(
    ("split", "in_turns"),
    [({"train": 80, "val": 20}, True), ({"train": 320, "val": 80}, False), ({"train": 80, "val": 9, "test": 9}, False)],
)
def test_of_few_pictures_it_is_said_that_they_may_be_judged_in_turns(split: dict[str, int], in_turns: bool) -> None:
    assert ("in turns (folds) instead" in question(DatasetUse(), (), EN, split)) is in_turns


@pytest.mark.parametrize(("size", "is_lost", "shown"), [(224, False, False), (224, True, True), (384, False, True)])
def test_a_larger_input_is_offered_where_detail_is_lost_or_one_was_chosen(
    size: int, is_lost: bool, shown: bool
) -> None:
    page = detail(EN, size=size, own_size=224, is_lost=is_lost)
    assert bool(page) is shown
    if shown:
        assert f'data-value="{"" if size == 224 else size}" aria-pressed="true"' in page
        assert f"{size} pixels" in page


def test_the_smallest_and_the_largest_picture_and_the_formats_are_named() -> None:
    page = facts((record("a.png", "fox"), record("b.jpg", "fox")), [("PNG", 3), ("", 1)], EN)
    assert "Smallest: 8 × 8 (a.png)" in page
    assert "Formats: PNG 3, ? 1" in page


def test_the_first_rows_of_a_table_stand_below_what_its_columns_were_taken_for() -> None:
    rows = (("a.jpg", "oak", "3"), ("<img onerror=x>", "ash", "5"))
    named = TablePreview("labels.csv", ("path", "label", ""), ("file", "kind", "height"), rows)
    page = tables((named,), EN)
    assert "First rows of the table &#x27;labels.csv&#x27;" in page
    assert 'kind<br><span class="taken">taken as the kind</span>' in page
    assert 'height<br><span class="taken muted">not used</span>' in page
    assert "&lt;img onerror=x&gt;" in page
    assert "<img" not in page
    unnamed = TablePreview("labels.csv", ("path", "label", ""), (), rows)
    assert '<th scope="col"><span class="taken">taken as the picture</span></th>' in tables((unnamed,), EN)
    assert tables((), EN) == ""
