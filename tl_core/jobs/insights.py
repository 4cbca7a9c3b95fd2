"""What the assistant finds out of a trained run: long questions in the background, kept with it; short ones at once.

Knows requests, and which answers are kept; how they are found, `insight_work` and `evaluation` know.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from tl_core.data.decoder import ItemDecoder
from tl_core.errors import RunError
from tl_core.export.described import weights_hash
from tl_core.jobs import insight_work
from tl_core.jobs.background import Answer, Background
from tl_core.jobs.insight_work import RUNNING, Question
from tl_core.jobs.kept_insights import NAMES, read_insight, write_insight
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.workspace import own_cache_of

if TYPE_CHECKING:
    from tl_core.evaluation.alike import Reference
    from tl_core.evaluation.predictor import Predictor
    from tl_core.training.run_features import Embedder, RunFeatures

MODELS_KEPT = 2
ALIKE_AT_MOST = 20
WAITING: Answer = {"state": "waiting", "done": 0, "total": 0}
Request = dict[str, Any]
WORK: dict[str, Callable[[Question], Iterator[Answer]]] = {
    "learning_curve": insight_work.learning_curve,
    "sturdiness": insight_work.sturdiness,
    "looks": insight_work.looks,
    "answers": insight_work.answers_again,
}


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The training pictures of a run in the network that it began with."""

    reference: Reference
    pictures: RunFeatures
    rows: Any  # of `pictures`, the training ones
    embedder: Embedder


class Insights:
    """Owns what the networks that runs began with say of their pictures, of the last few runs that were asked about.

    `model` gives a model's folder as a predictor.
    """

    def __init__(
        self,
        cache: Path,
        background: Background,
        decoder: ItemDecoder,
        one_at_a_time: Lock,
        model: Callable[[str], Predictor],
    ) -> None:
        self._cache, self._background, self._decoder = cache, background, decoder
        self._one_at_a_time, self._model = one_at_a_time, model
        self._known: OrderedDict[tuple[str, str], Known] = OrderedDict()
        self._forgotten = 0

    def insight(self, request: Request) -> Answer:
        """`run` (its folder) and `name`: learning_curve, sturdiness, looks or answers; `stop` ends it.

        What was found before is kept with the run and comes at once.
        """
        run, name = RunDir(Path(request["run"])), str(request["name"])
        if name not in WORK:
            raise RunError(f"There is no insight '{name}'.", f"Ask for one of {', '.join(WORK)}.")
        weights = weights_hash(run.path)
        known = read_insight(run.path, name, weights) if name in NAMES else None
        if known is not None:
            return {"state": "done", **known}
        key = json.dumps(["insight", name, str(run.path), weights])
        if request.get("stop"):
            self._background.stop(key)
        return self._background.ask(key, lambda stop: self._working(run, name, weights, stop), WAITING)

    def _working(self, run: RunDir, name: str, weights: str, should_stop: Callable[[], bool]) -> Iterator[Answer]:
        for answer in WORK[name](self._question(run, should_stop)):
            if answer["state"] == "done" and name in NAMES:
                found = {key: value for key, value in answer.items() if key != "state"}
                write_insight(run.path, name, weights, found)
            yield answer

    def why(self, request: Request) -> dict[str, Any]:
        """`model` (a run's folder or a bundle), `picture`, and `class`, by default the likeliest.

        The answer's `map` is `HeatMap.to_dict()`; it covers the middle of the square around the picture's centre whose
        side is the picture's shorter one, `covers` of that side.
        """
        from tl_core.evaluation.heat_maps import heat_maps

        with self._one_at_a_time:
            model = self._model(str(request["model"]))
        square, name = self._decoder.square(Path(request["picture"]), model.preprocessing), request.get("class")
        if name is not None and name not in model.classes:
            raise RunError(f"The model does not know the class '{name}'.", "Choose one of its classes.")
        with self._one_at_a_time:
            at = model.classes.index(name) if name else model.answered(square[None])
            (heat,) = heat_maps(model.module, model.preprocessing, square[None], [at])
        covers = model.preprocessing.image_size / model.preprocessing.resize_size
        return {"class": model.classes[at], "map": heat.to_dict(), "covers": covers}

    def alike(self, request: Request) -> Answer:
        """`run` and `picture`: the training pictures that are most like it, and whether it is unlike all of them.

        "running" until the run's features are there; then "done" with `alike`, `distance`, `limit` and `is_unlike`
        (None where the training pictures are too few to say).
        """
        run = RunDir(Path(request["run"]))
        weights = weights_hash(run.path)
        key = (str(run.path), weights)
        known = self._known.get(key)
        if known is None:
            asked = json.dumps(["alike", *key, self._forgotten])  # what was forgotten is found out once more
            answer = self._background.ask(asked, lambda stop: self._learning_of(run, key, stop), WAITING)
            return {**answer, "state": "running"} if answer["state"] == "done" else answer
        square = self._decoder.square(Path(request["picture"]), known.embedder.preprocessing)
        with self._one_at_a_time:
            features = known.embedder(square[None])
        return {"state": "done", **_likeness(known, features, int(request.get("count") or 5))}

    def _learning_of(self, run: RunDir, key: tuple[str, str], should_stop: Callable[[], bool]) -> Iterator[Answer]:
        from tl_core.evaluation.alike import Reference

        question = self._question(run, should_stop)
        yield RUNNING
        with insight_work.workplace(question) as place:
            made = yield from insight_work.features_of_run(question, place)
        if made is None:
            return
        pictures, embedder = made
        rows = np.flatnonzero(pictures.is_train)
        rows = rows[insight_work.spread(pictures.labels[rows], insight_work.MOST_FEATURES)]
        self._known[key] = Known(Reference(pictures.features[rows]), pictures, rows, embedder)
        while len(self._known) > MODELS_KEPT:
            self._known.popitem(last=False)
            self._forgotten += 1
        yield {**RUNNING, "state": "done"}

    def _question(self, run: RunDir, should_stop: Callable[[], bool]) -> Question:
        return Question(run, own_cache_of(run.path) or self._cache, should_stop)


def _likeness(known: Known, features: Any, count: int) -> dict[str, Any]:
    (near,) = known.reference.alike(features, min(max(count, 1), ALIKE_AT_MOST))
    pictures = known.pictures
    found = []
    for row, likeness in zip(known.rows[near.rows].tolist(), near.likeness.tolist(), strict=True):
        label = pictures.classes[int(pictures.labels[row])]
        found.append(
            {"sha256": pictures.hashes[row], "path": pictures.paths[row], "class": label, "likeness": likeness}
        )
    distance = float(known.reference.distances(features)[0])
    told = known.reference.is_known
    return {
        "alike": found,
        "distance": distance,
        "limit": known.reference.limit if told else None,
        "is_unlike": distance > known.reference.limit if told else None,
    }
