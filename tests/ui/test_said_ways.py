"""What the ways in and a person's changes say in English, said in Chinese: by what they really say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.pictures_for_tests import png, write_files
from tests.ui.test_said import in_chinese
from tl_core.data import table_rows
from tl_core.data.dataset import create_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor
from tl_core.data.layout import Layout, plan_layout
from tl_core.data.limits import LOCAL
from tl_core.data.planning import plan_of
from tl_core.data.sources import open_source
from tl_core.data.splits import SplitRow
from tl_core.errors import DataError

ROWS = (
    "image,kind,subset\n1.png,cat,train\n2.png,dog,extra\n2.png,cat,train\n../3.png,cat,\n/4.png,cat,\nhttp://x/5.png,cat,\n"
    "gone.png,cat,\n3.png,\u0441at,\n\0,cat,\n,cat,\ntwin.png,cat,\n"
)


def said(plan: Layout) -> set[str]:
    return {finding.message for finding in plan.findings} | {place for place in plan.places if isinstance(place, str)}


def test_what_is_found_in_a_table_is_said_in_chinese(tmp_path: Path) -> None:
    names = ("1.png", "2.png", "3.png", "extra.png", "a/twin.png", "b/twin.png")
    folder = write_files(tmp_path / "set", {**dict.fromkeys(names, b"x"), "labels.csv": ROWS.encode()})
    for path in (folder, folder / "labels.csv"):
        told = said(plan_of(open_source(path, LOCAL), LOCAL))
        assert len(told) > 9
        for text in told:
            in_chinese(text)


@pytest.mark.parametrize("table", ["", "label\nx\n", "path\n1.png\n", "path,label\nx.png,cat\n", "Rar!", "%PDF-1"])
def test_why_a_table_cannot_be_used_is_said_in_chinese(tmp_path: Path, table: str) -> None:
    folder = write_files(tmp_path / "set", {"1.png": b"x", "labels.csv": table.encode()})
    with pytest.raises(DataError) as problem:
        plan_of(open_source(folder / "labels.csv", LOCAL), LOCAL)
    in_chinese(str(problem.value))


@pytest.mark.parametrize("reason", [getattr(table_rows, name) for name in ("LEADS_OUT", "ABSOLUTE", "NUL", "SEVERAL")])
def test_why_a_row_means_no_file_is_said_in_chinese(reason: str) -> None:
    in_chinese(f"2 rows of 'labels.csv' passed over: {reason}.")


def test_what_names_tell_is_said_in_chinese() -> None:
    plans = [
        plan_layout(["cat_1.jpg", "cat_2.jpg", "dog_1.jpg", "dog_2.jpg"]),
        plan_layout(["cat/1.jpg", "\u0441at/2.jpg", " /3.jpg"]),
    ]
    for plan in plans:
        for text in said(plan):
            in_chinese(text)


def test_a_persons_changes_are_said_in_chinese(tmp_path: Path) -> None:
    new = write_files(tmp_path / "new", {"1.png": png(1), "2.png": png(2), "copy.png": png(1)})
    files = [(path.name, path) for path in sorted(new.iterdir())]
    with DecoderPool(children=1) as pool:
        editor = DatasetEditor(create_dataset(tmp_path / "dataset", "new").folder, pool)
        added = editor.add("cats", files)
        path = added.dataset.index.records[0].path
        editor.relabel([path], "dogs")
        editor.rename_class("dogs", "birds")
        editor.leave_out([path], "blurred")
        editor.bring_back([path])
        editor.set_splits([SplitRow(path, "", "val", "", ""), SplitRow("gone", "", "test", "", "")])
        dataset = editor.leave_out([path])
    told = {entry.sentence for entry in editor.history()} | {item.reason for item in dataset.report.skipped}
    told |= {finding.message for finding in dataset.report.findings}
    assert len(told) > 9
    for text in told:
        in_chinese(text)
