"""What one owner's runs answered: the pictures behind a number, what became of them since, how the model decides.

Everything is looked up among the owner's runs and sets alone. Knows no HTTP and no component.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from tl_core.data.corrections import Changes, changes_since
from tl_core.errors import ConfigError, DataError, RunError
from tl_core.evaluation.temperature import fit_temperature
from tl_core.export.adjusting import adjust_model
from tl_core.export.decision import Decision
from tl_core.export.described import weights_hash
from tl_core.jobs.journal import read_records
from tl_core.jobs.kept_insights import NAMES, read_insight
from tl_ui.album import MOST_ON_A_PAGE
from tl_ui.answer_shelf import AnswerBook, AnswerShelf
from tl_ui.guard import NotFoundError
from tl_ui.kept_labels import read_kept_labels, write_kept_labels
from tl_ui.owned_pictures import OwnedPictures
from tl_ui.owned_runs import OwnedRuns
from tl_ui.selections import Behind, behind
from tl_ui.standings import GONE, Named, Standing

FIRST_RECORD = 1  # byte: read_records gives one whole record at least
Point = TypeVar("Point")
_deciding = threading.Lock()  # a decision has two parts: changing one must not lose the other


@dataclass(frozen=True, slots=True)
class Asked:
    """A stretch of the pictures behind a number, the surest answer first or the least sure one."""

    name: str
    surest_first: bool = True
    start: int = 0
    count: int = 60


class OwnedAnswers:
    """Looks runs and their sets of pictures up among their owner's."""

    def __init__(self, runs: OwnedRuns, pictures: OwnedPictures, shelf: AnswerShelf) -> None:
        self._runs = runs
        self._pictures = pictures
        self._shelf = shelf

    def book(self, run: str) -> AnswerBook:
        """Raises NotFoundError for another's run, RunError for one that kept no answers."""
        return self._shelf.book(self._runs.run(run).path)

    def dataset(self, run: str) -> str:
        """The identifier of the set that the run learned from."""
        return self._runs.run(run).dataset_folder.name

    def changes(self, run: str) -> Changes:
        """What was corrected since the run read its pictures; nothing where they are gone."""
        found = self._runs.run(run)
        first = read_records(found.journal, limit_bytes=FIRST_RECORD)[0]
        began = first[0].get("t") if first else None
        moment = float(began) if isinstance(began, int | float) else found.created
        try:
            return changes_since(self._pictures.dataset(found.dataset_folder.name).folder, moment)
        except (NotFoundError, RunError, DataError):
            return Changes()

    def suspects_left(self, run: str) -> int:
        """How many labels that look wrong nobody has put right yet."""
        found = self.book(run).suspects.found
        standing = self._standings(run, [(one.path, one.sha256) for one in found])
        kept = read_kept_labels(self._runs.run(run).path)
        pairs = zip(found, standing, strict=True)
        return sum(now.is_as(one.label) and one.sha256 not in kept for one, now in pairs)

    def keep_labels(self, run: str, contents: Sequence[str], *, are_right: bool) -> None:
        """Labels that looked wrong and were looked at: they are right, or (taken back) not yet looked at."""
        folder = self._runs.own(run).path
        with _deciding:
            kept = read_kept_labels(folder)
            write_kept_labels(folder, kept | set(contents) if are_right else kept - set(contents))

    def behind(self, run: str, asked: Asked) -> dict[str, Any]:
        """The pictures behind a number, what each is called now, and how many there are in all."""
        count = min(asked.count, MOST_ON_A_PAGE)
        found = behind(self.book(run), asked.name, surest_first=asked.surest_first, start=asked.start, count=count)
        if found is None:
            raise NotFoundError("There are no such pictures.", "Reload the page.")
        now = self._standings(run, [(one.path, one.sha256) for one in found.pictures])
        kept = read_kept_labels(self._runs.run(run).path)
        pictures = [_told(one, standing, kept) for one, standing in zip(found.pictures, now, strict=True)]
        return {
            "pictures": pictures,
            "total": found.total,
            "dataset": self.dataset(run),
            "changes": asdict(self.changes(run)),
        }

    def insights(self, run: str) -> dict[str, Any]:
        """What was found out of the run before and kept, by the name of the question (see jobs/kept_insights)."""
        folder = self._runs.run(run).path
        weights = weights_hash(folder)
        found = {name: read_insight(folder, name, weights) for name in NAMES}
        return {name: values for name, values in found.items() if values is not None}

    def watch(self, run: str, name: str, place: int | None) -> Decision:
        """Keeps a point of a class's curve with the model; None takes it back."""
        with _deciding:
            book = self.book(run)
            decision = replace(book.decision, watched_class="", watched_from=0.0)
            if place is not None:
                curve = book.miss(name)
                point = _point(curve.points, place)
                decision = curve.decision(point, unsure_below=book.decision.unsure_below)
            return self._keep(run, decision)

    def doubt(self, run: str, place: int | None) -> Decision:
        """Keeps a point of the curve of "I don't know" with the model; None lets it always answer again."""
        with _deciding:
            book = self.book(run)
            threshold = 0.0 if place is None else _point(book.doubt.points, place).threshold
            return self._keep(run, replace(book.decision, unsure_below=threshold))

    def use_temperature(self, run: str) -> None:
        """Makes the model as sure as it is right. Thresholds of other probabilities mean nothing then: they go."""
        with _deciding:
            found = fit_temperature(self.book(run).answers)
            if not found.is_known:
                raise RunError(found.in_words(), "Bring more pictures to measure with.")
            adjust_model(self._runs.own(run).path, temperature=found.value, decision=Decision())

    def _keep(self, run: str, decision: Decision) -> Decision:
        return adjust_model(self._runs.own(run).path, decision=decision).decision

    def _standings(self, run: str, named: Sequence[Named]) -> list[Standing]:
        """Where the set is gone, so is every picture of it."""
        try:
            return self._pictures.standings(self.dataset(run), named)
        except (NotFoundError, RunError):
            return [GONE for _ in named]


def _point(points: Sequence[Point], place: int) -> Point:
    if not 0 <= place < len(points):
        raise ConfigError(f"There is no point {place} on this curve.", "Reload the page.")
    return points[place]


def _told(one: Behind, now: Standing, kept: frozenset[str]) -> dict[str, Any]:
    """`now` is what it is called by now, where that is another kind; `kept` whether its label was found right."""
    label = now.label if not now.is_left_out and now.label != one.truth else ""
    is_kept = one.margin is not None and one.sha256 in kept
    return {**asdict(one), "now": label, "left_out": now.is_left_out, "gone": now.is_gone, "kept": is_kept}
