"""Names that strangers gave to kinds and files reach pages, tables, file names and logs harmless."""

from __future__ import annotations

import csv
import io
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.hosted.town import Answering, hosted, visitor
from tests.ui.conftest import finished_view, new_run, picture, staged
from tl_core.data.cells import FORMULA_STARTS
from tl_core.events import Stopped
from tl_ui.choices import Choices
from tl_ui.scene import look
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.shown_pictures import ShownPictures

TAG = "<img src=x onerror=alert(1)>"
FORMULA = "=cmd()|calc!A0"
TURNED = "cod\u202egnp.exe"
TEX = r"$\foo$ {{7*7}} ${x} %s"


@dataclass(frozen=True, slots=True)
class Named:
    """A hosted server with one set of pictures whose kinds, files and name are hostile."""

    services: Services
    client: TestClient
    owner: str
    dataset: str
    run: str


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Named]:
    settings = hosted(tmp_path_factory.mktemp("names") / "workspace")
    services = Services(settings, Answering())
    client = visitor(routes_app(settings, services))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for at, name in enumerate((TAG, FORMULA, TURNED, "tex")):
            for number, colour in enumerate(("red", "green", "blue")):
                archive.writestr(f"{name}/{number}{name}.png", picture(colour, size=24 + at))
            archive.writestr(f"{name}/broken{name}.png", b"no picture")
    answer = client.post("/thaw/upload", params={"name": f"{TAG}{TURNED}.zip"}, content=content.getvalue())
    dataset = answer.json()["dataset"]
    assert finished_view(client, dataset)["state"] == "finished"
    renaming = {"action": "rename_class", "old": "tex", "new": TEX}  # a zip would take its backslash for a folder
    assert client.post(f"/thaw/datasets/{dataset}/correct", json=renaming).status_code == 200
    (folder,) = (services.workspace.root / "people").iterdir()
    run = new_run(services, folder.name, f"{TAG}{FORMULA}", events=(Stopped(epochs=0, seconds=0.0, result={}),))
    yield Named(services, client, folder.name, dataset, run.id)
    services.close()


READ = (
    "/thaw/datasets/{dataset}/view", "/thaw/datasets/{dataset}/classes", "/thaw/datasets/{dataset}/left-out",
    "/thaw/datasets/{dataset}/corrections", "/thaw/runs/{run}/view", "/thaw/mine", "/thaw/networks",
)  # fmt: skip


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for item in value.items() for part in item for text in texts_in(part))
    elif isinstance(value, list):
        yield from (text for item in value for text in texts_in(item))
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("path", READ)
def test_every_answer_that_shows_names_is_json_that_no_browser_takes_for_a_page(named: Named, path: str) -> None:
    answer = named.client.get(path.format(dataset=named.dataset, run=named.run))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content.isascii()


def test_kinds_and_the_set_are_named_without_marks_that_turn_the_line(named: Named) -> None:
    told = named.client.get(f"/thaw/datasets/{named.dataset}/classes").json()["classes"]
    names = {row["name"] for row in told}
    assert names >= {TAG, FORMULA, TEX}
    assert not any("\u202e" in name for name in names)
    assert "\u202e" not in named.client.get(f"/thaw/datasets/{named.dataset}/view").json()["name"]
    for text in texts_in(named.client.get(f"/thaw/datasets/{named.dataset}/view").json()["report"]["findings"]):
        if text.endswith((".", "?")):  # sentences; paths stay what they are, since corrections name them
            assert "\u202e" not in text


def test_an_error_that_repeats_a_name_is_json_too(named: Named) -> None:
    asked = {"action": "rename_class", "old": f"{TAG}\u202e", "new": "x"}
    answer = named.client.post(f"/thaw/datasets/{named.dataset}/correct", json=asked)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    missing = named.client.get(f"/thaw/{TAG}")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/json")


def test_the_table_of_the_split_computes_nothing_and_comes_back_as_it_was(named: Named) -> None:
    address = f"/thaw/datasets/{named.dataset}/split"
    answer = named.client.get(f"{address}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="split.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    cells = [cell for row in rows for cell in row]
    assert any(FORMULA in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(FORMULA_STARTS)] == []
    back = named.client.post(address, content=answer.content)
    assert (back.status_code, back.json()) == (200, {"images": 12})


def test_the_page_s_own_markup_holds_names_as_text(named: Named) -> None:
    scene = look(named.services, named.owner, Choices(dataset=named.dataset, run=named.run))
    shown = ShownPictures(scene)
    for markup in (str(shown.found()), str(shown.use())):
        assert "<img src=x" not in markup
        assert "\u202e" not in re.sub("<[^>]*>", "", markup)  # attributes that name a picture keep its path


def test_a_download_is_named_with_plain_letters(named: Named) -> None:
    run = named.services.runs(named.owner).run(named.run)
    run.model.mkdir(exist_ok=True)
    (run.model / "config.json").write_text("{}")
    (run.path / "bundle.zip").write_bytes(b"made before")
    answer = named.client.get(f"/thaw/runs/{named.run}/bundle.zip")
    assert answer.status_code == 200
    said = answer.headers["content-disposition"]
    assert said.isascii()
    assert not set("<>=|!$\\") & set(said.replace('filename="', "").replace("filename*=", ""))


def test_the_log_stays_one_line_for_each_entry(named: Named, caplog: pytest.LogCaptureFixture) -> None:
    """A name with a line's end in it could write lines of its own."""
    forged = "fox\r\nERROR forged line\u202e.png"
    with caplog.at_level(logging.INFO, logger="thaw"):
        waiting = staged(named.client, (forged, picture()))
        body = {"dataset": named.dataset, "label": "fox\nERROR forged"}
        named.client.post(f"/thaw/staging/{waiting}/add", json=body)
    assert not any("\n" in record.getMessage() for record in caplog.records)
