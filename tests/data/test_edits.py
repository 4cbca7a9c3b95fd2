from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import encoded, noise, pets, png, write_files, write_zip
from tl_core.data import edit_state, edits, store
from tl_core.data.dataset import Dataset, ImportStopped, create_dataset, find_unchanged, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor
from tl_core.data.findings_copies import groups_of
from tl_core.data.limits import Limits
from tl_core.data.splits import SplitRow, assign_splits, read_split_csv, write_split_csv
from tl_core.errors import DataError

Edit = Callable[[DatasetEditor], object]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_files(tmp_path / "pets", {**pets(), "cats/readme.txt": b"", "dogs/notes.txt": b"text"})


@pytest.fixture
def dataset(source: Path, bring: Bring) -> Dataset:
    return bring(source)


@pytest.fixture
def editor(dataset: Dataset, pool: DecoderPool) -> DatasetEditor:
    return DatasetEditor(dataset.folder, pool)


def labels(dataset: Dataset) -> dict[str, str]:
    return {record.path: record.label for record in dataset.index.records}


def sent(dataset: Dataset) -> int:
    report = dataset.report
    assert (
        report.images == len(dataset.index.records) == sum(sum(counts.values()) for counts in report.classes.values())
    )
    assert dataset.facts.images == report.images
    return report.images + len(report.skipped) + report.system_files


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def loose(folder: Path, *seeds: int) -> list[tuple[str, Path]]:
    files = write_files(folder, {f"{seed}.png": png(seed) for seed in seeds})
    return [(path.name, path) for path in sorted(files.iterdir())]


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
    editor.undo()
    editor.undo()
    undone = editor.undo()
    assert undone.index == dataset.index
    assert undone.report == dataset.report
    with pytest.raises(DataError, match="There is no change to undo"):
        editor.undo()
    assert [entry.is_undone for entry in editor.history()] == [True] * 3
    editor.redo()
    editor.redo()
    again = editor.redo()
    assert again.index == changed.index
    assert again.report == changed.report
    with pytest.raises(DataError, match="There is no change to redo"):
        editor.redo()


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


def test_added_pictures_are_kept_beside_a_persons_folder(
    source: Path, dataset: Dataset, editor: DatasetEditor, tmp_path: Path
) -> None:
    before = state(source)
    files = [*loose(tmp_path / "new", 50, 51), ("bad.png", tmp_path / "new" / "gone.png"), ("Thumbs.db", source)]
    files.append(("C:\\photos\\50.png", tmp_path / "new" / "51.png"))
    added = editor.add("Cats", files)
    assert (added.images, added.system_files) == (2, 1)
    assert [item.reason for item in added.skipped] == [
        "The file is gone.", "The same picture is there already: 'Cats/50 (2).png'.",
    ]  # fmt: skip
    assert sent(added.dataset) == sent(dataset) + 5
    record = next(record for record in added.dataset.index.records if record.path == "Cats/50.png")
    assert (record.label, record.stored) == ("cats", True)
    (tmp_path / "new" / "50.png").unlink()
    assert added.dataset.path_of(record).read_bytes() == png(50)
    assert added.dataset.path_of(added.dataset.index.records[-1]).is_relative_to(source)
    assert state(source) == before
    assert list((dataset.folder / "incoming").iterdir()) == []


def test_pictures_that_are_there_already_are_not_added_twice(
    dataset: Dataset, editor: DatasetEditor, source: Path
) -> None:
    again = [(path.name, path) for path in sorted((source / "cats").iterdir()) if path.suffix == ".png"]
    added = editor.add("cats", again)
    assert (added.images, added.dataset.report.images) == (0, 6)
    assert [item.reason for item in added.skipped] == [
        f"The same picture is there already: 'cats/{number}.png'." for number in range(3)
    ]
    assert editor.add("dogs", again[:1]).images == 1, "another kind is a contradiction that the report shows"
    editor.leave_out(["cats/1.png"])
    assert editor.add("cats", again[1:2]).images == 1


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path, bring: Bring, pool: DecoderPool) -> None:
    dataset = bring(write_zip(tmp_path / "pets.zip", pets()))
    added = DatasetEditor(dataset.folder, pool).add("cats", [("0.png", *loose(tmp_path / "new", 70)[0][1:])])
    assert [path for path in labels(added.dataset) if path.startswith("cats/0")] == ["cats/0 (2).png", "cats/0.png"]
    for record in added.dataset.index.records:
        assert added.dataset.path_of(record).stat().st_size == record.bytes


def test_a_dataset_is_made_kind_by_kind_from_nothing(tmp_path: Path, pool: DecoderPool) -> None:
    dataset = create_dataset(tmp_path / "datasets" / "new", "My pets")
    assert (dataset.name, dataset.index.classes, sent(dataset)) == ("My pets", (), 0)
    editor = DatasetEditor(dataset.folder, pool)
    editor.add("cats", loose(tmp_path / "cats", 1, 2))
    with pytest.raises(DataError, match=r"Only one kind was found: 'cats'. Put at least two kinds"):
        assign_splits(open_dataset(dataset.folder).index, validation_share=0.2, seed=1)
    both = editor.add("dogs", loose(tmp_path / "dogs", 3, 4)).dataset
    assert both.report.classes == {"cats": {"train": 2}, "dogs": {"train": 2}}
    assert both.facts.bytes == sum(len(png(seed)) for seed in (1, 2, 3, 4))
    assert [both.path_of(record).read_bytes() for record in both.index.records] == [png(seed) for seed in (1, 2, 3, 4)]


def test_a_whole_zip_is_added_with_its_kinds(dataset: Dataset, editor: DatasetEditor, tmp_path: Path) -> None:
    path = write_zip(
        tmp_path / "more.zip", {"CATS/9.png": png(90), "birds/1.png": png(91), "birds/x.png": b"", "a.txt": b""}
    )
    added = editor.add_source(path)
    assert added.dataset.report.classes == {"birds": {"train": 1}, "cats": {"train": 4}, "dogs": {"train": 3}}
    assert sent(added.dataset) == sent(dataset) + 4


def test_adding_that_is_stopped_changes_nothing(dataset: Dataset, editor: DatasetEditor, tmp_path: Path) -> None:
    before = {path for path in dataset.folder.rglob("*") if path.is_file()}
    with pytest.raises(ImportStopped, match="was stopped"):
        editor.add("cats", loose(tmp_path / "new", 50, 51), should_stop=lambda: True)
    assert {path for path in dataset.folder.rglob("*") if path.is_file()} == before
    assert open_dataset(dataset.folder).report == dataset.report


def test_a_split_table_that_was_taken_away_is_brought_back(
    dataset: Dataset, editor: DatasetEditor, tmp_path: Path
) -> None:
    wanted = assign_splits(dataset.index, validation_share=0.34, seed=5)
    write_split_csv(wanted, tmp_path / "split.csv")
    changed = editor.set_splits(read_split_csv(tmp_path / "split.csv"))
    assert [record.split for record in changed.index.records] == [record.split for record in wanted.records]
    assert sent(changed) == sent(dataset)


def test_rows_of_a_split_are_matched_by_content_then_by_path_and_the_others_said(
    dataset: Dataset, editor: DatasetEditor
) -> None:
    content = dataset.index.records[0].sha256
    rows = [
        SplitRow("renamed.png", "cats", "val", "", content), SplitRow("cats/1.png", "cats", "test", "", ""),
        SplitRow("cats/2.png", "cats", "test", "", "0" * 64), SplitRow("gone.png", "cats", "val", "", "1" * 64),
    ]  # fmt: skip
    changed = editor.set_splits(rows)
    assert [record.split for record in changed.index.records][:4] == ["val", "test", "test", None]
    told = {
        finding.message: finding.paths for finding in changed.report.findings if finding.kind in ("bad_row", "asked")
    }
    assert told == {
        "1 row of the split fit no picture here, and were passed over.": ("gone.png",),
        "1 row of the split were matched by name alone: the pictures are others now.": ("cats/2.png",),
        "3 pictures without a row in the split that was brought keep their side.": (),
    }
    with pytest.raises(DataError, match="None of the 1 row fits a picture of this dataset"):
        editor.set_splits(rows[3:])


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


@pytest.mark.parametrize("moment", ["the list is written", "the state is written"])
def test_a_kill_in_the_middle_leaves_the_last_good_state(
    editor: DatasetEditor, monkeypatch: pytest.MonkeyPatch, dataset: Dataset, moment: str
) -> None:
    good = editor.relabel(["cats/0.png"], "dogs")

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    target = (edit_state, "publish") if moment == "the list is written" else (store, "write_facts")
    with monkeypatch.context() as patch:
        patch.setattr(*target, killed)
        with pytest.raises(Killed):
            editor.leave_out(["dogs/0.png"])
    assert open_dataset(dataset.folder).report == good.report
    assert [entry.sentence for entry in editor.history()] == ["1 picture moved to 'dogs'."]
    assert editor.leave_out(["dogs/1.png"]).report.images == 5
    assert len(editor.history()) == 2


def test_a_torn_last_line_is_cut_off(dataset: Dataset, editor: DatasetEditor) -> None:
    editor.relabel(["cats/0.png"], "dogs")
    with (dataset.folder / "edits.jsonl").open("ab") as file:
        file.write(b'{"action": "relab')
    assert len(editor.history()) == 1
    editor.relabel(["cats/1.png"], "dogs")
    assert len(editor.history()) == 2
    assert b"relab\n" not in (dataset.folder / "edits.jsonl").read_bytes()


def test_a_damaged_list_of_changes_is_said(dataset: Dataset, editor: DatasetEditor) -> None:
    editor.relabel(["cats/0.png"], "dogs")
    (dataset.folder / "edits.jsonl").write_bytes(b"")
    with pytest.raises(DataError, match=r"changes to the dataset .* are damaged: edits.jsonl \(0 of 1 lines\)"):
        editor.undo()


def test_two_editors_at_once_both_count(dataset: Dataset, pool: DecoderPool) -> None:
    paths = [record.path for record in dataset.index.records]
    threads = [
        threading.Thread(target=DatasetEditor(dataset.folder, pool).relabel, args=([path], f"kind {number}"))
        for number, path in enumerate(paths)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(open_dataset(dataset.folder).index.classes) == 6
    assert len(DatasetEditor(dataset.folder).history()) == 6


def test_whoever_waits_too_long_for_another_change_hears_of_it(
    dataset: Dataset, editor: DatasetEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "LOCK_SECONDS", 0.0)
    lock = edits.Lock(dataset.folder / "edits.lock")
    assert lock.acquire()
    with pytest.raises(DataError, match=r"Another change to these pictures is under way. Wait a little"):
        editor.relabel(["cats/0.png"], "dogs")
    lock.release()


def test_a_changed_dataset_is_not_taken_for_its_unchanged_source(
    source: Path, dataset: Dataset, editor: DatasetEditor, tmp_path: Path
) -> None:
    assert find_unchanged(tmp_path / "datasets", source) is not None
    editor.relabel(["cats/0.png"], "dogs")
    assert find_unchanged(tmp_path / "datasets", source) is None
    editor.undo()
    assert find_unchanged(tmp_path / "datasets", source) is not None


def test_old_states_are_swept_and_what_was_brought_in_stays(dataset: Dataset, editor: DatasetEditor) -> None:
    base = (dataset.folder / store.INDEX_FILE).read_bytes()
    for number in range(5):
        editor.relabel(["cats/0.png"], f"kind {number}")
    assert sorted(os.listdir(dataset.folder / "states")) == ["000004", "000005"]
    assert (dataset.folder / store.INDEX_FILE).read_bytes() == base


def near_of(dataset: Dataset) -> list[str]:
    """The pictures that share a group with another one."""
    columns = dataset.index.columns
    return [columns.path(row) for rows in groups_of(columns.near) for row in rows]


def test_near_copies_are_found_when_they_are_added_and_forgotten_when_left_out(
    dataset: Dataset, editor: DatasetEditor, tmp_path: Path
) -> None:
    assert near_of(dataset) == []
    copy = write_files(tmp_path / "new", {"copy.jpg": encoded(noise(0), "JPEG", quality=90)}) / "copy.jpg"
    pair = ["cats/0.png", "cats/copy.jpg"]
    assert near_of(editor.add("cats", [("copy.jpg", copy)]).dataset) == pair
    assert near_of(editor.relabel(["cats/copy.jpg"], "dogs")) == pair
    assert near_of(editor.leave_out(["cats/0.png"])) == []
    assert near_of(editor.bring_back(["cats/0.png"])) == pair


def test_pictures_are_compared_where_some_were_added_and_not_where_others_are_left_out(
    editor: DatasetEditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    monkeypatch.setattr(edit_state, "with_near_groups", lambda columns: compared.append(len(columns)) or columns)
    extra = write_files(tmp_path / "new", {"a.png": png(71), "b.png": png(72)})
    before = len(editor.add("cats", [("a.png", extra / "a.png")]).dataset.index.records)
    editor.leave_out(["cats/0.png"])
    editor.relabel(["cats/1.png"], "dogs")
    editor.bring_back(["cats/0.png"])
    editor.undo()
    assert compared == [before]
    editor.add("cats", [("b.png", extra / "b.png")])
    assert compared == [before, before + 1]


def test_what_is_left_out_leaves_its_group_of_near_copies(source: Path, bring: Bring, pool: DecoderPool) -> None:
    dataset = bring(write_files(source, {"cats/copy.jpg": encoded(noise(0), "JPEG", quality=90)}))
    assert near_of(dataset) == ["cats/0.png", "cats/copy.jpg"]
    assert near_of(DatasetEditor(dataset.folder, pool).leave_out(["cats/copy.jpg"])) == []
    assert near_of(DatasetEditor(dataset.folder, pool).undo()) == ["cats/0.png", "cats/copy.jpg"]


CHANGE_ON = """
import sys
from pathlib import Path
from tl_core.data.edits import DatasetEditor
editor = DatasetEditor(Path(sys.argv[1]))
for number in range(10_000):
    editor.relabel(["cats/0.png"], f"kind {number}")
    print(number, flush=True)
"""


def test_a_process_that_is_killed_while_it_changes_things_leaves_a_dataset_that_is_whole(dataset: Dataset) -> None:
    command = [sys.executable, "-c", CHANGE_ON, str(dataset.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        seen = [process.stdout.readline() for _ in range(4)]
        process.kill()
    assert seen[-1] == b"3\n"
    editor = DatasetEditor(dataset.folder)
    done = len(editor.history())
    assert done >= 4
    assert f"kind {done - 1}" in open_dataset(dataset.folder).index.classes
    assert sent(editor.leave_out(["dogs/0.png"])) == sent(dataset)
    assert len(editor.history()) == done + 1
