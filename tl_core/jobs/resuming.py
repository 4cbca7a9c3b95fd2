"""Going on with a run that was stopped, failed, was lost or is to have more epochs: what may be asked, and the asking.

Looks at small files alone; what a checkpoint holds and how training goes on, the worker knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tl_core.data.dataset import open_dataset
from tl_core.data.kept_split import with_kept_split
from tl_core.data.split_file import read_split_csv
from tl_core.errors import RunError, UserError
from tl_core.jobs.launcher import launch_run
from tl_core.jobs.liveness import ProcessIdentity, State, state_of
from tl_core.jobs.rundir import JobDir, RunDir
from tl_core.platform import atomic_write_json
from tl_core.training.checkpoint_files import Checkpoint, CheckpointFolder
from tl_core.training.extending import Asked, after_epoch
from tl_core.training.kept_plans import KeptPlans, read_plans

UNDER_WAY: tuple[State, ...] = ("queued", "starting", "running")


def resume_run(
    folder: Path,
    reserve: Callable[[Path], ProcessIdentity | None],
    *,
    epochs: int | None = None,
    more_epochs: int | None = None,
    from_epoch: int | None = None,
) -> None:
    """Starts a worker that goes on with the run in `folder`; its journal goes on, too.

    Raises a UserError where there is nothing to go on with, or where that would be another training.
    """
    ask_to_resume(folder, Asked(epochs, more_epochs, from_epoch))
    launch_run(folder, reserve)


def ask_to_resume(folder: Path, asked: Asked) -> None:
    """Leaves the wish for the worker that is started next, by whomever. Raises as `resume_run`."""
    run = RunDir(folder)
    check_resumable(run, asked)
    run.stop.unlink(missing_ok=True)
    run.launched.unlink(missing_ok=True)
    atomic_write_json(run.resume_request, asked.to_dict())


def is_asked(job: JobDir) -> bool:
    """Whether a worker that finds a journal shall go on with it: by a wish, or by the run's turn in the queue."""
    return job.resume_request.exists() or job.ticket.exists()


def read_request(job: JobDir) -> Asked:
    """What was asked for; a run that is started from the queue without more words goes on as it was."""
    try:
        return Asked.from_dict(json.loads(job.resume_request.read_text("utf-8")))
    except FileNotFoundError:
        return Asked()
    except (OSError, ValueError, AttributeError, UserError) as error:
        raise RunError(f"'{job.resume_request.name}' cannot be read: {error}.", "Ask once more to go on.") from error


def kept_epochs(folder: Path) -> tuple[int, ...]:
    """The epochs after whose end a run can go on."""
    listed = CheckpointFolder(RunDir(folder).checkpoints).listed()
    return tuple(sorted({int(one.state["epoch"]) for one in listed if not one.state["batch"]}))


def check_resumable(run: RunDir, asked: Asked) -> None:
    """Raises the UserError that says why the run cannot go on so."""
    state = state_of(run.path)
    if state in UNDER_WAY:
        raise RunError(f"The run '{run.id}' is under way already.", "Stop it first.")
    plans = read_plans(run.path)
    found = list(CheckpointFolder(run.checkpoints).listed())
    check_wish(run, asked, plans, found, state)
    if asked.from_epoch is not None:
        after_epoch(found, asked.from_epoch)
    check_pictures(run, plans)


def check_wish(run: RunDir, asked: Asked, plans: KeptPlans | None, found: list[Checkpoint], state: State) -> None:
    wants_more = asked.wants_epochs or asked.from_epoch is not None
    if state == "finished" and not wants_more:
        raise RunError(f"The run '{run.id}' has finished.", "Say how many more epochs it shall have.")
    if not wants_more:
        return
    if (plans is not None and not plans.is_single) or run.config.repeats > 1:
        raise RunError(
            f"The run '{run.id}' is no single training of layers, so it can have no more epochs.",
            "Train again, with the freezing and the epochs that you want.",
        )
    if plans is None or not found:
        raise RunError(f"There is nothing to go on from. The run '{run.id}' has kept no checkpoint.", "Train again.")
    if asked.wants_epochs:
        chosen = found[0] if asked.from_epoch is None else after_epoch(found, asked.from_epoch)
        asked.total(int(chosen.state["epoch"]))


def check_pictures(run: RunDir, plans: KeptPlans | None) -> None:
    """Raises RunError where the pictures are gone, DataError that names those that are others now."""
    if not run.dataset_folder.is_dir():
        raise RunError(f"The pictures of the run '{run.id}' are gone.", "Bring the pictures in again and train again.")
    if plans is not None and run.split_file.is_file():
        rows = read_split_csv(run.split_file)
        with_kept_split(open_dataset(run.dataset_folder).index, rows, plans.plan.classes)
