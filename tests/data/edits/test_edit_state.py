from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.edits.editing import near_of, sent
from tests.data.pictures_for_tests import encoded, noise, png, write_files
from tl_core.data import edit_state, edits, store
from tl_core.data.dataset import Dataset, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor
from tl_core.errors import DataError


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


def test_old_states_are_swept_and_what_was_brought_in_stays(dataset: Dataset, editor: DatasetEditor) -> None:
    base = (dataset.folder / store.INDEX_FILE).read_bytes()
    for number in range(5):
        editor.relabel(["cats/0.png"], f"kind {number}")
    assert sorted(os.listdir(dataset.folder / "states")) == ["000004", "000005"]
    assert (dataset.folder / store.INDEX_FILE).read_bytes() == base


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
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as process:
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
