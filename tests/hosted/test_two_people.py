"""Two people by every route: what is Anna's is for Ben as if it were not there. A route without a row is a failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.hosted.town import SECRET_NAME, Answering, Town, build_town, tree
from tests.ui.conftest import animals_zip, picture, staged
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.workspace import Workspace
from tl_core.platform import Lock
from tl_ui.choices import Choices
from tl_ui.guard import NotFoundError
from tl_ui.routes import thaw_routes
from tl_ui.routes_static import Assets
from tl_ui.scene import attached, look
from tl_ui.services import Services
from tl_ui.settings import Settings

SPLIT = b"path,label,split,group,sha256\n"


@dataclass(frozen=True, slots=True)
class Row:
    """How a route is asked. `whose`: "named" by an identifier in the address, "own" of who asks, "nobody's"."""

    whose: str
    query: str = ""
    body: Any = None  # bytes, or an object sent as JSON
    has_none: bool = False  # Anna has the run or the set, but nothing of this in it, or it would start a worker


ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/thaw/datasets/{dataset}/view"): Row("named"),
    ("GET", "/thaw/datasets/{dataset}/thumb/{sha256}.jpg"): Row("named"),
    ("GET", "/thaw/datasets/{dataset}/classes"): Row("named"),
    ("GET", "/thaw/datasets/{dataset}/pictures"): Row("named", "class=fox"),
    ("GET", "/thaw/datasets/{dataset}/left-out"): Row("named"),
    ("GET", "/thaw/datasets/{dataset}/corrections"): Row("named"),
    ("GET", "/thaw/datasets/{dataset}/split.csv"): Row("named"),
    ("GET", "/thaw/datasets/{dataset}/readable"): Row("named"),
    ("GET", "/thaw/datasets/{dataset}/estimate"): Row("named"),
    ("GET", "/thaw/datasets/{dataset}/networks"): Row("named"),
    ("GET", "/thaw/datasets/{dataset}/rates"): Row("named"),
    ("GET", "/thaw/datasets/{dataset}/maps"): Row("named", "stage=stem"),
    ("GET", "/thaw/datasets/{dataset}/augmented"): Row("named"),
    ("GET", "/thaw/datasets/{dataset}/adding/{job}"): Row("named"),
    ("GET", "/thaw/runs/{run}/view"): Row("named"),
    ("GET", "/thaw/runs/{run}/bundle.zip"): Row("named"),
    ("GET", "/thaw/runs/{run}/against"): Row("named", "with={run}"),
    ("GET", "/thaw/runs/{run}/about"): Row("named"),
    ("GET", "/thaw/runs/{run}/ways-on"): Row("named"),
    ("POST", "/thaw/runs/{run}/label"): Row("named", body={"name": "mine now"}),
    ("POST", "/thaw/runs/{run}/pause"): Row("named"),
    ("POST", "/thaw/runs/{run}/try"): Row("named", body=picture()),
    ("POST", "/thaw/runs/{run}/stop"): Row("named"),
    ("POST", "/thaw/runs/{run}/cancel"): Row("named"),
    ("POST", "/thaw/runs/{run}/force"): Row("named"),
    ("POST", "/thaw/runs/{run}/stacks"): Row("named"),
    ("POST", "/thaw/runs/{run}/resume"): Row("named"),
    ("POST", "/thaw/datasets/{dataset}/stop"): Row("named"),
    ("POST", "/thaw/datasets/{dataset}/rename"): Row("named", body={"name": "mine now"}),
    ("POST", "/thaw/datasets/{dataset}/correct"): Row("named", body={"action": "undo"}),
    ("POST", "/thaw/datasets/{dataset}/split"): Row("named", body=SPLIT),
    ("POST", "/thaw/datasets/{dataset}/adding/{job}/stop"): Row("named"),
    ("POST", "/thaw/staging/{staged}/file"): Row("named", "name=a.png", body=picture()),
    ("POST", "/thaw/staging/{staged}/import"): Row("named", body={"name": "a"}),
    ("POST", "/thaw/staging/{staged}/add"): Row("named", body={"dataset": "{dataset}", "label": "fox"}),
    ("POST", "/thaw/staging/{staged}/drop"): Row("named"),
    ("POST", "/thaw/runs/{run}/delete"): Row("named"),
    ("POST", "/thaw/datasets/{dataset}/delete"): Row("named"),
    ("GET", "/thaw/runs/{run}/exports/{form}"): Row("named", has_none=True),
    ("GET", "/thaw/runs/{run}/exports/{form}/file"): Row("named", has_none=True),
    ("POST", "/thaw/runs/{run}/exports/{form}"): Row("named", has_none=True),
    ("GET", "/thaw/runs/{run}/report.html"): Row("named", has_none=True),
    ("GET", "/thaw/runs/{run}/alike"): Row("named", "sha256={sha256}", has_none=True),
    ("GET", "/thaw/runs/{run}/behind"): Row("named", has_none=True),
    ("GET", "/thaw/runs/{run}/doubt"): Row("named", has_none=True),
    ("GET", "/thaw/runs/{run}/insight"): Row("named", "name=looks", has_none=True),
    ("GET", "/thaw/runs/{run}/missing"): Row("named", has_none=True),
    ("GET", "/thaw/runs/{run}/why"): Row("named", "sha256={sha256}", has_none=True),
    ("POST", "/thaw/runs/{run}/decision"): Row("named", body={"doubt": 0}, has_none=True),
    ("POST", "/thaw/runs/{run}/labels"): Row("named", body={"sha256": ["{sha256}"], "right": True}, has_none=True),
    ("GET", "/thaw/runs/{run}/tried"): Row("named", has_none=True),
    ("POST", "/thaw/runs/{run}/tell"): Row("named", "label=fox&name=a.png", body=picture(), has_none=True),
    ("POST", "/thaw/staging/{staged}/try"): Row("named", body={"run": "{run}"}, has_none=True),
    ("GET", "/thaw/tries/{tried}/view"): Row("named"),
    ("GET", "/thaw/tries/{tried}/photos"): Row("named"),
    ("GET", "/thaw/tries/{tried}/unread"): Row("named"),
    ("GET", "/thaw/tries/{tried}/thumb/{sha256}.jpg"): Row("named", has_none=True),
    ("GET", "/thaw/tries/{tried}/answers.csv"): Row("named"),
    ("GET", "/thaw/tries/{tried}/sorted.zip"): Row("named"),
    ("POST", "/thaw/tries/{tried}/tell"): Row("named", body={"sha256": "{sha256}", "label": "fox"}, has_none=True),
    ("POST", "/thaw/tries/{tried}/stop"): Row("named"),
    ("POST", "/thaw/tries/{tried}/drop"): Row("named"),
    ("GET", "/thaw/models/{model}/tried"): Row("named", has_none=True),
    ("POST", "/thaw/models/{model}/try"): Row("named", body=picture(), has_none=True),
    ("POST", "/thaw/models/{model}/drop"): Row("named"),
    ("GET", "/thaw/models"): Row("own"),
    ("POST", "/thaw/models"): Row("own", "name=a.zip", body=b"no bundle"),
    ("POST", "/thaw/datasets"): Row("own", body={"name": "a"}),
    ("POST", "/thaw/upload"): Row("own", "name=a.zip", body=animals_zip()),
    ("POST", "/thaw/staging"): Row("own"),
    ("POST", "/thaw/weights"): Row("own", "name=a.safetensors", body=b"weights"),
    ("GET", "/thaw/runs"): Row("own"),
    ("GET", "/thaw/mine"): Row("own"),
    ("POST", "/thaw/mine/erase"): Row("own", body={"sure": True}),
    ("GET", "/thaw/networks"): Row("nobody's"),
    ("GET", "/thaw/assets/{name}"): Row("nobody's"),
    ("GET", "/thaw/{rest:path}"): Row("nobody's"),
    ("POST", "/thaw/{rest:path}"): Row("nobody's"),
    ("PUT", "/thaw/{rest:path}"): Row("nobody's"),
    ("PATCH", "/thaw/{rest:path}"): Row("nobody's"),
    ("DELETE", "/thaw/{rest:path}"): Row("nobody's"),
}
THERE = {
    (method, route.path)
    for route in thaw_routes(Services(Settings(Path("/nowhere")), Answering()), Assets())
    for method in (route.methods or set()) - {"HEAD"}
}
UNNAMED = [key for key, row in ROWS.items() if row.whose != "named"]
NAMED = [key for key, row in ROWS.items() if row.whose == "named" and key in THERE]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    built = build_town(tmp_path_factory.mktemp("town") / "workspace")
    yield built
    built.services.close()


def ask(client: Any, town: Town, key: tuple[str, str]) -> Any:
    row = ROWS[key]
    body = json.dumps(row.body) if isinstance(row.body, dict) else row.body
    content = town.annas.address(body) if isinstance(body, str) else body
    return client.request(key[0], town.annas.address(f"{key[1]}?{row.query}"), content=content)


def test_every_route_has_a_row() -> None:
    assert sorted(THERE - set(ROWS)) == [], "say in ROWS whose a new route is"


@pytest.mark.parametrize("key", NAMED, ids=lambda key: f"{key[0]} {key[1]}")
def test_what_is_anna_s_is_not_there_for_ben(town: Town, key: tuple[str, str]) -> None:
    before = tree(town.annas.folder)
    answer = ask(town.ben, town, key)
    assert answer.status_code == 404
    assert SECRET_NAME not in answer.text
    assert town.annas.owner not in answer.text
    assert tree(town.annas.folder) == before


@pytest.mark.parametrize("key", UNNAMED, ids=lambda key: f"{key[0]} {key[1]}")
def test_what_names_nobody_tells_ben_nothing_of_anna(town: Town, key: tuple[str, str]) -> None:
    before = tree(town.annas.folder)
    answer = ask(town.ben, town, key)
    for secret in (SECRET_NAME, town.annas.owner, *(word for word in town.annas.ids.values() if len(word) >= 26)):
        assert secret not in answer.text
    assert tree(town.annas.folder) == before


def test_a_set_of_ben_s_takes_nothing_to_anna_s_pictures(town: Town) -> None:
    before = tree(town.annas.folder)
    own = staged(town.ben, ("fox.png", picture()))
    body = {"dataset": town.annas.ids["dataset"], "label": "fox"}
    assert town.ben.post(f"/thaw/staging/{own}/add", json=body).status_code == 404
    assert tree(town.annas.folder) == before


@pytest.mark.parametrize("setting", ["start", "weights"])
def test_settings_that_name_what_is_anna_s_find_nothing(town: Town, setting: str) -> None:
    named = town.annas.ids["run" if setting == "start" else "weights"]
    owner = town.services.workspace.person("b" * 26).owner
    with pytest.raises(NotFoundError):
        town.services.resolved(owner, {setting: named})
    assert town.services.resolved(town.annas.owner, {setting: named})[setting]


def test_a_page_of_ben_s_that_names_anna_s_things_shows_none_of_them(town: Town) -> None:
    run, dataset = town.annas.ids["run"], town.annas.ids["dataset"]
    scene = look(town.services, "b" * 26, Choices(dataset=dataset, run=run, weights=town.annas.ids["weights"]))
    assert (scene.run, scene.dataset, scene.runs, scene.datasets, scene.weights_name) == (None, None, (), (), "")
    assert attached(town.services, "b" * 26, {"dataset": dataset, "run": run}, run).run == ""


@pytest.mark.parametrize("identifier", ["..", "A" * 26, "%2e%2e", "a" * 25, "a" * 26 + "%0a", "people", "me"])
def test_odd_identifiers_find_nothing_either(town: Town, identifier: str) -> None:
    for path in ("/thaw/runs/{}/view", "/thaw/runs/{}/bundle.zip", "/thaw/datasets/{}/view"):
        assert town.anna.get(path.format(identifier)).status_code == 404


def test_the_rows_ask_for_what_anna_has(town: Town) -> None:
    """Last: her own requests change and delete. Each is answered, so that no row above was refused for a slip in it."""
    refused = {}
    for key in [key for key in NAMED if not ROWS[key].has_none]:
        if "{staged}" in key[1]:
            town.annas.ids["staged"] = staged(town.anna, ("fox.png", picture()))
        with working(town) if key[1].endswith("/resume") else nullcontext():
            status = ask(town.anna, town, key).status_code
        if status == 404 or status >= 500:
            refused[key] = status
    assert refused == {}


@contextmanager
def working(town: Town) -> Iterator[None]:
    """Somebody holds the run, so that no worker is started for it."""
    lock = Lock(RunDir(town.annas.folder / "runs" / town.annas.ids["run"]).lock)
    assert lock.acquire()
    yield
    lock.release()


def test_erasing_oneself_leaves_nobody_behind(town: Town) -> None:
    assert town.anna.post("/thaw/mine/erase", json={}).status_code == 400
    assert town.annas.folder.is_dir()
    assert town.anna.post("/thaw/mine/erase", json={"sure": True}).json() == {"erased": True}
    assert not town.annas.folder.exists()
    assert Workspace(town.services.workspace.root).person("b" * 26).folder.is_dir()
