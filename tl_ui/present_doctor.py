"""Findings as HTML, in the report's order: each with its pictures and what one press can do about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tl_core.data.index import Finding, ImageRecord
from tl_ui.doctor import Offer, copies, offers
from tl_ui.markup import EMPTY, Html, details, icon, tag
from tl_ui.words import Words, number

SIMPLE_FINDINGS = 3
EXPERT_FINDINGS = 200
PATHS_SHOWN = 20
PICTURES_SHOWN = 8


def shown_findings(findings: Sequence[Finding], *, expert: bool) -> list[tuple[int, Finding]]:
    """The first and so the worst ones, each with its place in the report, by which a button names it."""
    return list(enumerate(findings))[: EXPERT_FINDINGS if expert else SIMPLE_FINDINGS]


def thumbnail_address(dataset: str, sha256: str, size: int = 160) -> str:
    return f"thaw/datasets/{dataset}/thumb/{sha256}.jpg?size={size}"


def doctor(
    findings: Sequence[Finding],
    words: Words,
    *,
    dataset: str,
    pictures: Mapping[int, Sequence[ImageRecord]],
    expert: bool,
) -> Html:
    """`pictures` holds the records of each shown finding, by its place in the report."""
    if not findings:
        return tag("p", icon("check", 18), words("found.findings_none"), class_="found-fine")
    shown = shown_findings(findings, expert=expert)
    hidden = len(findings) - len(shown)
    key = "found.findings_hidden" if expert else "found.findings_more"
    more = tag("p", words(key, n=hidden), class_="muted") if hidden else EMPTY
    items = [_finding(at, finding, words, dataset=dataset, records=pictures.get(at, ())) for at, finding in shown]
    return tag(
        "div",
        tag("h4", words("found.findings")),
        _all_copies(findings, words),
        tag("ul", *items, class_="findings"),
        more,
    )


def _all_copies(findings: Sequence[Finding], words: Words) -> Html:
    """One press for all of them, where many pictures are there more than once."""
    paths = copies(findings)
    if not paths:
        return EMPTY
    said = words("doctor.all_copies", n=number(len(paths)))
    return tag("button", said, type="button", class_="thaw-button small", data_act="all_copies", data_value=len(paths))


def _finding(at: int, finding: Finding, words: Words, *, dataset: str, records: Sequence[ImageRecord]) -> Html:
    sign = icon("note" if finding.severity == "note" else "warning", 18)
    key = f"finding.{finding.kind}"
    title = tag("strong", words(key) if words.has(key) else finding.kind)
    level = tag("span", words(f"severity.{finding.severity}"), class_="severity")
    message = tag("p", words.said(finding.message))
    body = tag(
        "div",
        title,
        level,
        message,
        _pictures(records, dataset),
        _buttons(at, finding, records, words),
        _paths(finding, words),
    )
    return tag("li", sign, body, class_=f"finding {finding.severity}")


def _pictures(records: Sequence[ImageRecord], dataset: str) -> Html:
    """What the sentence is about, for the eye; the paths below say it in words."""
    shown = [
        tag("img", src=thumbnail_address(dataset, record.sha256), alt=f"{record.label}: {record.path}", loading="lazy",
            width=64, height=64, title=record.path)
        for record in records[:PICTURES_SHOWN]
    ]  # fmt: skip
    return tag("div", *shown, class_="thumbs") if shown else EMPTY


def _buttons(at: int, finding: Finding, records: Sequence[ImageRecord], words: Words) -> Html:
    made = [_button(at, finding, offer, words) for offer in offers(finding, records)]
    return tag("div", *made, class_="thaw-buttons") if made else EMPTY


def _button(at: int, finding: Finding, offer: Offer, words: Words) -> Html:
    """What it is about goes with it: should the findings have changed meanwhile, nothing is done."""
    first = finding.paths[0] if finding.paths else ""
    said = words(f"doctor.{offer.act}", name=offer.value)
    return tag(
        "button", said, type="button", class_="thaw-button small", data_act=offer.act, data_at=at,
        data_kind=finding.kind, data_first=first, data_value=offer.value,
    )  # fmt: skip


def _paths(finding: Finding, words: Words) -> Html:
    if not finding.paths:
        return EMPTY
    listed = [tag("li", path) for path in finding.paths[:PATHS_SHOWN]]
    rest = [tag("li", "…")] if len(finding.paths) > PATHS_SHOWN else []
    return details(words.count("found.paths", len(finding.paths)), tag("ul", *listed, *rest, class_="paths"))
