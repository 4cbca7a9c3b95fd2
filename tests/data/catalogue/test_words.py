"""Rows E, names of kinds, sets and runs that are code somewhere else. Everywhere they stay the text that they are."""

from __future__ import annotations

import csv
import html
import io
import json
import logging
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.data.catalogue.hostile import accounted, said
from tests.data.catalogue.naughty import NAUGHTY
from tests.data.conftest import Bring
from tests.data.pictures_for_tests import png, write_files
from tests.export.models import small_config, small_network
from tl_core.commands.report_lines import report_in_words
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor
from tl_core.data.index import DatasetReport, Finding, ImageRecord, Skipped
from tl_core.data.names import checked_class_name, class_name, is_blank, shown
from tl_core.data.splits import read_split_csv, write_split_csv
from tl_core.data.store import make_index
from tl_core.errors import DataError
from tl_core.evaluation.predictor import Prediction
from tl_core.evaluation.scores import score
from tl_core.evaluation.table import answers_csv
from tl_core.export.bundle import open_model, save_model
from tl_core.export.packing import zip_model
from tl_ui.display_names import display_name
from tl_ui.present import run_name
from tl_ui.present_doctor import doctor
from tl_ui.present_pictures import found
from tl_ui.present_results import results
from tl_ui.words import words_for

EN, ZH = words_for("en"), words_for("zh-CN")
SCRIPTS = Path(__file__).parents[3] / "assets/js"
BY_ROW = {
    "e01": "<img src=x onerror=alert(1)>",
    "e02": "{{7*7}} ${7*7} {name} {0}",
    "e04": "_hidden",
    "e05": "$\\foo$ $5 and $10",
    "e06": "*bold* [x](javascript:alert(1)) `code` # h",
    "e08": "\u202eabc \u05d0\u05d1",
    "e12": "\"q\" 'r' ;-- %s {0} \\n",
    "e13": "__proto__",
    "e16": "two\nlines",
}
ROWS = pytest.mark.parametrize("name", BY_ROW.values(), ids=BY_ROW)
TAGS = re.compile(r"</?[a-zA-Z][\w-]*")


def pages(name: str) -> list[str]:
    """The screen's own words with the name in every place that takes one, in both languages."""
    record = ImageRecord(f"{name}/1.png", name, None, "ab" * 32, 8, 8, 9)
    finding = Finding("two_classes", "harm", f"The same picture lies in '{name}'; one label is wrong.", (record.path,))
    report = DatasetReport({name: {"train": 1}, "fox": {"train": 1}}, 2, (Skipped(name, "It is cut."),), 0, (finding,))
    result = score(np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]), np.array([0, 1, 1]), (name, "fox"), "test")
    told = []
    for words in (EN, ZH):
        findings = doctor((finding,), words, dataset="d", pictures={0: (record,)}, expert=True)
        told += [str(found(name, report, words, findings)), str(results(result, {}, words, expert=True))]
    return told


def check_only_text(name: str) -> None:
    """The page has the same elements as for a harmless name, and shows the name itself."""
    for page, plain in zip(pages(name), pages("cat"), strict=True):
        assert TAGS.findall(page) == TAGS.findall(plain)
        assert html.escape(name) in page


@ROWS
def test_a_name_is_only_text_on_the_screen(name: str) -> None:
    check_only_text(name)


@ROWS
def test_a_name_comes_back_from_every_table_and_file_as_it_went(tmp_path: Path, name: str) -> None:
    answers = answers_csv([Prediction("a.png", name, 0.75, {name: 0.75, "fox": 0.25})], (name, "fox"))
    rows = list(csv.reader(io.StringIO(answers.decode("utf-8-sig"), newline="")))
    assert rows[1][1] == name
    index = make_index([ImageRecord("a.png", name, "train", "ab" * 32, 8, 8, 9, group=name)])
    write_split_csv(index, tmp_path / "split.csv")
    (row,) = read_split_csv(tmp_path / "split.csv")
    assert (row.label, row.group) == (name, name)


@ROWS
def test_a_name_as_a_folder_makes_one_kind(tmp_path: Path, bring: Bring, name: str) -> None:
    dataset = bring(write_files(tmp_path / "e", {f"{name}/1.png": png(1), "fox/2.png": png(2)}))
    assert accounted(dataset, 2) == {}
    kind = class_name(name)
    assert dataset.index.classes == tuple(sorted((kind, "fox")))
    assert json.loads(json.dumps(dataset.report.to_dict()))["classes"][kind] == {"train": 1}
    assert all(line.isprintable() for line in report_in_words(dataset))
    check_only_text(kind)


def test_e01_e02_e06_no_script_of_the_page_makes_markup_of_words() -> None:
    makers = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc")
    scripts = sorted(SCRIPTS.glob("*.js"))
    assert len(scripts) > 10
    assert [script.name for script in scripts if makers.search(script.read_text(encoding="utf-8"))] == []


def test_e09_kinds_that_look_the_same_are_warned_about(tmp_path: Path, bring: Bring) -> None:
    files = {f"{kind}/1.png": png(at) for at, kind in enumerate(("cat", "\u0441at", "cat\u200b", "dog"))}
    dataset = bring(write_files(tmp_path / "e", files))
    assert accounted(dataset, 4) == {}
    assert "look the same and are different names (" in said(dataset, "look_alike")


@pytest.mark.parametrize("name", ["", " ", "\u3000", "\u200b", ".", "\u2800", "\u3164", "\t\n"])
def test_e10_a_name_that_shows_nothing_is_refused(tmp_path: Path, bring: Bring, pool: DecoderPool, name: str) -> None:
    with pytest.raises(DataError, match=r"A kind needs a name. Type a word for it"):
        checked_class_name(name)
    if name not in ("", "."):
        dataset = bring(
            write_files(tmp_path / "e", {f"{name}/1.png": png(1), "fox/2.png": png(2), "hen/3.png": png(3)})
        )
        reason = "Its folder's name shows nothing, so it can name no kind. Rename the folder."
        assert accounted(dataset, 3) == {f"{name}/1.png": reason}
    assert display_name(f"{name}.zip")


def test_e12_a_log_line_keeps_what_looks_like_a_format(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        logging.getLogger("thaw").info("%s", shown(BY_ROW["e12"] + "\n%d"))
    assert caplog.messages == [BY_ROW["e12"] + "\\x0a%d"]
    assert run_name(BY_ROW["e12"], "resnet18", "{1}") == BY_ROW["e12"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose kinds are the rows' names and the whole list, saved and packed."""
    folder = tmp_path_factory.mktemp("model")
    classes = (*BY_ROW.values(), *dict.fromkeys(name for name in NAUGHTY if name not in BY_ROW.values()))
    network = small_network(num_classes=len(classes))
    save_model(folder / "model", network.module, small_config(network, classes))
    zip_model(folder / "model", folder / "bundle.zip")
    return folder / "bundle.zip"


def test_e14_a_model_keeps_every_name(exported: Path) -> None:
    config, _ = open_model(exported)
    assert config.classes[: len(BY_ROW)] == tuple(BY_ROW.values())
    assert set(config.classes) == {*BY_ROW.values(), *NAUGHTY}


def test_e16_a_newline_in_a_name_is_a_space_in_the_list_of_lines(exported: Path) -> None:
    config, _ = open_model(exported)
    with zipfile.ZipFile(exported) as archive:
        lines = archive.read("classes.txt").decode("utf-8", "surrogatepass").split("\n")
        page = archive.read("README.md").decode("utf-8", "surrogatepass")
    assert len(lines) == len(config.classes) + 1
    assert "two lines" in lines
    assert "- `two lines`\n" in page
    assert "- `*bold* [x](javascript:alert(1)) 'code' # h`\n" in page
    assert "- `<img src=x onerror=alert(1)>`\n" in page


def test_e14_every_naughty_string_is_made_renamed_shown_and_exported(
    tmp_path: Path, bring: Bring, pool: DecoderPool
) -> None:
    names = [name for name in NAUGHTY if not is_blank(name)]
    dataset = bring(write_files(tmp_path / "e", {"fox/1.png": png(1), "hen/2.png": png(2)}))
    editor = DatasetEditor(dataset.folder, pool)
    for name in names[::12]:
        renamed = editor.rename_class("fox", name)
        assert accounted(renamed, 2) == {}
        assert class_name(name) in renamed.index.classes
        editor.undo()
    for name in names:
        check_only_text(name)
        assert shown(class_name(name)).isprintable() or "\u200c" in name or "\u200d" in name
        assert csv_back(name).lstrip("'") == name.replace("\ud800", "\ufffd").lstrip("'")


def csv_back(name: str) -> str:
    data = answers_csv([Skipped(name, "why")], ("fox",)).decode("utf-8-sig", "surrogateescape")
    return list(csv.reader(io.StringIO(data, newline="")))[1][0]
