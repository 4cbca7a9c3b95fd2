"""Where the screen and its routes say the core's sentences in the page's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.testclient import TestClient

from tl_core.data.index import DatasetReport, Finding, Skipped
from tl_core.errors import DataError
from tl_ui.choices import Choices
from tl_ui.guard import guarded
from tl_ui.present_doctor import doctor
from tl_ui.present_pictures import found
from tl_ui.routes_runs import in_words
from tl_ui.session import CHOICES, Session
from tl_ui.words import words_for

ZH = words_for("zh-CN")


def test_a_problem_is_told_in_the_language_that_the_page_asks_for(client: TestClient) -> None:
    address = "/thaw/datasets/0123456789abcdef0123456789abcdef/view"
    assert client.get(address).json()["message"] == "There is no such set of pictures."
    told = client.get(address, params={"lang": "zh-CN"})
    assert told.status_code == 404
    assert told.json() == {"message": "没有这组图片。", "hint": "请在“图片”页的列表中选择。"}
    assert client.get(address, params={"lang": "../x"}).json()["message"] == "There is no such set of pictures."


def test_a_run_s_records_keep_all_but_their_sentences() -> None:
    planned = {"kind": "planned", "n": 0, "plan": {"epochs": 3, "reasons": {"augment": "Send it again."}}}
    assert in_words(planned, words_for("en")) == planned
    assert in_words(planned, ZH) == {**planned, "plan": {"epochs": 3, "reasons": {"augment": "请重新发送。"}}}
    failed = {"kind": "failed", "message": "The memory did not suffice.", "hint": "", "by_user": True}
    assert in_words(failed, ZH) == {**failed, "message": "内存不足。"}
    assert in_words({"kind": "damaged", "message": 3, "plan": []}, ZH) == {"kind": "damaged", "message": 3, "plan": []}


def test_a_toast_speaks_the_language_of_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    toasts: list[str] = []
    monkeypatch.setattr(gr, "Warning", toasts.append)

    def refuse(*_: Any) -> None:
        raise DataError("No folder was named.", "Check the path.")

    chinese = Session()
    chinese.take_turn(lambda: {CHOICES: Choices(language="zh-CN")})
    for arguments in ((), (Session(),), ("me", chinese)):
        guarded(refuse)(*arguments)
    assert toasts == ["No folder was named. Check the path."] * 2 + ["没有指定文件夹。请检查路径。"]


def test_findings_and_reasons_are_shown_in_the_page_s_language() -> None:
    report = DatasetReport(
        classes={"fox": {"train": 3}},
        images=3,
        skipped=(Skipped("a.jpg", "It is empty (0 bytes)."),),
        system_files=0,
        findings=(Finding("tiny", "note", "2 pictures below 32 pixels: a network sees little there."),),
    )
    shown = found("foxes", report, ZH, doctor(report.findings, ZH, dataset="d", pictures={}, expert=True))
    assert "文件为空（0 字节）。" in shown
    assert "2 张图片小于 32 像素" in shown


def test_every_component_drawn_in_the_browser_knows_its_language() -> None:
    assert ZH.part("drop")["language"] == "zh-CN"
    scripts = Path(__file__).resolve().parents[2] / "assets" / "js"
    for name in ("dropzone", "sending", "live", "try"):
        text = (scripts / f"{name}.js").read_text(encoding="utf-8")
        assert text.count("fetch(") == text.count("fetch(inLanguage(")
