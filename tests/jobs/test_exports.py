"""Exports as jobs: begun once, offered when finished, made again for another model, and told when they fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.export.models import CLASSES, save_small_model
from tests.jobs.fake_workers import new_run
from tests.jobs.jobs_for_tests import wait_until
from tl_core.errors import ConfigError, RunError
from tl_core.events import Failed, Finished, Phase, Planned
from tl_core.export.adjusting import adjust_model
from tl_core.export.bundle import open_model
from tl_core.export.manifest import LICENCES, ONNX, PREDICT
from tl_core.export.members import open_members
from tl_core.jobs.export_work import export_events
from tl_core.jobs.exports import FILES, begin_export, export_folder, export_view
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.rundir import JobDir, RunDir, read_job
from tl_core.jobs.workspace import Workspace

CHECKS = [{"what": "model.onnx", "pictures": 32, "largest": 2e-7}, {"what": "weights", "pictures": 32, "largest": 0.0}]


class Launches:
    """Whom would have been started."""

    def __init__(self) -> None:
        self.folders: list[Path] = []

    def __call__(self, folder: Path) -> None:
        self.folders.append(folder)


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    run = new_run(Workspace(tmp_path / "workspace"))
    save_small_model(run.model)
    return run


def write(folder: Path, *events: Any) -> None:
    with JournalWriter(JobDir(folder).journal) as journal:
        for event in events:
            journal.append(event)


def test_an_export_is_begun_once_and_offered_when_it_is_finished(run: RunDir):
    launches = Launches()
    assert export_view(run, "bundle").state == "none"
    assert begin_export(run, "bundle", samples=False, launch=launches).state == "working"
    assert begin_export(run, "bundle", launch=launches).state == "working"
    (folder,) = launches.folders
    assert {name: read_job(folder)[name] for name in ("kind", "to", "samples")} == {
        "kind": "export", "to": "bundle", "samples": False,
    }  # fmt: skip
    (folder / FILES["bundle"]).write_bytes(b"zip")
    result = {"path": "model.zip", "bytes": 3, "sha256": "", "checks": CHECKS, "notes": ["No ONNX."]}
    write(folder, Planned({"kind": "export"}), Phase("saving", 0, 1), Finished(0, 2.0, result))
    view = begin_export(run, "bundle", launch=launches)
    assert (view.state, view.file, view.size, view.pictures) == ("ready", folder / "model.zip", 3, 32)
    assert (view.largest, view.notes, len(launches.folders)) == (2e-7, ("No ONNX.",), 1)


def test_a_model_that_answers_otherwise_now_has_no_export_yet_and_the_old_one_goes(run: RunDir):
    launches = Launches()
    begin_export(run, "onnx", launch=launches)
    (old,) = launches.folders
    write(old, Planned({}), Failed("No.", "Again.", by_user=True))
    adjust_model(run.path, temperature=2.0)
    assert export_view(run, "onnx").state == "none"
    begin_export(run, "onnx", launch=launches)
    assert not old.exists()
    assert launches.folders[1] == export_folder(run, "onnx") != old


def test_a_failed_export_says_why_and_is_begun_again_when_somebody_asks(run: RunDir):
    launches = Launches()
    begin_export(run, "torch", launch=launches)
    write(launches.folders[0], Planned({}), Failed("It failed its check.", "Take another.", by_user=True))
    view = export_view(run, "torch")
    assert (view.state, view.message, view.hint, view.file) == ("failed", "It failed its check.", "Take another.", None)
    assert export_view(run, "bundle").state == "none"
    assert begin_export(run, "torch", launch=launches).state == "working"
    assert len(launches.folders) == 2


def test_a_finished_export_whose_file_is_gone_is_not_offered(run: RunDir):
    launches = Launches()
    begin_export(run, "bundle", launch=launches)
    result = {"path": "model.zip", "bytes": 3, "sha256": "", "checks": CHECKS, "notes": []}
    write(launches.folders[0], Planned({}), Finished(0, 2.0, result))
    view = export_view(run, "bundle")
    assert (view.state, view.message) == ("failed", "The export ended before it was done.")


def test_what_is_no_form_or_no_model_is_told(run: RunDir, tmp_path: Path):
    with pytest.raises(
        ConfigError, match=r"There is no form 'keras' to take a model away in. Take one of bundle, onnx"
    ):
        begin_export(run, "keras", launch=Launches())
    empty = new_run(Workspace(tmp_path / "other"))
    with pytest.raises(RunError, match="has no model"):
        begin_export(empty, "bundle", launch=Launches())


def test_an_export_that_is_asked_to_stop_ends_as_stopped_and_leaves_no_file(run: RunDir):
    begin_export(run, "onnx", launch=Launches())
    folder = export_folder(run, "onnx")
    told: list[Any] = []
    events = [*export_events(JobDir(folder), told.append, lambda: True)]
    assert [event.kind for event in events] == ["planned", "stopped"]
    assert [event.kind for event in told] == ["phase"]
    write(folder, *events)
    assert export_view(run, "onnx").state == "failed"
    assert sorted(path.name for path in folder.iterdir()) == ["events.jsonl", "job.json"]


@pytest.mark.long
def test_a_real_worker_makes_a_bundle_that_passed_its_self_test(run: RunDir):
    begin_export(run, "bundle")
    view = wait_until(lambda: (now := export_view(run, "bundle")).state != "working" and now)
    assert (view.state, view.message, view.pictures, view.notes) == ("ready", "", 32, ())
    assert view.largest < 1e-5
    assert view.file is not None
    assert open_model(view.file)[0].classes == CLASSES
    assert {ONNX, PREDICT, LICENCES} <= open_members(view.file).sizes.keys()
