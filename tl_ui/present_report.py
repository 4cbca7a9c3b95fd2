"""A run's report as one page of HTML: nothing runs in it, nothing is fetched, names of strangers are escaped. Pure."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tl_core.data.index import SPLITS
from tl_core.evaluation.measures import Measure
from tl_ui.markup import EMPTY, Html, join, table, tag
from tl_ui.present import compact, percent
from tl_ui.present_results import measured_on, sentence
from tl_ui.report_charts import confusion_chart, curve_chart, interval_chart, recall_chart
from tl_ui.report_facts import Pair, Report
from tl_ui.words import Words, number

KINDS_SHOWN = 200
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
HEAD = Html(
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
)
PARTS_OF_ACCURACY = ("accuracy", "balanced_accuracy", "top_3", "calibration_error")


def report_page(report: Report, words: Words, style: str) -> str:
    """The whole file, from the doctype on; `style` is its CSS."""
    title = tag("title", words("report.title", name=report.name))
    head = tag("head", HEAD, title, tag("style", Html(style)))
    parts = (_top, _how_good, _confusion, _each, _pairs, _measures, _learning, _pictures, _settings, _model)
    made = tag("footer", words("report.made", version=report.version))
    body = tag("body", tag("main", *[part(report, words) for part in parts]), made)
    return "<!doctype html>\n" + tag("html", head, body, lang=words.language)


def report_links(words: Words, run: str) -> Html:
    """Where Results offers the page, with pictures of a person's own only where they ask for them."""
    address = f"thaw/runs/{run}/report.html?lang={words.language}"
    plain = tag("a", words("report.download"), href=address, download=True, class_="thaw-button")
    more = tag("a", words("report.with_pictures"), href=f"{address}&pictures=1", download=True, class_="thaw-button")
    return tag("span", plain, more, class_="thaw-buttons", title=words("report.help"))


def _top(report: Report, words: Words) -> Html:
    date = datetime.fromtimestamp(report.created, UTC).strftime("%Y-%m-%d")
    key = "report.trained" if report.dataset else "report.trained_alone"
    took = words("report.took", duration=_duration(report.seconds, words)) if report.seconds else ""
    trained = words.sentences(words(key, date=date, dataset=report.dataset), took)
    note = tag("p", report.note) if report.note else EMPTY
    return join(
        tag("h1", words("report.title", name=report.name)), tag("p", trained, class_="muted"), note,
        tag("p", f"{percent(report.result.accuracy)} %", class_="big"),
        tag("p", sentence(report.result, words), class_="lead"),
        tag("p", measured_on(report.result, report.plan, words)),
    )  # fmt: skip


def _how_good(report: Report, words: Words) -> Html:
    result = report.result
    told = words(
        "report.interval",
        percent=percent(result.accuracy),
        low=percent(result.accuracy_low),
        high=percent(result.accuracy_high),
        name=result.baseline_class,
    )
    heading = tag("h2", words("report.how_good"))
    limits = tag("p", words("report.limits"), class_="muted")
    return join(heading, interval_chart(result, told), tag("p", told, class_="muted"), limits)


def _confusion(report: Report, words: Words) -> Html:
    chart = confusion_chart(report.result, words("report.confusion"))
    if not chart:
        return EMPTY
    told = tag("p", words("report.confusion_help"), class_="muted")
    return join(tag("h2", words("report.confusion")), told, tag("div", chart, class_="wide"))


def _each(report: Report, words: Words) -> Html:
    told = tag("p", words("report.each_help"), class_="muted")
    return join(tag("h2", words("report.each")), told, recall_chart(report.result, words("report.each")))


def _pairs(report: Report, words: Words) -> Html:
    found = [_pair(pair, words) for pair in report.pairs] or [tag("p", words("report.none_mixed"))]
    return join(tag("h2", words("report.pairs")), *found)


def _pair(pair: Pair, words: Words) -> Html:
    told = words("report.pair", truth=pair.truth, answer=pair.answer, n=number(pair.count))
    pictures = [
        tag("img", src=f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}", alt=told)
        for jpeg in pair.thumbnails
    ]
    return tag("div", tag("p", told), *pictures, class_="pair")


def _measures(report: Report, words: Words) -> Html:
    if not report.measures:
        return EMPTY
    rows = [
        [words(f"report.measure_{measure.name}"), _value(measure, words), _meaning(measure, words)]
        for measure in report.measures
    ]
    return join(tag("h2", words("report.measures")), _table(words, ("measure", "value", "meaning"), rows, read=True))


def _value(measure: Measure, words: Words) -> str:
    if measure.value is None:
        return words("report.not_known")
    if measure.name not in PARTS_OF_ACCURACY:
        return f"{measure.value:.3f}"
    likely = ""
    if measure.low is not None and measure.high is not None:
        likely = f" ({percent(measure.low)}–{percent(measure.high)} %)"
    return f"{percent(measure.value)} %{likely}"


def _meaning(measure: Measure, words: Words) -> str:
    return words.sentences(words.said(measure.meaning), words.said(measure.caution))


def _learning(report: Report, words: Words) -> Html:
    names = (words("live.train"), words("live.val"))
    chart = curve_chart(report.epochs, words("report.accuracy_by_epoch"), names)
    return (
        join(tag("h2", words("report.learning")), tag("p", words("report.accuracy_by_epoch")), chart)
        if chart
        else EMPTY
    )


def _pictures(report: Report, words: Words) -> Html:
    sides = [side for side in SPLITS if any(side in own for own in report.counts.values())]
    rows: list[list[object]] = [
        [name, *[number(own.get(side, 0)) for side in sides], number(sum(own.values()))]
        for name, own in list(report.counts.items())[:KINDS_SHOWN]
    ]
    sums = [sum(own.get(side, 0) for own in report.counts.values()) for side in sides]
    rows.append([words("report.all"), *map(number, sums), number(sum(sums))])
    heads = [words("report.kind"), *[words(f"split.{side}") for side in sides], words("report.all")]
    parts = [tag("h2", words("report.pictures")), table(heads, rows, label=words("report.pictures"), class_="")]
    told = [words.said(text) for text in report.warnings]
    for key, items in (("warnings", told), ("found", [words.said(item.message) for item in report.findings])):
        if items:
            parts += [tag("h2", words(f"report.{key}")), tag("ul", *[tag("li", item) for item in items])]
    return join(*parts)


def _settings(report: Report, words: Words) -> Html:
    reasons = report.plan.get("reasons") or {}
    rows = [
        [_setting(name, words), _plain(report.plan.get(name)), words.said(str(why))] for name, why in reasons.items()
    ]
    if not rows:
        return EMPTY
    return join(tag("h2", words("report.settings")), _table(words, ("setting", "value", "why"), rows, read=True))


def _model(report: Report, words: Words) -> Html:
    model, plan = report.model, report.plan
    rows: list[tuple[str, object]] = [
        ("network", model.backbone),
        ("began", str(plan.get("start", ""))),
        ("licence", report.licence or words("report.not_known")),
        ("kinds", number(len(model.classes))),
        ("input", words("report.input_of", size=model.preprocessing.image_size)),
        ("temperature", f"{model.temperature:.3g}" if model.temperature != 1.0 else ""),
        ("unsure_below", _share(model.decision.unsure_below)),
        ("watched", _watched(report, words)),
        ("seed", str(plan.get("seed", ""))),
        ("versions", ", ".join(f"{name} {version}" for name, version in model.versions.items())),
    ]
    if plan.get("total_parameters"):
        learned = {name: compact(int(plan[f"{name}_parameters"])) for name in ("total", "trainable")}
        told = words("report.learned_of", trained=learned["trainable"], total=learned["total"])
        rows.insert(5, ("learned", told))
    shown = [[words(f"report.{key}"), value] for key, value in rows if value]
    heads: Sequence[object] = (words("report.setting"), words("report.value"))
    return join(tag("h2", words("report.model")), table(heads, shown, label=words("report.model"), class_="read"))


def _watched(report: Report, words: Words) -> str:
    decision = report.model.decision
    if not decision.watched_class:
        return ""
    return words("report.watched_from", name=decision.watched_class, percent=percent(decision.watched_from))


def _table(words: Words, heads: Sequence[str], rows: Sequence[Sequence[object]], *, read: bool) -> Html:
    named = [words(f"report.{name}") for name in heads]
    return table(named, rows, label=named[0], class_="read" if read else "")


def _setting(name: str, words: Words) -> str:
    return words(f"control.{name}") if words.has(f"control.{name}") else name.replace("_", " ")


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)


def _share(value: float) -> str:
    return f"{percent(value)} %" if value else ""


def _duration(seconds: float, words: Words) -> str:
    whole = round(seconds)
    if whole < 60:
        return words("live.seconds", n=max(1, whole))
    if whole < 3600:
        return words("live.minutes", m=whole // 60, s=whole % 60)
    return words("live.hours", h=whole // 3600, m=whole % 3600 // 60)
