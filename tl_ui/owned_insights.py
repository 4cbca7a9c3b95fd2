"""What one owner may find out of a trained run: why it answered so, what is alike, and the long questions.

The assistant works on the long ones in the background and says how far it is; what was found is kept with the run.
Knows no HTTP, and nothing of how it is found.
"""

from __future__ import annotations

from typing import Any

from tl_core.errors import ConfigError
from tl_core.evaluation.sturdiness import Changed
from tl_core.jobs.kept_insights import NAMES
from tl_ui.guard import NotFoundError
from tl_ui.owned_answers import OwnedAnswers
from tl_ui.owned_pictures import OwnedPictures
from tl_ui.owned_runs import Assistant, OwnedRuns
from tl_ui.words import Words

ASKED = (*NAMES, "answers")
WORKING = ("waiting", "running", "paused")


class OwnedInsights:
    """Looks runs and their pictures up among their owner's."""

    def __init__(
        self, runs: OwnedRuns, pictures: OwnedPictures, answers: OwnedAnswers, assistant: Assistant, words: Words
    ) -> None:
        self._runs = runs
        self._pictures = pictures
        self._answers = answers
        self._assistant = assistant
        self._words = words

    def ask(self, run: str, name: str, *, stop: bool = False) -> dict[str, Any]:
        """The answer so far; the work begins where nobody asked before, and what it finds is kept with the run."""
        if name not in ASKED:
            raise ConfigError(f"'{name[:40]}' is no question.", "Reload the page.")
        self._runs.model(run)
        said = self._assistant.call("insight", run=self._runs.own(run).path, name=name, stop=stop)
        if said["state"] in WORKING:
            return {"state": "working", "done": said.get("done", 0), "total": said.get("total", 0)}
        if said["state"] != "done":
            words = self._words
            message = words.sentences(words.said(said.get("message", "")), words.said(said.get("hint", "")))
            return {"state": "failed", "message": message or words("checks.stopped")}
        return {"state": "ready", **told(name, said, self._words)}

    def why(self, run: str, sha256: str, place: int | None) -> dict[str, Any]:
        """Where the model looked for a class in one of the run's pictures; by default the likeliest."""
        picture = self._picture(run, sha256)
        wanted = {} if place is None else {"class": self._class(run, place)}
        return dict(self._assistant.call("why", model=self._runs.run(run).path, picture=picture, **wanted))

    def alike(self, run: str, sha256: str) -> dict[str, Any]:
        """The training pictures that are most like one of the run's; "working" while that is found out."""
        said = self._assistant.call("alike", run=self._runs.run(run).path, picture=self._picture(run, sha256))
        if said["state"] in WORKING:
            return {"state": "working", "done": said.get("done", 0), "total": said.get("total", 0)}
        if said["state"] != "done":
            words = self._words
            message = words.sentences(words.said(said.get("message", "")), words.said(said.get("hint", "")))
            return {"state": "failed", "message": message or words("checks.stopped")}
        near = [one for one in said["alike"] if one["sha256"] != sha256]
        return {"state": "ready", "alike": near, "is_unlike": said["is_unlike"]}

    def _picture(self, run: str, sha256: str) -> Any:
        """Where one of the pictures of the run's set lies."""
        self._runs.model(run)
        found = self._pictures.path_of(self._answers.dataset(run), sha256)
        if found is None:
            raise NotFoundError("There is no such picture.", "Reload the page.")
        return found

    def _class(self, run: str, place: int) -> str:
        classes = self._answers.book(run).answers.classes
        if not 0 <= place < len(classes):
            raise ConfigError(f"There is no class {place} in this run.", "Reload the page.")
        return classes[place]


def told(name: str, found: dict[str, Any], words: Words) -> dict[str, Any]:
    """What was found, for the page: sentences in its language, numbers as they are."""
    if name == "sturdiness":
        changes = [Changed.from_dict(one) for one in found["changes"]]
        rows = [[words(f"checks.{one.change}"), one.right.part, one.right.whole, one.before.part, one.is_weak]
                for one in changes]  # fmt: skip
        return {"told": words.said(found["told"]), "rows": rows}
    if name == "learning_curve":
        curve = found["curve"]
        return {
            "told": words.said(curve["told"]),
            "points": [[at["pictures"], at["accuracy"]] for at in curve["points"]],
        }
    if name == "looks":
        shown = [
            {"name": kind, "map": one["map"], "pictures": one["pictures"], "warning": words.said(one["warning"])}
            for kind, one in found["classes"].items()
        ]
        return {"told": "", "classes": shown}
    return {"told": ""}
