"""The routes of what a run answered: pictures behind a number, the curves of the two sliders, what the model keeps.

Knows files only through Services; another's run is none.
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tl_core.errors import ConfigError
from tl_core.evaluation.doubting import DoubtCurve
from tl_core.evaluation.missing import LEAST_OF_IT, MissCurve, MissPoint
from tl_core.evaluation.rates import Rate
from tl_core.export.decision import Decision
from tl_ui.answers import json_answer
from tl_ui.guard import asked_language
from tl_ui.owned_answers import Asked, OwnedAnswers
from tl_ui.owned_datasets import is_content_hash
from tl_ui.owner import owner_of
from tl_ui.receiving import receive_json
from tl_ui.route_table import routes_of
from tl_ui.services import Services
from tl_ui.words import words_for

DECISION_BYTES = 4096
LABELS_BYTES = 2**17  # a thousand suspects are named at most, by 64 letters each


def answer_routes(services: Services) -> list[Route]:
    at = "/thaw/runs/{run}"
    return routes_of(
        services,
        ("GET", f"{at}/behind", behind),
        ("GET", f"{at}/missing", missing),
        ("GET", f"{at}/doubt", doubt),
        ("POST", f"{at}/decision", decide),
        ("POST", f"{at}/labels", keep_labels),
    )


def behind(services: Services, request: Request) -> Response:
    """`?show=cell:2:5&order=sure&from=0&count=60` -> {"pictures": [{"path", "sha256", "truth", "answer", "sure",
    "margin", "now", "left_out", "gone", "kept"}], "total", "dataset", "changes": {"corrected", "added"}}.
    """
    found = _answers(services, request).behind(
        request.path_params["run"],
        Asked(
            name=request.query_params.get("show", "")[:40],
            surest_first=request.query_params.get("order", "sure") == "sure",
            start=_number(request, "from"),
            count=_number(request, "count", 60),
        ),
    )
    return json_answer(found)


def missing(services: Services, request: Request) -> Response:
    """`?class=2` (its place) -> {"points": [[threshold, missed, checked]], "usual", "few", "chosen"}; each of missed
    and checked is [part, whole, low, high]. Where nothing can be counted, {"problem"} says why.
    """
    answers, run = _answers(services, request), request.path_params["run"]
    book, place = answers.book(run), _number(request, "class")
    classes = book.answers.classes
    if place >= len(classes):
        raise ConfigError(f"There is no class {place} in this run.", "Reload the page.")
    try:
        curve = book.miss(classes[place])
    except ConfigError as error:
        said = words_for(asked_language(request))
        return json_answer({"problem": said.sentences(said.said(error.message), said.said(error.hint))})
    return json_answer(_miss_told(curve, book.decision))


def doubt(services: Services, request: Request) -> Response:
    """-> {"known", "pictures", "points": [[threshold, unanswered, right]], "chosen", "problem"}."""
    book = _answers(services, request).book(request.path_params["run"])
    curve = book.doubt
    problem = "" if curve.is_known else words_for(asked_language(request)).said(curve.in_words(curve.points[0]))
    points = [[point.threshold, _rate(point.unanswered), _rate(point.right)] for point in curve.points]
    chosen = _nearest(curve, book.decision.unsure_below)
    known = {"known": curve.is_known, "pictures": curve.pictures, "problem": problem}
    return json_answer({**known, "points": points, "chosen": chosen})


async def decide(services: Services, request: Request) -> Response:
    """POST {"class", "at"} or {"doubt"}, places or null -> {"watched_class", "unsure_below"} that the model keeps."""
    asked = await receive_json(request, DECISION_BYTES)
    answers, run = _answers(services, request), request.path_params["run"]
    kept = await run_in_threadpool(_decided, answers, run, asked)
    return json_answer({"watched_class": kept.watched_class, "unsure_below": kept.unsure_below})


async def keep_labels(services: Services, request: Request) -> Response:
    """POST {"sha256": [...], "right": true} for labels that looked wrong and are right -> {"left"} to look at."""
    asked = await receive_json(request, LABELS_BYTES)
    contents = asked.get("sha256")
    if not isinstance(contents, list) or not all(isinstance(one, str) and is_content_hash(one) for one in contents):
        raise ConfigError("No picture was chosen.", "Reload the page.")
    answers, run = _answers(services, request), request.path_params["run"]
    await run_in_threadpool(answers.keep_labels, run, contents, are_right=asked.get("right") is not False)
    return json_answer({"left": await run_in_threadpool(answers.suspects_left, run)})


def _decided(answers: OwnedAnswers, run: str, asked: dict[str, Any]) -> Decision:
    if "doubt" in asked:
        return answers.doubt(run, _place(asked["doubt"]))
    classes, place = answers.book(run).answers.classes, _place(asked.get("class"))
    if place is None or place >= len(classes):
        raise ConfigError("No class was chosen.", "Reload the page.")
    return answers.watch(run, classes[place], _place(asked.get("at")))


def _miss_told(curve: MissCurve, decision: Decision) -> dict[str, Any]:
    kept = decision.watched_from if decision.watched_class == curve.name else None
    chosen = None
    if kept is not None:
        chosen = min(range(len(curve.points)), key=lambda at: abs(curve.points[at].threshold - kept))
    return {
        "points": [_miss_point(point) for point in curve.points],
        "usual": _miss_point(curve.usual),
        "few": curve.usual.missed.whole < LEAST_OF_IT,
        "chosen": chosen,
    }


def _miss_point(point: MissPoint) -> list[Any]:
    return [point.threshold, _rate(point.missed), _rate(point.checked)]


def _rate(rate: Rate) -> list[float]:
    return [rate.part, rate.whole, rate.low, rate.high]


def _nearest(curve: DoubtCurve, threshold: float) -> int | None:
    """The place of a kept threshold on the curve; None where the model always answers."""
    if not threshold:
        return None
    return min(range(len(curve.points)), key=lambda at: abs(curve.points[at].threshold - threshold))


def _place(value: Any) -> int | None:
    """A place that a page sent; None for null. Raises ConfigError for anything else."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**6:
        raise ConfigError(f"'{str(value)[:40]}' is no place on a curve.", "Reload the page.")
    return value


def _answers(services: Services, request: Request) -> OwnedAnswers:
    return services.answers(owner_of(request))


def _number(request: Request, name: str, otherwise: int = 0) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else otherwise
