"""Everything the tabs show at one moment, read once from the services. Knows no component.

What the choices name may be gone (deleted in another tab, another machine's link): it is then left out, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tl_core.backbones.stage import Stage
from tl_core.config import STARTS, RunConfig
from tl_core.data.dataset import Dataset
from tl_core.data.groups import Grouping
from tl_core.errors import UserError
from tl_core.events import ModelReady
from tl_core.jobs import launcher
from tl_core.jobs.view import RunView
from tl_ui.album import Album
from tl_ui.choices import Choices
from tl_ui.dataset_use import DatasetUse
from tl_ui.guard import NotFoundError
from tl_ui.owned_datasets import DatasetRow
from tl_ui.owned_pictures import OwnedPictures
from tl_ui.present import for_classes, run_name
from tl_ui.run_list import RunRow
from tl_ui.services import Services
from tl_ui.shown_answers import ShownAnswers
from tl_ui.words import Words, words_for

BUSY = ("starting", "running")


@dataclass(frozen=True, slots=True)
class ShownRun:
    """The run that is looked at. `log` is the tail of its worker's log where it did not end well.

    `label` is the name that a person gave, maybe empty; `name` is what to call it on the screen.
    """

    id: str
    label: str
    name: str
    dataset: str
    config: RunConfig
    view: RunView
    log: str

    @property
    def has_model(self) -> bool:
        """One that can be tried: its first model while it goes on, the measured one after its end."""
        return self.view.result is not None or self.view.model is not None

    @property
    def first_model(self) -> ModelReady | None:
        """What the model is worth that a run has before its end."""
        return self.view.model if self.view.result is None else None


class ChosenPictures:
    """What the first tab alone shows of the chosen set, each part looked up when it is first asked for.

    Moving the ice line must not divide a hundred thousand pictures.
    """

    def __init__(self, pictures: OwnedPictures, dataset: str) -> None:
        self._pictures = pictures
        self._dataset = dataset

    @cached_property
    def album(self) -> Album:
        return self._pictures.album(self._dataset)

    @cached_property
    def use(self) -> DatasetUse:
        return self._pictures.use(self._dataset)

    @cached_property
    def groupings(self) -> tuple[Grouping, ...]:
        """Shown before they are used, and to those alone who will use the model in new places."""
        return self._pictures.groupings(self._dataset) if self.use.used_in == "new" else ()

    @cached_property
    def left_out(self) -> int:
        return self._pictures.left_out(self._dataset, count=0).total

    @cached_property
    def split(self) -> Mapping[str, int]:
        """Pictures of each side."""
        return self._pictures.split_counts(self._dataset)


@dataclass(frozen=True, slots=True)
class Scene:
    """`importing` is the newest set of pictures that is still read; `dataset` is the chosen one, if it can be used.

    `datasets` can be used, `sets` are all of them; `pictures` are of the chosen one, `answers` of a run with a result.

    `weights_name` is what the person called the weights file that they brought, empty where none is in use;
    `keep_hours` how long a hosted demo keeps things, 0 elsewhere.
    """

    choices: Choices
    shared: bool
    keep_hours: int
    datasets: tuple[DatasetRow, ...]
    sets: tuple[DatasetRow, ...]
    runs: tuple[RunRow, ...]
    dataset: Dataset | None
    dataset_name: str
    importing: str
    run: ShownRun | None
    stages: tuple[Stage, ...]
    weights_name: str = ""
    pictures: ChosenPictures | None = None
    answers: ShownAnswers | None = None

    @property
    def names(self) -> dict[str, str]:
        """What each set of pictures is called, by its identifier."""
        return {row.id: row.name for row in self.datasets}

    @property
    def words(self) -> Words:
        return words_for(self.choices.language)


def look(services: Services, owner: str, choices: Choices, stages: Sequence[Stage] = ()) -> Scene:
    """Reads what the choices name. `stages` are those of the chosen network, empty while it is being opened."""
    rows = services.list_datasets(owner)
    datasets = tuple(row for row in rows if row.state == "finished")
    row = next((row for row in datasets if row.id == choices.dataset), None)
    dataset = services.dataset(owner, row.id) if row else None
    run = shown_run(services, owner, choices.run, {row.id: row.name for row in datasets})
    return Scene(
        choices=choices.but(dataset=row.id if row else "", run=run.id if run else ""),
        shared=services.settings.shared,
        keep_hours=services.settings.keep_hours,
        datasets=datasets,
        sets=tuple(rows),
        runs=tuple(services.list_runs(owner)),
        dataset=dataset,
        dataset_name=row.name if row else "",
        importing=next((row.id for row in rows if row.state in BUSY), ""),
        run=run,
        stages=for_classes(stages, len(dataset.report.classes)) if dataset else tuple(stages),
        weights_name=services.weights(owner).name(choices.weights) if choices.weights else "",
        pictures=ChosenPictures(services.pictures(owner), row.id) if row else None,
        answers=ShownAnswers(services.answers(owner), run.id, run.config.to_dict())
        if run and run.view.result
        else None,
    )


def shown_run(services: Services, owner: str, run: str, names: Mapping[str, str] | None = None) -> ShownRun | None:
    """None where there is no such run. `names` are those of the datasets, for what to call a run without a name."""
    if not run:
        return None
    try:
        found = services.runs(owner).run(run)
    except NotFoundError:
        return None
    view = services.run_view(owner, run)
    config = found.config
    log = launcher.log_tail(found.path) if view.state in ("lost", "failed") else ""
    dataset = found.dataset_folder.name
    name = run_name(found.label.name, config.backbone, (names or {}).get(dataset, ""))
    return ShownRun(run, found.label.name, name, dataset, config, view, log)


def attached(services: Services, owner: str, kept: Any, asked_run: str | None) -> Choices:
    """Where a page that has just loaded goes on: the run in its address, else the browser's memory, else the newest."""
    choices = Choices.from_dict(kept)
    if asked_run and asked_run != choices.run:
        return with_run(services, owner, choices, asked_run)
    if choices.run and shown_run(services, owner, choices.run):
        return choices
    rows = services.list_runs(owner)
    if rows:
        return with_run(services, owner, choices, rows[0].id)
    if not choices.dataset:
        ready = [row.id for row in services.list_datasets(owner) if row.state == "finished"]
        return choices.but(dataset=ready[0] if ready else "", run="")
    return choices.but(run="")


def with_run(services: Services, owner: str, choices: Choices, run: str) -> Choices:
    """The choices that a run was made with, and the run itself; unchanged where there is no such run."""
    shown = None
    with suppress(UserError):
        shown = shown_run(services, owner, run)
    if shown is None:
        return choices
    config = shown.config
    start = config.start if config.start in STARTS else Path(config.start).name
    weights = services.weights(owner).identifier_of(config.weights)
    return choices.but(run=run, dataset=shown.dataset).like(config, start=start, weights=weights)
