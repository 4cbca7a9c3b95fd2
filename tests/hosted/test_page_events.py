"""Every event of the page, sent by Ben with Anna's identifiers in it: nothing of hers is told, nothing changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.hosted.town import SECRET_NAME, Answering, Belongings, furnished, hosted, tree, visitor
from tests.ui.conftest import HOST
from tl_ui.screen import build_screen, mount_options
from tl_ui.server import mount_screen, prepare_gradio, routes_app
from tl_ui.services import Services

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pandas", "ignore::DeprecationWarning:gradio")
ROOT = Path(__file__).resolve().parents[2]


class Warmed(Answering):
    """Of the page's events some warm the assistant, and some ask it for stages; there are none here."""

    def call(self, op: str, **arguments: Any) -> Any:
        return [] if op == "layers" else super().call(op, **arguments)

    def warm(self, *, model: Path | None = None) -> None:
        """Nothing is loaded."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Belongings]]:
    settings = hosted(tmp_path_factory.mktemp("events") / "workspace")
    services = Services(settings, Warmed())
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("GRADIO_TEMP_DIR", "")  # put back afterwards
        temporary = prepare_gradio(settings)
        app = routes_app(settings, services, temporary)
        mount_screen(app, settings, lambda: build_screen(settings, services), mount_options())
        with TestClient(app, base_url=HOST) as ben:  # whose events run in one loop, as a server's do
            ben.get("/")
            yield ben, furnished(services, visitor(app))


def words_of_events() -> list[str]:
    """Every name under which a handler looks into an event's data."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tl_ui").glob("*.py"))
    return sorted(set(re.findall(r"\.word\(\"(\w+)\"\)", code)))


def told(client: TestClient, event: dict[str, Any], data: dict[str, str], page_session: str) -> str:
    wanted = {
        "data": [None] * len(event["inputs"]),
        "fn_index": event["id"],
        "session_hash": page_session,
        "trigger_id": None,
        "event_data": data,
    }
    assert client.post("/gradio_api/queue/join", json=wanted).status_code == 200
    return client.get(f"/gradio_api/queue/data?session_hash={page_session}").text


def test_no_event_tells_or_changes_what_is_another_s(page: tuple[TestClient, Belongings]) -> None:
    ben, annas = page
    before = tree(annas.folder)
    events = [one for one in json.loads(ben.get("/config").text)["dependencies"] if one["backend_fn"]]
    assert len(events) > 30
    names = words_of_events()
    assert {"run", "dataset"} & set(names)
    leaks = []
    for named in ("dataset", "run"):
        data = dict.fromkeys(names, annas.ids[named])
        for event in events:
            said = told(ben, event, data, f"bens{named}")
            shown = [secret for secret in (SECRET_NAME, annas.owner, annas.ids["sha256"]) if secret in said]
            leaks += [(event["id"], event["targets"], secret) for secret in shown]
            assert '"process_completed"' in said
    assert leaks == []
    assert tree(annas.folder) == before


def test_what_the_browser_remembers_and_an_address_names_opens_nothing_of_another_s(
    page: tuple[TestClient, Belongings],
) -> None:
    ben, annas = page
    (load, *_) = [
        one
        for one in json.loads(ben.get("/config").text)["dependencies"]
        if any(target[1] == "load" for target in one["targets"])
    ]
    kept = {"dataset": annas.ids["dataset"], "run": annas.ids["run"], "weights": annas.ids["weights"]}
    wanted = {"data": [None, kept], "fn_index": load["id"], "session_hash": "bensload", "event_data": None}
    assert ben.post(f"/gradio_api/queue/join?run={annas.ids['run']}", json=wanted).status_code == 200
    said = ben.get("/gradio_api/queue/data?session_hash=bensload").text
    assert '"process_completed"' in said
    assert SECRET_NAME not in said
    assert annas.owner not in said
