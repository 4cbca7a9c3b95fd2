"""`python -m tl_core train DATA`: brings the pictures in, starts a worker and follows its journal. Trains nothing."""

from __future__ import annotations

import argparse
import json
import math
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tl_core.caching.importing import squares_for
from tl_core.commands.backbones import check_typed
from tl_core.commands.progress import ProgressPrinter, ending_in_words
from tl_core.config import AUGMENTS, OPTIMIZERS, SCHEDULES, RunConfig
from tl_core.data.dataset import Dataset, ImportStopped, SquareKeeper, find_unchanged, import_source
from tl_core.data.names import shown
from tl_core.data.splits import check_classes
from tl_core.errors import ConfigError
from tl_core.events import ENDING_KINDS
from tl_core.jobs.assistant_address import AssistantFiles
from tl_core.jobs.assistant_client import AssistantClient
from tl_core.jobs.beginnings import check_stages, checked_beginning
from tl_core.jobs.following import follow
from tl_core.jobs.heartbeat import Pulse
from tl_core.jobs.launcher import WORKER_NICENESS, launch_run, log_tail, request_stop
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.losses import loss_of
from tl_core.jobs.reserve import Reserve
from tl_core.jobs.rundir import RunDir, create_run
from tl_core.jobs.sweeping import sweep_imports
from tl_core.jobs.under_way import is_training
from tl_core.jobs.workspace import Person, Workspace, new_identifier
from tl_core.jobs.workspace_check import check_workspace
from tl_core.processes import seconds_alive

OPTIONS = {
    "preset": ("instant|better|best", "how far to go: the head alone, later layers too, or the best of several"),
    "backbone": ("NAME", "the pretrained network: timm's name, or torchvision/NAME"),
    "start": ("pretrained|scratch|RUN", "what to start from"),
    "weights": ("FILE", "your own weights for the backbone, .safetensors or .pth"),
    "freeze": ("all|none|STAGE", "STAGE and everything before it stays as it is; `layers` lists the stages"),
    "train_stages": ("A,B", "only these stages train"),
    "epochs": ("N", "how often every picture is seen"),
    "batch_size": ("N", "pictures in one step"),
    "learning_rate": ("X", "how far one step goes"),
    "optimizer": ("|".join(OPTIMIZERS), "how steps are taken"),
    "schedule": ("|".join(SCHEDULES), "how the learning rate changes"),
    "augment": ("|".join(AUGMENTS), "how pictures are varied"),
    "image_size": ("N", "side of the picture that the network sees, in pixels"),
    "seed": ("N", "the same seed, data and machine give the same model"),
    "name": ("TEXT", "what the run is called"),
}
DONE, FAULT, CAN_BE_PUT_RIGHT, LEFT_RUNNING = 0, 1, 2, 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", type=Path, help="a folder or zip of class folders")
    for field, (values, meaning) in OPTIONS.items():
        parser.add_argument(f"--{field.replace('_', '-')}", metavar=values, help=meaning)
    parser.add_argument("--set", metavar="FIELD=VALUE", action="append", default=[], help="any other setting")
    parser.add_argument("--json", action="store_true", help="print the journal's records, one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """Raises UserError with everything that is wrong with the settings or the pictures."""
    config = config_of(arguments)
    workspace = Workspace(arguments.workspace)
    check_workspace(workspace)
    person = workspace.person()
    config = checked_beginning(config, person.runs)  # before pictures are read for nothing
    check_stages(config, workspace.cache)
    printer = ProgressPrinter()
    with counting_interrupts() as interrupts, early_worker(workspace) as worker:
        try:
            dataset = bring_in(arguments.data, person, printer, interrupts, squares_for(config, workspace.cache))
        except ImportStopped:
            printer.say("Stopped while pictures were read; nothing was kept.")
            return LEFT_RUNNING
        for finding in dataset.report.findings:
            printer.say(f"{finding.severity.capitalize()}: {shown(finding.message)}")
        check_classes(dataset.index)  # before there is a run: one that cannot work would stay in the list
        found = create_run(person.runs, config, dataset.folder)
        launch_run(found.path, worker)  # at once, beside whatever trains: whoever types it asks for it now
        return Following(found, printer, as_json=arguments.json).until_ended(interrupts)


def config_of(arguments: argparse.Namespace) -> RunConfig:
    """The settings as they were typed; raises ConfigError that names every problem."""
    given = {field: getattr(arguments, field) for field in OPTIONS if getattr(arguments, field) is not None}
    pairs = [text.partition("=") for text in arguments.set]
    problems = [f"--set wants FIELD=VALUE, and '{name}' has no '='." for name, sign, _value in pairs if not sign]
    names = [*given, *(name.strip().replace("-", "_") for name, sign, _value in pairs if sign)]
    problems += [f"{name} is given more than once." for name in dict.fromkeys(names) if names.count(name) > 1]
    if problems:
        raise ConfigError.from_problems(problems)
    config = RunConfig.from_text(given | {name.strip().replace("-", "_"): value for name, _sign, value in pairs})
    check_typed(config.backbone)
    return config


def bring_in(
    data: Path, person: Person, printer: ProgressPrinter, interrupts: list[int], squares: SquareKeeper | None = None
) -> Dataset:
    sweep_imports(person.datasets)
    known = find_unchanged(person.datasets, data)
    if known is not None:
        printer.say(f"'{shown(known.name)}' is known: {known.report.images:,} pictures.")
        return known
    return import_source(
        data,
        person.datasets / new_identifier(),
        on_progress=printer.phase,
        should_stop=lambda: bool(interrupts),
        squares=squares,
    )


@contextmanager
def early_worker(workspace: Workspace) -> Iterator[Callable[[Path], ProcessIdentity | None]]:
    """Who takes the run: the assistant's worker in reserve, or one that loads torch while pictures are looked at."""
    assistant = AssistantClient(workspace)
    if assistant.has_worker:
        yield assistant.hand
        return
    log = AssistantFiles(workspace.assistant).reserve_log
    # It has work for one core while all are busy with pictures; what is left of it in the end keeps one core idle.
    early = Reserve(log, niceness=WORKER_NICENESS, cache=workspace.cache, hurries=not is_training(workspace))
    try:
        yield early.hand
    finally:
        early.close()


@contextmanager
def counting_interrupts() -> Iterator[list[int]]:
    """Ctrl-C adds to the list instead of breaking off in the middle of something."""
    interrupts: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: interrupts.append(number))
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, before)


class Following:
    """Prints a run's records until it ends, it is lost, or the person has had enough."""

    def __init__(self, found: RunDir, printer: ProgressPrinter, *, as_json: bool, offset: int = 0) -> None:
        """`offset`: where the records begin that were not there before."""
        self._found = found
        self._printer = printer
        self._as_json = as_json
        self._offset = offset
        self._needs = 0

    def until_ended(self, interrupts: list[int]) -> int:
        asked_to_stop = False
        for record in follow(self._found.path, self._offset):
            if record is not None:
                ending = self._told(record)
                if ending is not None:
                    return ending
            if interrupts and not asked_to_stop:
                asked_to_stop = True
                request_stop(self._found.path)
                self._printer.say("Stopping; the model so far will be kept. Ctrl-C again leaves it to itself.")
            elif len(interrupts) > 1:
                self._printer.say(f"It goes on without this window. Run: {shown(str(self._found.path))}")
                return LEFT_RUNNING
            if record is None:
                self._say_trouble()
        return self._lost()

    def _say_trouble(self) -> None:
        """Once each time that the disk is found full: the work waits, and nothing else would be heard of it."""
        pulse = Pulse.read(self._found.heartbeat)
        needs = 0 if pulse is None else pulse.needs
        if needs and not self._needs:
            self._printer.say(f"The disk is full. Training waits until {math.ceil(needs / 1e6):,} MB are free.")
        self._needs = needs

    def _told(self, record: dict[str, Any]) -> int | None:
        """Prints a record; the exit status when it is the ending."""
        is_ending = record.get("kind") in ENDING_KINDS
        if is_ending:
            record = {**record, "run": str(self._found.path)}
            if record["kind"] != "failed":
                record["seconds"] = round(seconds_alive(), 3)
        if self._as_json:
            print(json.dumps(record), flush=True)
            if record.get("kind") == "warned":
                self._printer.record(record)
        else:
            self._printer.record(record)
        return self._ended(record) if is_ending else None

    def _ended(self, record: dict[str, Any]) -> int:
        if record["kind"] != "failed":
            for line in ending_in_words(record):
                self._printer.say(line)
            return DONE
        self._printer.say("\n".join(filter(None, [record["message"], record["hint"]])))
        if record["by_user"]:
            return CAN_BE_PUT_RIGHT
        self._printer.say(log_tail(self._found.path, lines=40))
        return FAULT

    def _lost(self) -> int:
        loss = loss_of(self._found.path)
        self._printer.say(f"The worker of run '{self._found.id}' is gone before its end. {loss.message} {loss.hint}")
        self._printer.say("The last lines of its log:")
        self._printer.say(log_tail(self._found.path))
        return FAULT
