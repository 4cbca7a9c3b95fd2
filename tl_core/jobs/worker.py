"""Carries out one job in a process of its own: `python -m tl_core.jobs.worker FOLDER`. Only executed, never imported.

`--reserve STEPS LATER CACHE` in the folder's place makes it wait, so many steps of priority lower, until it is handed a
run. It holds the lock, writes the journal and turns every error into an ending. What the work is, it leaves to others.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tl_core.config import STARTS, RunConfig
from tl_core.errors import RunError, UserError
from tl_core.events import ENDING_KINDS, Event, Failed, Finished, Phase, Planned, Resumed, Stopped, checked, to_dict
from tl_core.jobs.add_requests import dataset_of, read_add
from tl_core.jobs.beginnings import start_path
from tl_core.jobs.export_work import export_events
from tl_core.jobs.failures import failure_in_words
from tl_core.jobs.heartbeat import Heartbeat
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.launcher import WORKER_NICENESS
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.progress import Progress
from tl_core.jobs.reserve import IN_RESERVE
from tl_core.jobs.resuming import is_asked, read_request
from tl_core.jobs.room import room_for, written
from tl_core.jobs.rundir import JobDir, RunDir, read_job
from tl_core.jobs.under_way import training_under_way
from tl_core.jobs.waiting import Taken, job_to_take
from tl_core.jobs.workspace import Workspace, workspace_of
from tl_core.platform import Lock
from tl_core.processes import lower_priority

if TYPE_CHECKING:
    from tl_core.training.extending import Asked
    from tl_core.training.surroundings import Ready

LOCK_WAIT_SECONDS = 5.0  # whoever looks whether we live holds the lock for a moment
REASONS_TOLD = 100  # files that an ending names; a journal is no list of files
EXIT_DONE, EXIT_FAULT, EXIT_USER, EXIT_REFUSED = 0, 1, 2, 3

Emit = Callable[[Event], None]
ShouldStop = Callable[[], bool]


def main(words: list[str]) -> int:
    waits = words[0] == IN_RESERVE
    lower_priority(int(words[1]) if waits else WORKER_NICENESS)
    taken = job_to_take(words[3], attempted, later=int(words[2])) if waits else Taken(Path(words[0]), None)
    return carry_out(JobDir(taken.folder.resolve()), taken.ready)


def attempted(make: Callable[[], Ready]) -> Ready | None:
    """What breaks before a run is known breaks again in it, and there it gets an ending."""
    try:
        return make()
    except Exception:  # noqa: BLE001 - as the guard below
        traceback.print_exc()
        return None


def carry_out(job: JobDir, ready: Ready | None) -> int:
    asked_by_signal = _listen_for_signals()
    lock = Lock(job.lock)
    if not lock.acquire(wait_seconds=LOCK_WAIT_SECONDS):
        _say("another worker holds this folder; nothing was done")
        return EXIT_REFUSED
    try:
        with JournalWriter(job.journal) as journal:
            goes_on = journal.count > 0
            if goes_on and not is_asked(job):
                _say("the journal is not empty; nothing was done")
                return EXIT_REFUSED
            identity = ProcessIdentity.of(os.getpid())
            if identity is not None:
                identity.write(job.identity)
            with Heartbeat(job.heartbeat) as heart:

                def should_stop() -> bool:
                    heart.beat()
                    return bool(asked_by_signal) or job.stop.exists()

                return _run(job, journal, heart, lambda emit: _events(job, should_stop, emit, ready, goes_on=goes_on))
    finally:
        lock.release()


def _listen_for_signals() -> list[int]:
    """SIGTERM (a computer that shuts down, a force that asks first) is a wish to stop; a closed terminal is none."""
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        faulthandler.register(signal.SIGUSR1, file=sys.stderr, all_threads=True)  # where it is, asked by `show_stacks`
    return asked


def _run(job: JobDir, journal: JournalWriter, heart: Heartbeat, work: Callable[[Emit], Iterator[Event]]) -> int:
    """Do the work; whatever happens, the journal gets one ending. This is the guard: the one broad `except`."""
    _say(f"worker {os.getpid()} begins")
    told: set[str] = set()

    def emit(event: Event) -> None:
        heart.beat()
        written(lambda: journal.append(event), needs=heart.needs, bytes_needed=lambda: room_for(RunDir(job.path)))
        told.add(event.kind)
        if isinstance(event, Resumed | Planned | Failed):  # from here on the journal says what was asked for
            job.resume_request.unlink(missing_ok=True)
            job.ticket.unlink(missing_ok=True)
        _say_event(event)

    try:
        for event in checked(work(emit)):
            emit(event)
        return EXIT_DONE
    except UserError as error:
        failure, status = Failed(message=error.message, hint=error.hint, by_user=True), EXIT_USER
    except Exception as error:  # noqa: BLE001 - this is the guard
        traceback.print_exc()
        failure, status = failure_in_words(error), EXIT_FAULT
    if not told & ENDING_KINDS:  # what breaks while cleaning up after the ending stays in the log
        emit(failure)
    return status


def _events(job: JobDir, should_stop: ShouldStop, emit: Emit, ready: Ready | None, *, goes_on: bool) -> Iterator[Event]:
    kind = read_job(job.path)["kind"]
    if kind == "train":
        return _train(RunDir(job.path), should_stop, ready, goes_on=goes_on)
    if kind == "import":
        return _import(job, should_stop, emit)
    if kind == "add":
        return _add(job, should_stop, emit)
    if kind == "export":
        return export_events(job, emit, should_stop)
    if kind == "predict":
        from tl_core.jobs.trying import tried

        return tried(job, should_stop, emit)
    raise RunError(f"'{job.path.name}' asks for '{kind}', which this version does not know.", "Update Thaw.")


def _train(run: RunDir, should_stop: ShouldStop, ready: Ready | None, *, goes_on: bool) -> Iterator[Event]:
    workspace = workspace_of(run.path)
    with training_under_way(workspace, run.id):
        run.ticket.unlink(missing_ok=True)  # marked first: from here on it is known to be under way without its ticket
        yield from _training(run, workspace, should_stop, ready, read_request(run) if goes_on else None)


def _training(
    run: RunDir, workspace: Workspace, should_stop: ShouldStop, ready: Ready | None, asked: Asked | None
) -> Iterator[Event]:
    from tl_core.data.dataset import open_dataset
    from tl_core.training.session import run_training
    from tl_core.training.surroundings import nothing_ready

    config = run.config
    if config.start not in STARTS:
        config = replace(config, start=str(start_path(config.start, run.path.parent)))
    return run_training(
        config,
        open_dataset(run.dataset_folder),
        run.path,
        workspace.cache,
        should_stop=should_stop,
        clock=time.monotonic,
        ready=ready or nothing_ready,
        asked=asked,
    )


def _import(job: JobDir, should_stop: ShouldStop, emit: Emit) -> Iterator[Event]:
    """Progress comes by a callback from inside one long call, so it goes to `emit` and past this stream."""
    from tl_core.caching.importing import squares_for
    from tl_core.data.dataset import ImportStopped, import_source
    from tl_core.data.limits import HOSTED, LOCAL

    request: dict[str, Any] = read_job(job.path)
    started = time.monotonic()
    yield Planned(plan={"kind": "import", "source": request["source"], "name": request["name"]})
    try:
        dataset = import_source(
            [Path(source) for source in request.get("sources", [request["source"]])],
            job.path,
            limits=HOSTED if request["limits"] == "hosted" else LOCAL,
            name=request["name"],
            on_progress=Progress(emit),
            should_stop=should_stop,
            squares=squares_for(RunConfig(), workspace_of(job.path).cache),
        )
    except ImportStopped:
        yield Stopped(epochs=0, seconds=_seconds_since(started), result={})
        return
    result = {"dataset": dataset.id, "images": dataset.report.images}
    yield Finished(epochs=0, seconds=_seconds_since(started), result=result)


def _add(job: JobDir, should_stop: ShouldStop, emit: Emit) -> Iterator[Event]:
    """What could not be used is counted in the ending, with the first reasons; the dataset's report has them all."""
    from tl_core.caching.importing import squares_for
    from tl_core.data.dataset import ImportStopped
    from tl_core.data.edits import DatasetEditor
    from tl_core.data.limits import HOSTED, LOCAL

    request = read_add(job.path)
    started = time.monotonic()
    yield Planned(plan={"kind": "add", "label": request.label, "files": len(request.files)})
    folder, limits = dataset_of(job.path), HOSTED if request.limits == "hosted" else LOCAL
    editor = DatasetEditor(folder, limits=limits, squares=squares_for(RunConfig(), workspace_of(folder).cache))
    progress = Progress(emit)
    try:
        if request.source is not None:
            added = editor.add_source(request.source, on_progress=progress, should_stop=should_stop)
        else:
            added = editor.add(request.label, request.files, on_progress=progress, should_stop=should_stop)
    except ImportStopped:
        yield Stopped(epochs=0, seconds=_seconds_since(started), result={})
        return
    reasons = [{"path": item.path, "reason": item.reason} for item in added.skipped[:REASONS_TOLD]]
    result = {"dataset": added.dataset.id, "images": added.images, "skipped": len(added.skipped), "reasons": reasons}
    yield Finished(epochs=0, seconds=_seconds_since(started), result=result)


def _seconds_since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def _say_event(event: Event) -> None:
    """The log's tail is what is left of a worker that was killed: it tells how far it came."""
    if isinstance(event, Phase) and 0 < event.done < event.total:
        return
    words = {name: value for name, value in to_dict(event).items() if not isinstance(value, dict)}
    if words["kind"] != "step_done":
        _say(" ".join(f"{name}={value}" for name, value in words.items() if value not in (None, "")))


def _say(words: str) -> None:
    with suppress(OSError):  # a full disk ends no training for the sake of its log
        print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
