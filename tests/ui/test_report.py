"""The report: one page that stands alone, says what is known, and lets no name of a stranger become markup."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import new_run
from tl_core.data.index import Finding
from tl_core.data.preprocessing import Preprocessing
from tl_core.evaluation.answers import ANSWERS, make_answers, write_answers
from tl_core.evaluation.measures import measures
from tl_core.evaluation.scores import score
from tl_core.events import EpochDone, Finished, Planned, Warned
from tl_core.export.decision import Decision
from tl_core.export.manifest import FILES, MANIFEST
from tl_core.export.model_config import FORMAT, ModelConfig, config_bytes
from tl_core.jobs.rundir import RunDir
from tl_ui.present_report import report_links, report_page
from tl_ui.report_facts import Pair, Report, report_of
from tl_ui.services import Services
from tl_ui.words import words_for

HOSTILE = "<script>alert(1)</script>\"'&"
CLASSES = (HOSTILE, "fox", "狐狸")
ENGLISH = words_for("en")
LABELS = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
ANSWERED = np.array([0, 1, 1, 1, 1, 0, 2, 2, 2, 2])
ROWS = np.eye(3, dtype=np.float32)[ANSWERED] * 0.7 + 0.1
RESULT = score(ROWS, LABELS, CLASSES, "test")
CONFIG = ModelConfig(
    "tf_efficientnet_lite0",
    CLASSES,
    Preprocessing(24, 32, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.25, 0.125)),
    temperature=1.4,
    decision=Decision(0.5, "fox", 0.2),
)
PLAN = {
    "start": "pretrained", "seed": 7, "learning_rate": 0.001, "total_parameters": 4_000_000,
    "trainable_parameters": 3000, "reasons": {"learning_rate": "You chose it."},
}  # fmt: skip
EPOCHS = tuple(EpochDone(n, 2, 1.0, 0.5 + n / 10, 1.0, 0.6 + n / 10, 0.001, 9.0) for n in range(3))


def kept() -> object:
    return make_answers(
        CLASSES, "test", ROWS, LABELS, split="test",
        hashes=[f"{n:064x}" for n in range(10)], paths=[f"{n}.png" for n in range(10)],
    )  # fmt: skip


def report(**changes: object) -> Report:
    found = Report(
        name=f"Foxes {HOSTILE}",
        note="",
        dataset=HOSTILE,
        created=1795253400.0,
        seconds=75.0,
        result=RESULT,
        plan=PLAN,
        epochs=EPOCHS,
        warnings=("Fewer than 5 training pictures of 'fox': do not expect much of that yet.",),
        findings=(Finding("leak", "harm", f"'{HOSTILE}' is in training and test.", ()),),
        counts={HOSTILE: {"train": 20, "test": 3}, "fox": {"train": 15, "test": 3}},
        measures=measures(kept()),  # type: ignore[arg-type]
        pairs=(Pair(HOSTILE, "fox", 2, (b"one", b"two")),),
        model=CONFIG,
        licence="apache-2.0",
        source="",
    )
    return replace(found, **changes)  # type: ignore[arg-type]


class Page(HTMLParser):
    """What a browser would make of it: tags with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data + "\n"


def test_the_page_says_all_that_is_known() -> None:
    page = Page(report_page(report(), ENGLISH, "body {}"))
    for said in (
        "Right on 7 of 10 new pictures (70 %); the true rate is likely 40 to 89 %.",
        "Measured on 10 test pictures that training never saw.",
        "It took 1 min 15 s.",
        "2026-11-21",
        "Fewer than 5 training pictures of 'fox': do not expect much of that yet.",
        "You chose it.",
        "3.00 k of 4.00 M parameters",
        "“fox”, from 20 % on",
        "Balanced accuracy",
        "apache-2.0",
    ):
        assert said in page.text, said
    assert [tag for tag, _ in page.tags].count("svg") == 4


def test_nothing_in_it_runs_or_is_fetched_and_names_stay_names() -> None:
    page = Page(report_page(report(), ENGLISH, "body {}"))
    assert {tag for tag, _ in page.tags} & {"script", "iframe", "object", "link", "a", "form", "base"} == set()
    assert page.text.count(HOSTILE) >= 6
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        addresses = [attributes[name] for name in ("src", "href") if name in attributes]
        assert all(str(address).startswith("data:image/jpeg;base64,") for address in addresses)
    policies = [attributes.get("content") for _, attributes in page.tags if "http-equiv" in attributes]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_pictures_are_in_it_only_where_they_were_given() -> None:
    assert report_page(report(), ENGLISH, "").count("data:image/jpeg") == 2
    assert "data:image" not in report_page(report(pairs=(Pair("a", "b", 1),)), ENGLISH, "")


def test_the_page_is_chinese_where_the_screen_is() -> None:
    page = Page(report_page(report(), words_for("zh-CN"), ""))
    for said in ("什么被当成了什么", "10 张新图片答对 7 张", "训练图片不足 5 张"):
        assert said in page.text, said
    own = page.text.replace(HOSTILE, "")
    assert not re.search(r"\b(Right|Measured|Rows|Settings|Warnings)\b", own)


def test_many_kinds_get_no_matrix_and_an_old_run_no_measures() -> None:
    classes = tuple(f"kind {n}" for n in range(60))
    labels = np.arange(60)
    many = score(np.eye(60), labels, classes, "validation")
    page = Page(report_page(report(result=many, measures=(), pairs=(), epochs=()), ENGLISH, ""))
    assert "Rows: what it was" not in page.text
    assert "All measures" not in page.text
    assert "No mistake among these pictures." in page.text


@pytest.fixture
def finished(services: Services) -> RunDir:
    """A run's folder as a worker leaves it, with answers."""
    warned = Warned("'fox' has 30 training pictures, 'frog' only 2.")
    done = Finished(epochs=2, seconds=75.0, result=RESULT.to_dict())
    run = new_run(services, name="My foxes", events=(Planned(plan=PLAN), warned, *EPOCHS, done))
    run.model.mkdir()
    files = dict.fromkeys(FILES, b"x") | {"config.json": config_bytes(CONFIG)}
    entries = {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()}
    for name, data in files.items():
        (run.model / name).write_bytes(data)
    (run.model / MANIFEST).write_text(json.dumps({"format": FORMAT, "format_version": 1, "files": entries}))
    write_answers(run.path / ANSWERS, kept())  # type: ignore[arg-type]
    return run


def test_the_facts_come_from_the_runs_folder(finished: RunDir, tmp_path: Path) -> None:
    asked: list[str] = []

    def thumbnail(dataset: str, content: str) -> Path:
        asked.append(content)
        (tmp_path / "thumb.jpg").write_bytes(dataset.encode())
        return tmp_path / "thumb.jpg"

    found = report_of(finished, thumbnail)
    assert (found.name, found.seconds, found.epochs) == ("My foxes", 75.0, EPOCHS)
    assert found.warnings == ("'fox' has 30 training pictures, 'frog' only 2.",)
    assert [(pair.truth, pair.answer, pair.count, len(pair.thumbnails)) for pair in found.pairs] == [
        (HOSTILE, "fox", 2, 2), ("fox", HOSTILE, 1, 1),
    ]  # fmt: skip
    assert asked == [f"{n:064x}" for n in (1, 2, 5)]
    assert report_of(finished, None).pairs[0].thumbnails == ()


def test_the_report_is_downloaded_under_the_runs_name(client: TestClient, finished: RunDir) -> None:
    answer = client.get(f"/thaw/runs/{finished.id}/report.html")
    assert answer.status_code == 200
    assert 'filename="thaw-my-foxes-report.html"' in answer.headers["content-disposition"]
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "Right on 7 of 10 new pictures" in answer.text
    assert "10 张新图片答对 7 张" in client.get(f"/thaw/runs/{finished.id}/report.html?lang=zh-CN").text


def test_a_run_without_a_result_has_no_report(client: TestClient, services: Services) -> None:
    answer = client.get(f"/thaw/runs/{new_run(services).id}/report.html")
    assert (answer.status_code, answer.json()["message"]) == (
        409, "There is nothing to report yet: this training has no result.",
    )  # fmt: skip


def test_the_links_ask_for_pictures_only_in_the_one_that_says_so() -> None:
    links = report_links(ENGLISH, "abc")
    assert re.findall(r'href="([^"]+)"', links) == [
        "thaw/runs/abc/report.html?lang=en", "thaw/runs/abc/report.html?lang=en&amp;pictures=1",
    ]  # fmt: skip
