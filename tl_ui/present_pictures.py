"""What was found in a set of pictures, as HTML: the sentence, the sums, what was not used, facts for Expert. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tl_core.data.index import DatasetReport, ImageRecord, TablePreview
from tl_ui.markup import EMPTY, Html, details, join, table, tag
from tl_ui.words import Words, number

SKIPPED_SHOWN = 200


def sentence(report: DatasetReport, words: Words) -> str:
    """412 pictures, 5 kinds; 3 could not be read."""
    images = words.count("found.images", report.images)
    kinds = words.count("found.kinds", len(report.classes))
    if report.skipped:
        return words("found.sentence_skipped", images=images, kinds=kinds, skipped=number(len(report.skipped)))
    return words("found.sentence", images=images, kinds=kinds)


def found(name: str, report: DatasetReport, words: Words, *parts: Html) -> Html:
    """The whole panel of a set of pictures; `parts` come after what was counted."""
    title = tag("h3", name)
    if not report.images and not report.skipped:
        lead = tag("p", words("found.empty"), class_="found-sentence")
        return tag("section", title, lead, class_="found thaw-card")
    lead = tag("p", sentence(report, words), class_="found-sentence")
    return tag("section", title, lead, _accounted(report, words), *parts, class_="found thaw-card")


def _accounted(report: DatasetReport, words: Words) -> Html:
    """Every file that was sent: used, not used with the reason, or a system file; and their sum."""
    sums = EMPTY
    if report.skipped or report.system_files:
        said = words(
            "found.sums", images=number(report.images), skipped=number(len(report.skipped)),
            system=number(report.system_files), total=number(report.images + len(report.skipped) + report.system_files),
        )  # fmt: skip
        sums = tag("p", said, class_="muted small")
    if not report.skipped:
        return sums
    heads: list[object] = [words("found.skipped_file"), words("found.skipped_reason")]
    rows: list[list[object]] = [[item.path, words.said(item.reason)] for item in report.skipped[:SKIPPED_SHOWN]]
    label = words("found.skipped")
    more = len(report.skipped) - len(rows)
    rest = tag("p", words("found.skipped_more", n=number(more)), class_="muted") if more else EMPTY
    return join(sums, details(f"{words('found.show')}: {label}", table(heads, rows, label=label), rest))


def tables(previews: Sequence[TablePreview], words: Words) -> Html:
    """The first rows of each table that said what the pictures are, below what its columns were taken for."""
    shown = []
    for preview in previews:
        names = preview.header or ("",) * len(preview.used)
        heads = [_column(name, use, words) for name, use in zip(names, preview.used, strict=True)]
        label = words("found.table", name=preview.name)
        rows = table(heads, [list(row) for row in preview.rows], label=label, class_="thaw-table as-read")
        shown.append(details(f"{words('found.show')}: {label}", rows))
    return join(*shown)


def _column(name: str, use: str, words: Words) -> Html:
    taken = tag("span", words(f"found.column_{use or 'none'}"), class_="taken" if use else "taken muted")
    return join(name, tag("br"), taken) if name else taken


def facts(extremes: tuple[ImageRecord, ImageRecord] | None, formats: Sequence[tuple[str, int]], words: Words) -> Html:
    """Smallest and largest picture and the formats, for Expert."""
    if extremes is None:
        return EMPTY
    smallest, largest = extremes
    lines = [
        words("found.smallest", size=_size(smallest), name=smallest.path),
        words("found.largest", size=_size(largest), name=largest.path),
    ]
    if formats:
        lines.append(words("found.formats", formats=", ".join(f"{name or '?'} {number(n)}" for name, n in formats)))
    return tag("ul", *[tag("li", line) for line in lines], class_="facts muted small")


def _size(record: ImageRecord) -> str:
    return f"{record.width} × {record.height}"


def no_test_set(report: DatasetReport, words: Words) -> Html:
    """Says that pictures are set aside where none were brought to measure with."""
    if not report.images or any("test" in splits for splits in report.classes.values()):
        return EMPTY
    return tag("p", words("split.none_test"), class_="muted small")
