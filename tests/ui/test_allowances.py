"""Each quota bites where it should, with words that say how much is allowed; without quotas nothing is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import HOST, FakeAssistant, animals_zip, finished_view, give_model, new_run, picture
from tests.ui.test_said import in_chinese
from tl_core.data.dataset import create_dataset
from tl_core.jobs.rundir import create_import
from tl_core.jobs.tickets import Ticket
from tl_core.jobs.workspace import Workspace, new_identifier
from tl_core.platform import Lock
from tl_ui.allowances import Allowances
from tl_ui.guard import QuotaError
from tl_ui.quotas import MEGABYTE, Quotas
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings

ANNA, BEN = "a" * 26, "b" * 26


@pytest.fixture
def now() -> list[float]:
    return [100.0]


@pytest.fixture
def held(tmp_path: Path, now: list[float]) -> Callable[..., Allowances]:
    def make(**quotas: int) -> Allowances:
        return Allowances(Quotas(**quotas), Workspace(tmp_path), clock=lambda: now[0])

    return make


@pytest.fixture
def busy() -> Iterator[Callable[[Path], None]]:
    """Holds the lock of a job's folder, as its worker does."""
    locks: list[Lock] = []

    def hold(folder: Path) -> None:
        locks.append(Lock(folder / "worker.lock"))
        assert locks[-1].acquire()

    yield hold
    for lock in locks:
        lock.release()


def refused(said: str) -> pytest.RaisesExc[QuotaError]:
    return pytest.raises(QuotaError, match=said)


def test_what_was_sent_counts_for_a_day_and_for_its_sender_alone(
    held: Callable[..., Allowances], now: list[float]
) -> None:
    allowances = held(upload_megabytes_a_day=2)
    allowances.count_upload(ANNA, 2 * MEGABYTE)
    with refused("You have sent 2 MB in 24 hours") as caught:
        allowances.count_upload(ANNA, 1)
    assert in_chinese(caught.value.message)
    allowances.count_upload(BEN, MEGABYTE)
    now[0] += 24 * 3600 + 1
    allowances.count_upload(ANNA, MEGABYTE)


def test_only_so_many_uploads_are_taken_at_once(held: Callable[..., Allowances]) -> None:
    allowances = held(all_uploads_at_once=2)
    allowances.begin_upload(ANNA)
    allowances.begin_upload(BEN)
    with refused("2 uploads are under way on this demo"):
        allowances.begin_upload(ANNA)
    allowances.end_upload(BEN)
    allowances.begin_upload(ANNA)


def test_the_disk_of_a_person_holds_so_much_and_their_cache_is_not_counted(
    held: Callable[..., Allowances], tmp_path: Path, now: list[float]
) -> None:
    allowances = held(disk_megabytes=1)
    person = Workspace(tmp_path).person(ANNA, has_own_cache=True)
    (person.folder / "cache/squares").mkdir()
    (person.folder / "cache/squares/many").write_bytes(b"x" * 2 * MEGABYTE)
    allowances.begin_upload(ANNA)
    with refused("Your pictures and models take 1 MB"):
        allowances.count_upload(ANNA, MEGABYTE + 1)
    now[0] += 60  # what was refused has been removed, so the disk is looked at anew
    allowances.check_pictures(ANNA, 0)
    (person.datasets / "large").write_bytes(b"x" * (MEGABYTE + 1))
    now[0] += 60
    with refused("Your pictures and models take 1 MB"):
        allowances.check_pictures(ANNA, 0)
    allowances.begin_upload(BEN)


def test_the_disk_of_all_together_holds_so_much(held: Callable[..., Allowances], tmp_path: Path) -> None:
    allowances = held(all_disk_megabytes=1)
    (Workspace(tmp_path).person(ANNA).datasets / "large").write_bytes(b"x" * (MEGABYTE + 1))
    allowances.look_at_disk()
    with refused("This demo's disk is full"):
        allowances.begin_upload(BEN)


def test_pictures_are_counted_before_a_zip_is_read(held: Callable[..., Allowances], tmp_path: Path) -> None:
    allowances = held(pictures=3)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(4):
            archive.writestr(f"fox/{number}.png", picture())
    zipped = tmp_path / "many.zip"
    zipped.write_bytes(content.getvalue())
    with refused("That would be 4 pictures; each person may have 3 here"):
        allowances.check_zips(ANNA, [zipped])
    zipped.write_bytes(b"no zip")
    allowances.check_zips(ANNA, [zipped])


def test_one_set_is_read_at_a_time_and_so_many_of_all_together(
    held: Callable[..., Allowances], tmp_path: Path, busy: Callable[[Path], None]
) -> None:
    allowances = held(all_imports_at_once=1)
    annas = Workspace(tmp_path).person(ANNA).datasets
    busy(create_import(annas, tmp_path / "a.zip", "foxes", limits="hosted"))
    create_dataset(annas / new_identifier(), "ready")
    with refused("Another set of your pictures is being read just now"):
        allowances.check_import(ANNA)
    with refused("1 sets of pictures are being read on this demo"):
        allowances.check_import(BEN)


def test_a_new_person_is_refused_where_there_are_too_many(held: Callable[..., Allowances], tmp_path: Path) -> None:
    allowances = held(all_people=1)
    people = Workspace(tmp_path)
    for owner in (ANNA, BEN):
        people.person(owner)
        allowances.admit(owner)  # who only looks has an empty folder
    create_dataset(people.person(ANNA).datasets / new_identifier(), "foxes")
    allowances.admit(ANNA)
    with refused("This demo is full: 1 people are using it"):
        allowances.admit(BEN)


def test_a_person_begins_only_so_many_sets(held: Callable[..., Allowances], tmp_path: Path) -> None:
    allowances = held(sets=2)
    for _ in range(2):
        allowances.check_set(ANNA)
        create_dataset(Workspace(tmp_path).person(ANNA).datasets / new_identifier(), "foxes")
    with refused("You have 2 sets of pictures"):
        allowances.check_set(ANNA)
    allowances.check_set(BEN)


def test_predictions_are_limited_by_the_minute_for_each_and_for_all(
    held: Callable[..., Allowances], now: list[float]
) -> None:
    allowances = held(predictions_a_minute=2, all_predictions_a_minute=3)
    allowances.count_prediction(ANNA)
    allowances.count_prediction(ANNA)
    with refused("You have tried 2 pictures within a minute"):
        allowances.count_prediction(ANNA)
    allowances.count_prediction(BEN)
    with refused("All people together have tried 3 pictures within a minute"):
        allowances.count_prediction(BEN)
    now[0] += 61
    allowances.count_prediction(ANNA)


def hosted_services(tmp_path: Path, **quotas: int) -> Services:
    settings = Settings(tmp_path / "workspace", shared=True, quotas=Quotas(**quotas))
    return Services(settings, FakeAssistant())


def test_trainings_of_one_person_and_of_all_are_limited(tmp_path: Path) -> None:
    services = hosted_services(tmp_path, running_runs=1, waiting_runs=1, all_waiting_runs=3)
    for number in range(2):
        services.allowances.check_run(ANNA)
        Ticket(number).write(new_run(services, ANNA).ticket)
    with refused("2 trainings of yours run or wait; each person may have 2 here"):
        services.allowances.check_run(ANNA)
    services.allowances.check_run(BEN)
    Ticket(2).write(new_run(services, BEN).ticket)
    assert services.allowances.queue().waiting == 3
    with refused("3 trainings are waiting on this demo already"):
        services.allowances.check_run(BEN)


def test_the_minutes_of_training_are_counted_also_after_erasing(tmp_path: Path) -> None:
    from tl_core.events import Finished

    services = hosted_services(tmp_path, training_minutes_a_day=2)
    ended = Finished(epochs=1, seconds=90.0, result={})
    new_run(services, ANNA, events=(ended,))
    services.allowances.check_run(ANNA)
    new_run(services, ANNA, events=(ended,))
    with refused("Your trainings have taken 2 minutes in 24 hours"):
        services.allowances.check_run(ANNA)
    services.allowances.forget(ANNA)
    (services.workspace.root / "people" / ANNA).rename(tmp_path / "gone")
    with refused("Your trainings have taken 2 minutes in 24 hours"):
        services.allowances.check_run(ANNA)


def test_without_quotas_nothing_is_refused(tmp_path: Path) -> None:
    allowances = Allowances(None, Workspace(tmp_path))
    for _ in range(3):
        allowances.begin_upload(ANNA)
        allowances.count_upload(ANNA, 10**12)
        allowances.end_upload(ANNA)
        allowances.check_pictures(ANNA, 10**9)
        allowances.check_run(ANNA)
        allowances.count_prediction(ANNA)
    assert allowances.standing(ANNA) == ()


def test_an_upload_is_cut_off_while_it_streams_and_leaves_nothing(tmp_path: Path) -> None:
    services = hosted_services(tmp_path, upload_megabytes_a_day=1)
    with TestClient(routes_app(services.settings, services), base_url=HOST) as client:
        client.get("/")
        answer = client.post("/thaw/upload?name=a.zip", content=b"x" * (MEGABYTE + 1))
        assert answer.status_code == 429
        assert answer.json()["message"].startswith("You have sent 1 MB in 24 hours")
        again = client.post("/thaw/upload?name=a.zip&lang=zh-CN", content=b"x")
        assert again.json()["message"] == "您在 24 小时内已上传 1 MB，这是这里每个人的上限。"
    assert list((services.workspace.root / "people").glob("*/incoming/*")) == []


def test_trying_pictures_over_the_route_stops_at_the_limit(tmp_path: Path) -> None:
    services = hosted_services(tmp_path, predictions_a_minute=1)
    with TestClient(routes_app(services.settings, services), base_url=HOST) as client:
        client.get("/")
        assert not (services.workspace.root / "people").exists()  # before somebody does something
        client.post("/thaw/datasets", json={"name": "foxes"})
        (folder,) = (services.workspace.root / "people").iterdir()
        run = new_run(services, folder.name)
        give_model(run)
        statuses = [client.post(f"/thaw/runs/{run.id}/try", content=picture()).status_code for _ in range(2)]
    assert statuses == [200, 429]


def test_what_a_hosted_import_keeps_lies_in_the_person_s_own_cache(tmp_path: Path) -> None:
    services = hosted_services(tmp_path)
    with TestClient(routes_app(services.settings, services), base_url=HOST) as client:
        client.get("/")
        dataset = client.post("/thaw/upload?name=animals.zip", content=animals_zip()).json()["dataset"]
        assert finished_view(client, dataset)["state"] == "finished"
    (folder,) = (services.workspace.root / "people").iterdir()
    assert (folder / "cache").is_dir()
    shared = services.workspace.root / "cache"
    assert [path for path in shared.rglob("*") if path.is_file()] == []
