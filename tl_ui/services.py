"""What the screen's handlers and routes ask for, owner by owner; thin over jobs and data. Knows no HTTP and no Gradio.

Everything here is quick: long work is a job in a process of its own, and short work that needs torch goes to the
assistant. Whatever an owner names by an identifier is looked up among that owner's things alone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from tl_core.backbones.stage import Stage
from tl_core.config import PRETRAINED, STARTS, RunConfig
from tl_core.data.dataset import Dataset
from tl_core.errors import DataError, UserError
from tl_core.jobs import launcher
from tl_core.jobs.assistant_client import AssistantClient
from tl_core.jobs.rundir import Label
from tl_core.jobs.sweeping import sweep_imports, sweep_runs
from tl_core.jobs.tickets import read_policy, write_policy
from tl_core.jobs.view import RunView
from tl_core.jobs.workspace import Person, Workspace
from tl_ui.allowances import Allowances
from tl_ui.answer_shelf import AnswerShelf
from tl_ui.dataset_shelf import DatasetShelf
from tl_ui.demo import DEMO_OWNER
from tl_ui.erasing import erase_person
from tl_ui.guard import RefusedError
from tl_ui.hosting import Hosting
from tl_ui.owned_additions import OwnedAdditions
from tl_ui.owned_answers import OwnedAnswers
from tl_ui.owned_datasets import DatasetRow, OwnedDatasets
from tl_ui.owned_insights import OwnedInsights
from tl_ui.owned_models import OwnedModels
from tl_ui.owned_pictures import OwnedPictures
from tl_ui.owned_runs import Assistant, OwnedRuns, RunNews
from tl_ui.owned_tries import OwnedTries
from tl_ui.owned_uploads import OwnedUploads
from tl_ui.owned_weights import OwnedWeights
from tl_ui.run_list import KeptRows, RunRow
from tl_ui.settings import Settings
from tl_ui.staging import Staging, remove
from tl_ui.words import Words

ABANDONED_SECONDS = 24 * 3600  # an upload that nobody has written to for so long belongs to a server that died


class Services:
    """Owns the assistant's client and the open datasets; `close` ends what it started in this process."""

    def __init__(self, settings: Settings, assistant: Assistant | None = None) -> None:
        self.settings = settings
        self.workspace = Workspace(settings.workspace)
        self.assistant: Assistant = assistant or AssistantClient(self.workspace)
        self._shelf = DatasetShelf(settings.limits)
        self._answered = AnswerShelf()
        self._staging = Staging(settings.limits.archive_bytes)
        self._listed = KeptRows()
        self.allowances = Allowances(settings.quotas, self.workspace)
        self._hosting = Hosting(self)

    def open(self) -> None:
        """Who waits for a turn goes on to wait. Where it is hosted, what is old is erased from now on."""
        self.sweep()
        write_policy(self.workspace, self.settings.policy(read_policy(self.workspace)))
        launcher.keep_queue(self.workspace)
        self._hosting.open()

    def erase(self, owner: str) -> None:
        """Everything of one person; who is alone with the server keeps what they have."""
        if not self.settings.shared:
            raise RefusedError("This is your own computer, and nothing is erased here at once.", "Delete the sets.")
        self.allowances.forget(owner)
        self._staging.forget(self.workspace.person(owner))
        for folder in self.workspace.person(owner).datasets.iterdir():
            self._shelf.forget(folder)
        erase_person(self.workspace, owner)

    def close(self) -> None:
        self._hosting.close()
        self._shelf.close()
        self.assistant.leave()

    def warm(self) -> None:
        """Starts the assistant in the background (importing torch takes it about 4 s), and a worker in reserve."""
        self.assistant.warm()

    def prepare(self, owner: str, dataset: str, settings: Mapping[str, Any]) -> None:
        """Has what a training with these settings reads first made in the background, if nothing else is to be done."""
        with suppress(UserError):  # what does not fit is said when Train is pressed
            config = RunConfig.from_dict(self.resolved(owner, settings))
            self.assistant.prepare(self.datasets(owner).folder(dataset), config.to_dict())

    def warm_run(self, owner: str, run: str) -> None:
        """Lets the assistant load a run's model before the first picture is tried."""
        self.runs(owner).model(run)
        self.assistant.warm(model=self.runs(owner).run(run).path)

    def sweep(self) -> None:
        """Removes uploads that a server which died left half written, and what killed imports left."""
        for datasets in (self.workspace.root / "people").glob("*/datasets"):
            sweep_imports(datasets)
        for runs in (self.workspace.root / "people").glob("*/runs"):
            sweep_runs(runs)
        for left in (self.workspace.root / "people").glob("*/incoming/*"):
            if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                remove(left)

    def _person(self, owner: str) -> Person:
        return self.workspace.person(owner, has_own_cache=self.settings.is_hosted)

    def _lent(self, owner: str) -> Person | None:
        """Whose pictures and runs are everybody's to read."""
        has_demo = self.settings.has_demo and owner != DEMO_OWNER
        return self.workspace.person(DEMO_OWNER, has_own_cache=True) if has_demo else None

    def datasets(self, owner: str) -> OwnedDatasets:
        person = self._person(owner)
        return OwnedDatasets(person, self._shelf, "hosted" if self.settings.shared else "local", self._lent(owner))

    def pictures(self, owner: str) -> OwnedPictures:
        return OwnedPictures(self.datasets(owner), self._shelf, self.settings.limits)

    def uploads(self, owner: str) -> OwnedUploads:
        person = self._person(owner)
        datasets, pictures, additions = self.datasets(owner), self.pictures(owner), self.additions(owner)
        return OwnedUploads(person, self._staging, datasets, pictures, additions, self.allowances)

    def additions(self, owner: str) -> OwnedAdditions:
        limits: Literal["local", "hosted"] = "hosted" if self.settings.shared else "local"
        return OwnedAdditions(self._person(owner), self.datasets(owner), self._shelf, limits)

    def runs(self, owner: str) -> OwnedRuns:
        return OwnedRuns(self._person(owner), self.assistant, self._listed, self._lent(owner))

    def answers(self, owner: str) -> OwnedAnswers:
        return OwnedAnswers(self.runs(owner), self.pictures(owner), self._answered)

    def tries(self, owner: str) -> OwnedTries:
        return OwnedTries(self._person(owner), self.runs(owner), self.pictures(owner), self._staging, self.allowances)

    def insights(self, owner: str, words: Words) -> OwnedInsights:
        runs, pictures = self.runs(owner), self.pictures(owner)
        return OwnedInsights(runs, pictures, self.answers(owner), self.assistant, words)

    def models(self, owner: str) -> OwnedModels:
        return OwnedModels(self._person(owner), self.assistant)

    # datasets

    def list_datasets(self, owner: str) -> list[DatasetRow]:
        return self.datasets(owner).rows()

    def start_import(self, owner: str, source_path: str, name: str = "") -> str:
        """The identifier of the dataset made from a typed path; on one's own machine alone."""
        if self.settings.shared:
            raise RefusedError("This server takes no typed paths.", "Drop a zip on the Pictures tab instead.")
        source = typed_path(source_path)
        return self.datasets(owner).start(source, name.strip() or source.name)

    def import_upload(self, owner: str, uploaded: Path, name: str) -> str:
        try:
            self.allowances.check_import(owner)
            self.allowances.check_zips(owner, [uploaded])
            return self.datasets(owner).start(uploaded, name)
        except BaseException:
            uploaded.unlink(missing_ok=True)
            raise

    def start_sample(self, owner: str, name: str) -> str:
        """`digits` or `garden`; "starting" for a few seconds the first time, while the pictures are drawn."""
        self.allowances.check_import(owner)
        self.allowances.check_pictures(owner, 0)
        return self.datasets(owner).start_sample(name)

    def new_incoming(self, owner: str, ending: str) -> Path:
        return self.datasets(owner).new_incoming(ending)

    def dataset_view(self, owner: str, dataset: str) -> dict[str, Any]:
        return self.datasets(owner).view(dataset)

    def dataset(self, owner: str, dataset: str) -> Dataset:
        return self.datasets(owner).ready(dataset)

    def thumbnail(self, owner: str, dataset: str, sha256: str, size: int = 160) -> Path:
        return self.datasets(owner).thumbnail(dataset, sha256, size)

    def delete_dataset(self, owner: str, dataset: str) -> None:
        self.datasets(owner).delete(dataset)

    # runs

    def list_runs(self, owner: str) -> list[RunRow]:
        return self.runs(owner).rows()

    def start_run(self, owner: str, dataset: str, config: RunConfig) -> str:
        self.allowances.check_run(owner)
        return self.runs(owner).start(self.dataset(owner, dataset), config)

    def run_view(self, owner: str, run: str) -> RunView:
        return self.runs(owner).view(run)

    def run_news(self, owner: str, run: str, offset: int) -> RunNews:
        return self.runs(owner).news(run, offset)

    def run_name(self, owner: str, run: str) -> str:
        return self.runs(owner).run(run).label.name

    def rename_run(self, owner: str, run: str, name: str, note: str = "") -> None:
        self.runs(owner).rename(run, Label(name=name, note=note))

    def try_picture(self, owner: str, run: str, picture: Path) -> dict[str, Any]:
        self.allowances.count_prediction(owner)
        return self.runs(owner).try_picture(run, picture)

    def bundle(self, owner: str, run: str) -> Path:
        return self.runs(owner).bundle(run)

    # networks

    def weights(self, owner: str) -> OwnedWeights:
        return OwnedWeights(self._person(owner), self.assistant, shared=self.settings.shared)

    def resolved(self, owner: str, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Settings as a run takes them: where it starts from named by this owner's own paths, and by no others."""
        values = dict(chosen)
        start, weights = str(values.get("start") or PRETRAINED), str(values.get("weights") or "")
        values["start"] = start if start in STARTS else str(self.runs(owner).run(start).path)
        values["weights"] = str(self.weights(owner).path(weights)) if weights else ""
        return values

    def stages(self, backbone: str, image_size: int | None = None) -> tuple[Stage, ...]:
        """The stages of a network, the head last; from the disk where they were asked for before."""
        said = self.assistant.call("layers", backbone=backbone, image_size=image_size)
        return tuple(Stage.from_dict(values) for values in said)


def typed_path(text: str) -> Path:
    """What a person pasted: quotes and spaces around it are no part of it. Raises DataError where nothing is there."""
    words = text.strip().strip("\"'")
    if not words:
        raise DataError("No folder was named.", "Type the path of a folder or a zip, or drop a zip.")
    path = Path(words).expanduser()
    if not path.is_absolute():
        raise DataError(f"'{words}' does not start at the root.", "Type the whole path, as /home/ana/pictures.")
    if not path.exists():
        raise DataError(f"There is nothing at '{words}'.", "Check the path; capitals count.")
    return path
