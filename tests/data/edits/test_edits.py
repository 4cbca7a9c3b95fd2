from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.edits.editing import labels, loose, sent, state
from tests.data.pictures_for_tests import png, write_files
from tl_core.data.dataset import Dataset, find_unchanged, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor
from tl_core.data.limits import Limits
from tl_core.errors import DataError

Edit = Callable[[DatasetEditor], object]


def test_a_picture_is_given_another_kind_and_the_report_knows(dataset: Dataset, editor: DatasetEditor) -> None:
    changed = editor.relabel(["cats/0.png", "cats/1.png"], "Dogs")
    assert labels(changed)["cats/0.png"] == "dogs", "a kind is spelled as it is already"
    assert changed.report.classes == {"cats": {"train": 1}, "dogs": {"train": 5}}
    assert open_dataset(dataset.folder).report == changed.report
    assert editor.relabel(["cats/0.png"], " new kind. ").index.classes == ("cats", "dogs", "new kind")
    assert sent(changed) == sent(dataset)


def test_left_out_pictures_count_as_passed_over_and_come_back(dataset: Dataset, editor: DatasetEditor) -> None:
    changed = editor.leave_out(["cats/0.png"])
    changed = editor.leave_out(["dogs/1.png"], "blurred")
    reasons = {item.path: item.reason for item in changed.report.skipped}
    assert (reasons["cats/0.png"], reasons["dogs/1.png"]) == ("Left out by you.", "Left out by you: blurred.")
    assert sent(changed) == sent(dataset)
    assert [(item.record.path, item.why) for item in changed.left_out] == [
        ("cats/0.png", ""),
        ("dogs/1.png", "blurred"),
    ]
    assert not [finding for finding in changed.report.findings if finding.kind == "unreadable"]
    back = editor.bring_back(["cats/0.png", "dogs/1.png"])
    assert back.index == dataset.index
    assert back.report == dataset.report
    assert back.left_out == ()


def test_findings_are_found_anew_after_a_change(source: Path, bring: Bring, pool: DecoderPool) -> None:
    dataset = bring(write_files(source, {"dogs/copy.png": png(0)}))
    assert "two_classes" in [finding.kind for finding in dataset.report.findings]
    kinds = [
        finding.kind for finding in DatasetEditor(dataset.folder, pool).leave_out(["dogs/copy.png"]).report.findings
    ]
    assert "two_classes" not in kinds


def test_a_kind_is_renamed_and_joined_to_one_that_is_there(editor: DatasetEditor) -> None:
    assert editor.rename_class("cats", "kittens").index.classes == ("dogs", "kittens")
    assert editor.rename_class("kittens", "Kittens").index.classes == ("Kittens", "dogs")
    assert editor.rename_class("Kittens", "DOGS").report.classes == {"dogs": {"train": 6}}
    assert [entry.sentence for entry in editor.history()][-1] == "'Kittens' renamed to 'dogs'."


def test_changes_are_undone_and_done_again(dataset: Dataset, editor: DatasetEditor, tmp_path: Path) -> None:
    editor.relabel(["cats/0.png"], "dogs")
    editor.add("birds", loose(tmp_path / "new", 50, 51))
    changed = editor.leave_out(["dogs/0.png"])
    for word, step, goal in (("undo", editor.undo, dataset), ("redo", editor.redo, changed)):
        reached = [step() for _ in range(3)][-1]
        assert (reached.index, reached.report) == (goal.index, goal.report)
        assert [entry.is_undone for entry in editor.history()] == [word == "undo"] * 3
        with pytest.raises(DataError, match=f"There is no change to {word}"):
            step()


def test_a_new_change_after_undo_forgets_what_was_undone(editor: DatasetEditor) -> None:
    editor.relabel(["cats/0.png"], "dogs")
    editor.undo()
    editor.leave_out(["cats/1.png"])
    assert [entry.sentence for entry in editor.history()] == ["1 picture left out."]
    with pytest.raises(DataError, match="no change to redo"):
        editor.redo()


@pytest.mark.parametrize(
    "change",
    [lambda editor: editor.relabel(["cats/0.png"], "x"), lambda editor: editor.leave_out(["cats/0.png"]),
     lambda editor: editor.rename_class("cats", "x"), lambda editor: editor.undo()],
    ids=["relabel", "leave out", "rename", "undo"],
)  # fmt: skip
def test_the_persons_own_files_are_never_touched(source: Path, editor: DatasetEditor, change: Edit) -> None:
    editor.relabel(["cats/1.png"], "dogs")
    before = state(source)
    change(editor)
    assert state(source) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda editor: editor.relabel(["cats/0.png", "x.png"], "a"), "Not among these pictures: 'x.png'"),
        (lambda editor: editor.relabel([], "a"), "No picture was chosen"),
        (lambda editor: editor.relabel(["cats/0.png"], " \u200b "), "A kind needs a name"),
        (lambda editor: editor.relabel(["cats/0.png"], "x" * 300), "longer than 255 bytes"),
        (lambda editor: editor.bring_back(["cats/0.png"]), "'cats/0.png' is not left out"),
        (lambda editor: editor.rename_class("birds", "x"), "There is no kind 'birds'"),
        (lambda editor: editor.add("", []), "A kind needs a name"),
    ],
)
def test_what_does_not_fit_is_said_and_changes_nothing(
    dataset: Dataset, editor: DatasetEditor, change: Edit, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        change(editor)
    assert open_dataset(dataset.folder).report == dataset.report
    assert editor.history() == ()


def test_more_kinds_than_are_taken_are_refused(dataset: Dataset, pool: DecoderPool) -> None:
    with pytest.raises(DataError, match="That makes 3 kinds; at most 2 are taken"):
        DatasetEditor(dataset.folder, pool, Limits(classes=2)).relabel(["cats/0.png"], "birds")


def test_a_changed_dataset_is_not_taken_for_its_unchanged_source(
    source: Path, dataset: Dataset, editor: DatasetEditor, tmp_path: Path
) -> None:
    assert find_unchanged(tmp_path / "datasets", source) is not None
    editor.relabel(["cats/0.png"], "dogs")
    assert find_unchanged(tmp_path / "datasets", source) is None
    editor.undo()
    assert find_unchanged(tmp_path / "datasets", source) is not None
