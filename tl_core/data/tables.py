"""A CSV or TSV as rows of text: its alphabet and its separator are found out, its values stay what is written there.

No value is guessed at: "NA", "01" and "True" are words. It knows columns by number alone, and no pictures or paths.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tl_core.data import sniffing
from tl_core.data.counting import sized
from tl_core.data.limits import Limits
from tl_core.data.names import shown
from tl_core.data.zip_names import likely_encoding
from tl_core.errors import DataError

ENDINGS = (".csv", ".tsv")
SEPARATORS = (",", ";", "\t", "|")
SNIFFED_ROWS = 200
SNIFFED_BYTES = 1 << 18
LONGEST_LINE = 2000  # bytes, of those that an alphabet is guessed by
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
SAVE_AS_CSV = "Save the table as CSV with the columns path and label."


@dataclass(frozen=True, slots=True)
class Table:
    """`rows[i]` stands on line `lines[i]` of the file `name`; empty lines are left out."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


def read_table(name: str, chunks: Iterable[bytes], limits: Limits) -> Table:
    """Raises DataError for what is no table, for one beyond the limits, and for a line that cannot be read."""
    data = _joined(name, chunks, limits)
    _check_kind(name, data[: sniffing.SNIFFED_BYTES])
    encoding = _encoding(data)
    separator = _separator(data[:SNIFFED_BYTES].decode(encoding, "replace"), name)
    text = io.TextIOWrapper(io.BytesIO(data), encoding, errors="surrogateescape", newline="")
    reader = csv.reader(text, delimiter=separator, skipinitialspace=True)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) >= limits.table_rows:
                raise DataError(
                    f"The table '{shown(name)}' has more than {limits.table_rows:,} rows.", "Split it in smaller ones."
                )
            rows.append(tuple(cell.strip() for cell in cells))
            lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(
            f"Line {reader.line_num:,} of the table '{shown(name)}' cannot be read ({error}).", SAVE_AS_CSV
        ) from None
    if not rows:
        raise DataError(f"The table '{shown(name)}' is empty.", SAVE_AS_CSV)
    return Table(name, tuple(rows), tuple(lines))


def _joined(name: str, chunks: Iterable[bytes], limits: Limits) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > limits.table_bytes:
            raise DataError(
                f"The table '{shown(name)}' has more than {sized(limits.table_bytes)}.",
                "Split it, or leave columns out.",
            )
    return b"".join(parts)


def _check_kind(name: str, start: bytes) -> None:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    words = sniffing.what_it_is(start, "")
    if words is not None and words != "a text file":
        raise DataError(f"'{shown(name)}' is {words}, not a table.", SAVE_AS_CSV)


def _encoding(data: bytes) -> str:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return encoding
    start = data[:1000]
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if len(zeros) > 1 and zeros.count(0) > 0.4 * len(zeros):  # mostly plain letters, each with an empty byte
            return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return likely_encoding(_foreign_lines(data, error.start)) or "latin-1"
    return "utf-8"


def _foreign_lines(data: bytes, first: int) -> list[bytes]:
    """Whole lines that are no plain ASCII, from the one around `first` on; what a guess is made by is not long."""
    start = data.rfind(b"\n", 0, first) + 1
    lines = data[start : start + SNIFFED_BYTES].splitlines()
    return [line for line in lines if not line.isascii() and len(line) <= LONGEST_LINE]


def _separator(start: str, name: str) -> str:
    """The one that cuts the most lines into the same number of cells, at least two."""
    order = ("\t", *SEPARATORS) if name.lower().endswith(".tsv") else SEPARATORS
    lines = start.splitlines()[:SNIFFED_ROWS]
    best, best_score = order[0], 0.0
    for separator in order:
        try:
            counts = Counter(len(row) for row in csv.reader(lines, delimiter=separator, skipinitialspace=True) if row)
        except csv.Error:  # a cell without an end: reading says where
            continue
        (cells, agreeing) = counts.most_common(1)[0] if counts else (1, 0)
        score = agreeing / max(1, counts.total()) if cells > 1 else 0.0
        if score > best_score + 1e-9:
            best, best_score = separator, score
    return best
