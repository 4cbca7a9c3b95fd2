"""How a run's folder begins, and how it is found again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tl_core.config import RunConfig
from tl_core.errors import RunError
from tl_core.jobs.rundir import Label, RunDir, create_import, create_run, find_run, list_runs, read_job
from tl_core.jobs.workspace import IDENTIFIER, Workspace, default_root, new_identifier, workspace_of

CONFIG = RunConfig(name="Flowers", epochs=3, train_stages=("head",))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def test_an_identifier_is_26_letters_and_digits_and_never_the_same() -> None:
    made = {new_identifier() for _ in range(100)}
    assert len(made) == 100
    assert all(IDENTIFIER.match(identifier) for identifier in made)
    assert not IDENTIFIER.match(f"{new_identifier()}\n")
    assert not IDENTIFIER.match("../" + "a" * 23)


def test_the_workspace_is_named_by_the_environment_or_lies_where_data_belongs(tmp_path: Path) -> None:
    assert default_root({"THAW_WORKSPACE": str(tmp_path)}) == tmp_path
    assert default_root({}).name == "thaw"
    assert default_root({}).is_absolute()


def test_an_owner_that_is_no_name_is_refused(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match=r"'\.\./me' is no owner"):
        workspace.person("../me")


def test_a_run_starts_with_its_settings_and_label_and_nothing_else(workspace: Workspace) -> None:
    person = workspace.person()
    run = create_run(person.runs, CONFIG, person.datasets / "data")
    assert sorted(os.listdir(run.path)) == ["config.json", "label.json"]
    assert os.listdir(person.runs) == [run.id]
    assert run.config == CONFIG
    assert run.label == Label(name="Flowers", note="")
    assert run.dataset_folder == person.datasets / "data"
    assert read_job(run.path)["kind"] == "train"
    assert workspace_of(run.path) == workspace


def test_a_moved_workspace_still_finds_the_pictures_of_its_runs(workspace: Workspace, tmp_path: Path) -> None:
    person = workspace.person()
    run = create_run(person.runs, CONFIG, person.datasets / "data")
    shutil.move(workspace.root, tmp_path / "moved")
    moved = Workspace(tmp_path / "moved").person()
    assert RunDir(moved.runs / run.id).dataset_folder == moved.datasets / "data"


def test_a_label_can_be_changed_and_is_cut_to_its_length(workspace: Workspace) -> None:
    run = create_run(workspace.person().runs, CONFIG, workspace.person().datasets / "data")
    run.write_label(Label(name="  " + "n" * 500, note="first try"))
    assert run.label == Label(name="n" * 120, note="first try")


def test_an_import_is_a_dataset_folder_that_says_what_to_bring_in(workspace: Workspace, tmp_path: Path) -> None:
    folder = create_import(workspace.person().datasets, tmp_path / "a.zip", "Animals", limits="hosted")
    job = read_job(folder)
    assert (job["kind"], job["source"], job["name"], job["limits"]) == (
        "import",
        str(tmp_path / "a.zip"),
        "Animals",
        "hosted",
    )


def test_a_run_is_found_by_identifier_and_by_folder(workspace: Workspace) -> None:
    runs = workspace.person().runs
    run = create_run(runs, CONFIG, workspace.person().datasets / "data")
    assert find_run(runs, run.id) == run
    assert find_run(runs, str(run.path)).config == CONFIG


@pytest.mark.parametrize("name", ["nothing", "a" * 26, ".."])
def test_a_run_that_does_not_exist_is_named(workspace: Workspace, name: str) -> None:
    with pytest.raises(RunError, match=f"There is no run '{name}'"):
        find_run(workspace.person().runs, name)


def test_runs_are_listed_with_the_newest_first_and_drafts_left_out(workspace: Workspace) -> None:
    runs = workspace.person().runs
    assert list_runs(runs) == ()
    made = [create_run(runs, CONFIG, workspace.person().datasets / "data") for _ in range(3)]
    for age, run in enumerate(made):
        os.utime(run.config_file, (1e9 + age, 1e9 + age))
    (runs / f".{new_identifier()}").mkdir()
    assert list_runs(runs) == tuple(reversed(made))


def test_a_damaged_run_says_which_file_is_damaged(workspace: Workspace) -> None:
    run = create_run(workspace.person().runs, CONFIG, workspace.person().datasets / "data")
    run.config_file.write_text("{")
    with pytest.raises(RunError, match=r"config\.json' cannot be read"):
        _ = run.config
    run.config_file.write_text("{}")
    with pytest.raises(RunError, match=r"config\.json' holds no config, dataset, created"):
        _ = run.config
    run.config_file.unlink()
    with pytest.raises(RunError, match=r"is no folder of a run: 'config\.json' is missing"):
        _ = run.config
