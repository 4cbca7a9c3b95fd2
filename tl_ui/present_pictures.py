"""What was found in a set of pictures, as HTML: the sentence, counts, thumbnails, skipped files, findings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tl_core.data.index import SPLITS, DatasetReport, Finding, ImageRecord
from tl_ui.markup import EMPTY, Html, details, icon, join, table, tag
from tl_ui.words import Words, number

THUMBNAILS = 8  # of each class
CLASSES_SHOWN = 12  # the others are a click away
SIMPLE_FINDINGS = 3
PATHS_SHOWN = 20
SKIPPED_SHOWN = 200
_WEIGHT = {"harm": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """`address` is the page's own; `path` names the picture for those who cannot see it."""

    address: str
    path: str


def thumbnails_of(dataset: str, records: Sequence[ImageRecord]) -> dict[str, list[Thumbnail]]:
    """The first pictures of each class, spread over its records so that not all come from one shoot."""
    by_class: dict[str, list[ImageRecord]] = {}
    for record in records:
        by_class.setdefault(record.label, []).append(record)
    return {
        label: [
            Thumbnail(f"thaw/datasets/{dataset}/thumb/{record.sha256}.jpg?size=160", record.path)
            for record in items[:: max(1, len(items) // THUMBNAILS)][:THUMBNAILS]
        ]
        for label, items in by_class.items()
    }


def sentence(report: DatasetReport, words: Words) -> str:
    """412 pictures, 5 kinds; 3 could not be read."""
    images = words.count("found.images", report.images)
    kinds = words.count("found.kinds", len(report.classes))
    if report.skipped:
        return words("found.sentence_skipped", images=images, kinds=kinds, skipped=number(len(report.skipped)))
    return words("found.sentence", images=images, kinds=kinds)


def found(
    name: str, report: DatasetReport, words: Words, *, thumbnails: Mapping[str, Sequence[Thumbnail]], expert: bool
) -> Html:
    """The whole panel of a set of pictures."""
    title = tag("h3", name)
    lead = tag("p", sentence(report, words), class_="found-sentence")
    return tag(
        "section",
        title,
        lead,
        _skipped(report, words),
        _findings(report.findings, words, expert=expert),
        _kinds(report, words, thumbnails),
        class_="found thaw-card",
    )


def _skipped(report: DatasetReport, words: Words) -> Html:
    system = (
        tag("p", words.count("found.system", report.system_files), class_="muted") if report.system_files else EMPTY
    )
    if not report.skipped:
        return system
    heads: list[object] = [words("found.skipped_file"), words("found.skipped_reason")]
    rows: list[list[object]] = [[item.path, words.said(item.reason)] for item in report.skipped[:SKIPPED_SHOWN]]
    label = words("found.skipped")
    return join(details(f"{words('found.show')}: {label}", table(heads, rows, label=label)), system)


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: _WEIGHT[finding.severity])


def _findings(findings: Sequence[Finding], words: Words, *, expert: bool) -> Html:
    if not findings:
        return tag("p", icon("check", 18), words("found.findings_none"), class_="found-fine")
    ordered = worst_first(findings)
    shown = ordered if expert else ordered[:SIMPLE_FINDINGS]
    hidden = len(ordered) - len(shown)
    more = tag("p", words("found.findings_more", n=hidden), class_="muted") if hidden else EMPTY
    items = [_finding(finding, words) for finding in shown]
    return tag("div", tag("h4", words("found.findings")), tag("ul", *items, class_="findings"), more)


def _finding(finding: Finding, words: Words) -> Html:
    sign = icon("note" if finding.severity == "note" else "warning", 18)
    key = f"finding.{finding.kind}"
    title = tag("strong", words(key) if words.has(key) else finding.kind)
    level = tag("span", words(f"severity.{finding.severity}"), class_="severity")
    message = tag("p", words.said(finding.message))
    paths = EMPTY
    if finding.paths:
        listed = [tag("li", path) for path in finding.paths[:PATHS_SHOWN]]
        rest = [tag("li", "…")] if len(finding.paths) > PATHS_SHOWN else []
        paths = details(words.count("found.paths", len(finding.paths)), tag("ul", *listed, *rest, class_="paths"))
    return tag("li", sign, tag("div", title, level, message, paths), class_=f"finding {finding.severity}")


def _kinds(report: DatasetReport, words: Words, thumbnails: Mapping[str, Sequence[Thumbnail]]) -> Html:
    largest = max((sum(splits.values()) for splits in report.classes.values()), default=1)
    rows = [
        _kind(name, splits, words, share=sum(splits.values()) / largest, thumbnails=thumbnails.get(name, ()))
        for name, splits in report.classes.items()
    ]
    used = [split for split in SPLITS if any(splits.get(split) for splits in report.classes.values())]
    legend = tag("div", *[_legend(split, words) for split in used], class_="legend") if len(used) > 1 else EMPTY
    untested = EMPTY if "test" in used else tag("p", words("split.none_test"), class_="muted")
    first = tag("ul", *rows[:CLASSES_SHOWN], class_="kinds")
    rest = EMPTY
    if len(rows) > CLASSES_SHOWN:
        rest = details(words("found.more_kinds", n=len(rows)), tag("ul", *rows[CLASSES_SHOWN:], class_="kinds"))
    return tag("div", tag("h4", words("found.counts")), legend, first, rest, untested)


def _legend(split: str, words: Words) -> Html:
    return tag("span", tag("i", class_=f"split {split}"), words(f"split.{split}"))


def _kind(name: str, splits: Mapping[str, int], words: Words, *, share: float, thumbnails: Sequence[Thumbnail]) -> Html:
    total = sum(splits.values())
    parts = [(split, splits[split]) for split in SPLITS if splits.get(split)]
    bars = [tag("i", class_=f"split {split}", style=f"width:{100 * n / total:.2f}%") for split, n in parts]
    spoken = ", ".join(f"{words(f'split.{split}')} {number(n)}" for split, n in parts)
    pictures = [
        tag("img", src=item.address, alt=f"{name}: {item.path.rsplit('/', 1)[-1]}", loading="lazy", width=72, height=72)
        for item in thumbnails
    ]
    return tag(
        "li",
        tag("div", tag("strong", name), tag("span", number(total), class_="count"), class_="kind-name"),
        tag("div", tag("div", *bars, style=f"width:{max(2, 100 * share):.1f}%"), class_="kind-bar"),
        tag("small", spoken, class_="muted"),
        tag("div", *pictures, class_="thumbs"),
        class_="kind",
    )
