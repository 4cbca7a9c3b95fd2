"""The runs of one owner: start, follow, stop, go on, try, take away, delete. Knows no HTTP."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.data.splits import check_classes
from tl_core.errors import RunError
from tl_core.export.packing import zip_model
from tl_core.jobs.heartbeat import Pulse
from tl_core.jobs.journal import read_records
from tl_core.jobs.liveness import ProcessIdentity, state_of
from tl_core.jobs.losses import Loss, loss_of
from tl_core.jobs.pausing import is_pause, mark_pause
from tl_core.jobs.resuming import ask_to_resume
from tl_core.jobs.rundir import Label, RunDir, create_run
from tl_core.jobs.view import RunView, read_view
from tl_core.jobs.waits import Wait
from tl_core.jobs.ways_on import WaysOn, ways_on
from tl_core.jobs.workspace import IDENTIFIER, Person
from tl_core.training.extending import Asked
from tl_ui.guard import LENT, LENT_HINT, NotFoundError, RefusedError
from tl_ui.owned_models import answer_to
from tl_ui.owned_queue import OwnedQueue
from tl_ui.run_list import KeptRows, RunRow
from tl_ui.usage import folder_bytes

NEWS_BYTES = 400_000  # a page asks again at once for the rest
BUNDLE = "bundle.zip"
MODEL_FILE = "config.json"


@dataclass(frozen=True, slots=True)
class RunNews:
    """What the journal says since an offset.

    `wait` is of a run in the queue, `loss` of a lost one; one that `is_paused` was stopped to go on later. Of one at
    work: `silent_seconds` where it shows no sign of life for far longer than it is used to, `needs_bytes` while it
    waits for room on the disk.
    """

    records: list[dict[str, Any]]
    next_offset: int
    state: str
    has_more: bool
    wait: Wait | None = None
    loss: Loss | None = None
    silent_seconds: float | None = None
    needs_bytes: int = 0
    is_paused: bool = False


class Assistant(Protocol):
    """What answers short questions that need torch; `tl_core.jobs.assistant_client` in the program."""

    def call(self, op: str, **arguments: Any) -> Any: ...

    def warm(self, *, model: Path | None = None) -> None: ...

    def prepare(self, dataset: Path, settings: dict[str, Any]) -> None: ...

    def hand(self, folder: Path) -> ProcessIdentity | None: ...

    def leave(self) -> None: ...


class OwnedRuns:
    """One owner's `runs/`."""

    def __init__(self, person: Person, assistant: Assistant, listed: KeptRows, lent: Person | None = None) -> None:
        """`lent` is somebody whose runs everybody may read."""
        self._person = person
        self._lent = lent
        self._assistant = assistant
        self._listed = listed
        self.queue = OwnedQueue(person, assistant.hand)

    def run(self, run: str) -> RunDir:
        """Raises NotFoundError for what is no identifier, is not there, or is somebody else's."""
        places = [RunDir(person.runs / run) for person in (self._person, self._lent) if person]
        found = next((one for one in places if one.config_file.is_file()), None) if IDENTIFIER.match(run) else None
        if found is None:
            raise NotFoundError("There is no such training.", "Start one on the Train tab.")
        return found

    def own(self, run: str) -> RunDir:
        """As `run`, of what may be changed. Raises RefusedError for what is lent."""
        found = self.run(run)
        if found.path.parent != self._person.runs:
            raise RefusedError(LENT, LENT_HINT)
        return found

    def rows(self) -> list[RunRow]:
        """Newest first, at the end what is lent; a damaged run is left out of the list and said in the log."""
        return [*self._listed.rows(self._person.runs), *(self._listed.rows(self._lent.runs) if self._lent else [])]

    def start(self, dataset: Dataset, config: RunConfig) -> str:
        """Its settings are kept as they are now, whether it starts at once or waits for its turn."""
        check_classes(dataset.index)
        run = create_run(self._person.runs, config, dataset.folder)
        self.queue.put(run.path)
        return run.id

    def stop(self, run: str) -> None:
        """Asks; the worker keeps a usable model and ends. One that waits is cancelled, one that has ended stays."""
        self.queue.stop(self.own(run).path)

    def pause(self, run: str) -> None:
        """As `stop`, of one at work: it says that it will go on."""
        found = self.own(run)
        mark_pause(found)
        self.queue.stop(found.path)

    def force(self, run: str) -> None:
        """Ends what does not answer Stop; what was saved before stays. Takes seconds."""
        self.queue.force(self.own(run).path)

    def show_stacks(self, run: str) -> None:
        """Lets a run that hangs print where it is into its log."""
        self.queue.show_stacks(self.own(run).path)

    def resume(self, run: str, asked: Asked) -> None:
        """Puts a run into the queue to go on from its last checkpoint, or as it was asked for."""
        folder = self.own(run).path
        ask_to_resume(folder, asked)
        self.queue.put(folder)

    def delete(self, run: str) -> int:
        """The bytes that are free now. Raises RunError while it works, and while another run needs it."""
        return self.queue.delete(self.own(run).path)

    def bytes_of(self, run: str) -> int:
        """What deleting it frees."""
        return folder_bytes(self.run(run).path)

    def ways_on(self, run: str) -> WaysOn:
        """What may be asked of it now that it has ended."""
        return ways_on(self.run(run))

    def rename(self, run: str, label: Label) -> None:
        self.own(run).write_label(label)

    def view(self, run: str) -> RunView:
        return read_view(self.run(run).path)

    def news(self, run: str, offset: int) -> RunNews:
        """The state is looked at first: where it is an ending and nothing more follows, it is among the records."""
        found = self.run(run)
        state = state_of(found.path)
        records, next_offset = read_records(found.journal, offset, limit_bytes=NEWS_BYTES)
        has_more = bool(records) and next_offset < found.journal.stat().st_size
        news = RunNews(records, next_offset, state, has_more)
        if state == "queued":
            return replace(news, wait=self.queue.wait(found.path))
        if state == "lost":
            return replace(news, loss=loss_of(found.path))
        if state == "stopped":
            return replace(news, is_paused=is_pause(found))
        pulse = Pulse.read(found.heartbeat) if state == "running" else None
        if pulse is None:
            return news
        silent = pulse.silent_seconds() if pulse.is_overdue() else None
        return replace(news, silent_seconds=silent, needs_bytes=pulse.needs)

    def model(self, run: str) -> Path:
        """The model's folder; raises RunError where there is none yet."""
        found = self.run(run)
        if not (found.model / MODEL_FILE).is_file():
            raise RunError("This training has no model yet.", "Wait until its first model is ready, or train again.")
        return found.model

    def try_picture(self, run: str, picture: Path) -> dict[str, Any]:
        """See `answer_to`."""
        self.model(run)
        return answer_to(self._assistant, self.run(run).path, picture)

    def bundle(self, run: str) -> Path:
        """The model as one zip, made again when the model is newer."""
        model = self.model(run)
        made = self.run(run).path / BUNDLE
        if not made.is_file() or made.stat().st_mtime_ns < (model / MODEL_FILE).stat().st_mtime_ns:
            zip_model(model, made)
        return made
