"""Pages of pictures, corrections, splits and the network's view, over real imports."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests.ui.conftest import HOST, FakeAssistant, animals_zip, finished_view, picture, staged
from tl_core.data.dataset import import_source
from tl_core.jobs.rundir import create_import
from tl_core.jobs.workspace import new_identifier
from tl_ui.doctor import Offer
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings


@pytest.fixture
def animals(services: Services, tmp_path: Path) -> str:
    """Read here, as a worker would; how an upload becomes a job is another file's matter."""
    zipped = tmp_path / "animals.zip"
    zipped.write_bytes(animals_zip())
    folder = services.workspace.person("me").datasets / new_identifier()
    import_source(zipped, folder, name="animals")
    return folder.name


def names(client: TestClient, dataset: str, **asked: Any) -> list[str]:
    page = client.get(f"/thaw/datasets/{dataset}/pictures", params=asked).json()
    return [item["path"] for item in page["pictures"]]


def test_classes_and_pictures_come_in_pages(client: TestClient, animals: str) -> None:
    page = client.get(f"/thaw/datasets/{animals}/classes?count=1").json()
    assert (page["total"], page["largest"]) == (2, 2)
    (fox,) = page["classes"]
    assert (fox["name"], fox["images"], fox["splits"], len(fox["samples"])) == ("fox", 2, {"train": 2}, 2)
    found = client.get(f"/thaw/datasets/{animals}/classes?q=FRO").json()
    assert [item["name"] for item in found["classes"]] == ["frog"]
    assert client.get(f"/thaw/datasets/{animals}/classes?from=1&count=1").json()["classes"][0]["name"] == "frog"
    one = client.get(f"/thaw/datasets/{animals}/pictures?class=fox&from=1&count=1").json()
    assert (one["total"], [item["path"] for item in one["pictures"]]) == (2, ["animals/fox/1.png"])
    assert names(client, animals, **{"class": "no such kind"}) == []


def test_pictures_are_moved_left_out_brought_back_and_every_step_is_undone(client: TestClient, animals: str) -> None:
    def correct(**asked: Any) -> Any:
        return client.post(f"/thaw/datasets/{animals}/correct", json=asked)

    moved = correct(action="relabel", paths=["animals/fox/0.png"], label="vixen")
    assert moved.json() == {"images": 4, "left_out": 0}
    assert names(client, animals, **{"class": "vixen"}) == ["animals/fox/0.png"]
    assert correct(action="leave_out", paths=["animals/frog/1.png"]).json() == {"images": 3, "left_out": 1}
    out = client.get(f"/thaw/datasets/{animals}/left-out").json()
    assert [(item["path"], item["label"]) for item in out["pictures"]] == [("animals/frog/1.png", "frog")]
    sha256 = out["pictures"][0]["sha256"]
    assert client.get(f"/thaw/datasets/{animals}/thumb/{sha256}.jpg").status_code == 200
    assert correct(action="bring_back", paths=["animals/frog/1.png"]).json() == {"images": 4, "left_out": 0}
    assert correct(action="rename_class", old="frog", new="toad").status_code == 200
    told = client.get(f"/thaw/datasets/{animals}/corrections?lang=zh-CN").json()
    assert (len(told["history"]), told["can_undo"], told["can_redo"]) == (4, True, False)
    for _ in range(4):
        correct(action="undo")
    assert names(client, animals, **{"class": "frog"}) == ["animals/frog/0.png", "animals/frog/1.png"]
    assert names(client, animals, **{"class": "vixen"}) == []
    told = client.get(f"/thaw/datasets/{animals}/corrections").json()
    assert (told["can_undo"], told["can_redo"]) == (False, True)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"action": "burn"}, "'burn' is no correction."),
        ({"action": "leave_out", "paths": "all"}, "A correction names up to 200,000 pictures by their paths."),
        ({"action": "leave_out", "paths": ["../../etc/passwd"]}, "'../../etc/passwd'"),
        ([], "The request holds no JSON object."),
    ],
)
def test_a_correction_that_is_none_is_refused_in_words(
    client: TestClient, animals: str, asked: Any, message: str
) -> None:
    answer = client.post(f"/thaw/datasets/{animals}/correct", json=asked)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_the_network_s_view_is_the_very_square_and_of_the_part_that_matters(client: TestClient) -> None:
    half = Image.new("RGB", (80, 40), "red")
    half.paste("blue", (40, 0, 80, 40))
    content = io.BytesIO()
    half.save(content, "PNG")
    dataset = client.post("/thaw/datasets", json={"name": "halves"}).json()["dataset"]
    upload = staged(client, ("half.png", content.getvalue()))
    assert client.post(f"/thaw/staging/{upload}/add", json={"dataset": dataset, "label": "flag"}).json()["added"] == 1
    (flag,) = client.get(f"/thaw/datasets/{dataset}/pictures?class=flag").json()["pictures"]
    address = f"/thaw/datasets/{dataset}/thumb/{flag['sha256']}.jpg?view=network&size=32"
    whole = Image.open(io.BytesIO(client.get(address).content))
    assert (whole.size, whole.getpixel((2, 16)), whole.getpixel((29, 16))) == ((32, 32), (255, 0, 0), (0, 0, 255))
    right = Image.open(io.BytesIO(client.get(f"{address}&part=0.5,0,1,1").content))
    assert right.convert("RGB").getcolors() == [(32 * 32, (0, 0, 255))]
    assert client.get(f"{address}&part=1,1,0,0").status_code == 400
    for wrong in (address.replace("size=32", "size=4000"), address.replace(flag["sha256"], "z" * 64)):
        assert client.get(wrong).status_code == 404


def test_the_split_is_taken_away_and_brought_back(client: TestClient, animals: str) -> None:
    answer = client.get(f"/thaw/datasets/{animals}/split.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="split.csv"'
    table = answer.text
    assert table.splitlines()[0] == "path,label,split,group,sha256"
    moved = table.replace(",val,", ",test,")
    assert client.post(f"/thaw/datasets/{animals}/split", content=moved.encode()).json() == {"images": 4}
    classes = client.get(f"/thaw/datasets/{animals}/classes").json()["classes"]
    assert sum(item["splits"].get("test", 0) for item in classes) == table.count(",val,") > 0
    wrong = client.post(f"/thaw/datasets/{animals}/split", content=b"a,b\n1,2\n")
    assert wrong.status_code == 400


def test_an_import_under_way_is_asked_to_stop_and_one_that_has_ended_is_left_alone(
    client: TestClient, services: Services, animals: str, tmp_path: Path
) -> None:
    folder = create_import(services.workspace.person("me").datasets, tmp_path)
    assert client.post(f"/thaw/datasets/{folder.name}/stop").json() == {"stopping": folder.name}
    assert (folder / "stop").exists()
    client.post(f"/thaw/datasets/{animals}/stop")
    assert not (services.workspace.person("me").datasets / animals / "stop").exists()


def test_what_was_found_is_put_right_only_as_it_was_offered(services: Services, tmp_path: Path) -> None:
    """One picture lies twice in each of two kinds, another in both kinds."""
    for kind, colour in {"fox": "red", "frog": "lime"}.items():
        (tmp_path / "set" / kind).mkdir(parents=True)
        for name, shade in (("1", colour), ("2", colour), ("3", "navy")):
            (tmp_path / "set" / kind / f"{name}.png").write_bytes(picture(shade))
    folder = services.workspace.person("me").datasets / new_identifier()
    import_source(tmp_path / "set", folder)
    pictures = services.pictures("me")

    def press(kind: str, offer: Offer, first: str = "") -> bool:
        found = pictures.dataset(folder.name).report.findings
        at = next((at for at, item in enumerate(found) if item.kind == kind), 0)
        return pictures.act_on_finding(
            folder.name, at=str(at), kind=kind, first=first or found[at].paths[0], offer=offer
        )

    assert not press("two_classes", Offer("belongs", "cat"))
    assert not press("two_classes", Offer("belongs", "fox"), first="of/another/day.png")
    assert press("two_classes", Offer("belongs", "fox"))
    assert pictures.dataset(folder.name).report.classes == {"fox": {"train": 4}, "frog": {"train": 2}}
    assert not pictures.leave_out_copies(folder.name, "7")
    assert pictures.leave_out_copies(folder.name, "3")
    assert pictures.dataset(folder.name).report.images == 3
    assert pictures.left_out(folder.name).total == 3
    assert not pictures.leave_out_copies(folder.name, "3")


def test_a_set_gets_another_name_and_stays_the_same(client: TestClient, animals: str) -> None:
    assert client.post(f"/thaw/datasets/{animals}/rename", json={"name": "Zoo"}).json() == {"name": "Zoo"}
    view = client.get(f"/thaw/datasets/{animals}/view").json()
    assert (view["name"], view["summary"]["images"]) == ("Zoo", 4)


def test_nobody_reaches_another_s_pictures_or_uploads(shared: Settings, assistant: FakeAssistant) -> None:
    app = routes_app(shared, Services(shared, assistant))
    with TestClient(app, base_url=HOST) as anna, TestClient(app, base_url=HOST) as ben:
        anna.get("/")
        ben.get("/")
        dataset = anna.post("/thaw/upload?name=a.zip", content=animals_zip()).json()["dataset"]
        finished_view(anna, dataset)
        upload = anna.post("/thaw/staging").json()["staged"]
        at = f"/thaw/datasets/{dataset}"
        asked: list[Callable[[], Any]] = [
            lambda: ben.get(f"{at}/classes"),
            lambda: ben.get(f"{at}/pictures?class=fox"),
            lambda: ben.get(f"{at}/left-out"),
            lambda: ben.get(f"{at}/corrections"),
            lambda: ben.get(f"{at}/split.csv"),
            lambda: ben.post(f"{at}/correct", json={"action": "undo"}),
            lambda: ben.post(f"{at}/split", content=b"path"),
            lambda: ben.post(f"{at}/rename", json={"name": "mine"}),
            lambda: ben.post(f"{at}/stop"),
            lambda: ben.post(f"/thaw/staging/{upload}/file?name=a.png", content=picture()),
            lambda: ben.post(f"/thaw/staging/{upload}/add", json={"dataset": dataset, "label": "fox"}),
        ]
        assert [ask().status_code for ask in asked] == [404] * len(asked)
        strange = {"origin": "http://evil.example"}
        assert anna.post(f"{at}/correct", json={"action": "undo"}, headers=strange).status_code == 403
        assert anna.post(f"/thaw/staging/{upload}/drop", headers=strange).status_code == 403
