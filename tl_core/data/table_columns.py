"""Which column of a table holds paths, labels, splits and groups: by the header's words, else by what stands in them.

It knows the names of files that could be meant, and opens none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tl_core.data.index import Split, TablePreview
from tl_core.data.names import listed, shown
from tl_core.data.table_words import GROUP_WORDS, LABEL_WORDS, PATH_WORDS, SPLIT_VALUES, SPLIT_WORDS
from tl_core.data.tables import SAVE_AS_CSV, Table
from tl_core.errors import DataError

TRUE, FALSE = frozenset({"1", "1.0", "true", "yes"}), frozenset({"0", "0.0", "false", "no", ""})
LOOKED_AT = 300  # rows that columns are judged by
CLEAR = 0.5  # of a column's values name files: then it is the column of paths
SHOWN_ROWS, SHOWN_COLUMNS, SHOWN_LETTERS = 5, 12, 80  # of a preview; a table may have a column for each of 1,000 kinds


@dataclass(frozen=True, slots=True)
class TableColumns:
    """Positions of columns, and how many rows are the header (0 or 1). `label` is empty where `one_hot` names the
    columns of which exactly one is set in a row. `asked` says in words what was decided without a known name.
    """

    path: int
    label: int | None
    split: int | None
    group: int | None
    header: tuple[str, ...]
    one_hot: tuple[int, ...] = ()
    asked: str = ""

    def cell(self, row: Sequence[str], position: int | None) -> str:
        return row[position] if position is not None and position < len(row) else ""

    def label_of(self, row: Sequence[str]) -> str:
        """The label; "" where there is none, or not exactly one."""
        if not self.one_hot:
            return self.cell(row, self.label)
        found = [position for position in self.one_hot if self.cell(row, position).lower() in TRUE]
        return self.header[found[0]] if len(found) == 1 else ""


def recognise(table: Table, names_file: Callable[[str], bool]) -> TableColumns:
    """`names_file` says whether a cell could name a file. Raises DataError where no path or no label is found."""
    header = _header(table.rows[0], names_file)
    rows = table.rows[bool(header) :][:LOOKED_AT]
    width = max((len(row) for row in table.rows[:LOOKED_AT]), default=0)
    values = [[row[at] for row in rows if at < len(row)] for at in range(width)]
    path = _path_column(header, values, names_file)
    if path is None:
        raise DataError(
            f"The table '{shown(table.name)}' has no column of paths that name pictures here.", _hint("path", header)
        )
    free = [at for at in range(width) if at != path and any(values[at])]
    split = _of_words(header, SPLIT_WORDS, free)
    if split is None and not header:
        split = next((at for at in free if len(free) > 1 and all(_is_split(value) for value in values[at])), None)
    free = [at for at in free if at != split]
    label, asked = _label_column(header, values, free)
    one_hot = _one_hot(header, values, free) if label is None or asked else ()
    if label is None and not one_hot:
        raise DataError(f"The table '{shown(table.name)}' has no column of labels.", _hint("label", header))
    group = _of_words(header, GROUP_WORDS, [at for at in free if at != label and at not in one_hot])
    if one_hot:
        return TableColumns(path, None, split, group, header, one_hot)
    return TableColumns(path, label, split, group, header, (), asked)


def preview(table: Table, columns: TableColumns) -> TablePreview:
    """The first rows; of many columns those that are used, then the first of the others."""
    used = {columns.path: "path", columns.label: "label", columns.split: "split", columns.group: "group"}
    used |= dict.fromkeys(columns.one_hot, "label")
    rows = table.rows[bool(columns.header) :][:SHOWN_ROWS]
    width = max(map(len, (columns.header, *rows)))
    chosen = sorted(sorted(range(width), key=lambda at: (at not in used, at))[:SHOWN_COLUMNS])

    def cells(row: Sequence[str]) -> tuple[str, ...]:
        found = (columns.cell(row, at) for at in chosen)
        return tuple(cell if len(cell) <= SHOWN_LETTERS else f"{cell[: SHOWN_LETTERS - 3]}..." for cell in found)

    header = cells(columns.header) if columns.header else ()
    return TablePreview(table.name, tuple(used.get(at, "") for at in chosen), header, tuple(map(cells, rows)))


def split_of(text: str) -> Split | None:
    return SPLIT_VALUES.get(text.strip().lower())


def _header(first: Sequence[str], names_file: Callable[[str], bool]) -> tuple[str, ...]:
    """The first row where it holds a known word and no file's name; else nothing."""
    known = {*PATH_WORDS, *LABEL_WORDS, *SPLIT_WORDS, *GROUP_WORDS}
    has_word = any(_plain(cell) in known for cell in first)
    return tuple(first) if has_word and not any(names_file(cell) for cell in first) else ()


def _plain(cell: str) -> str:
    return re.sub(r"[\W_]+", "", cell.casefold())


def _of_words(header: Sequence[str], words: Sequence[str], free: Sequence[int]) -> int | None:
    plain = {_plain(header[at]): at for at in reversed(free) if at < len(header)}
    return next((plain[word] for word in words if word in plain), None)


def _path_column(
    header: Sequence[str], values: Sequence[Sequence[str]], names_file: Callable[[str], bool]
) -> int | None:
    """The column in which most values name a file; a known word decides between those that are as good."""
    share = [sum(map(names_file, column)) / max(1, len(column)) for column in values]
    named = _of_words(header, PATH_WORDS, [at for at in range(len(values)) if share[at] >= CLEAR])
    best = max(range(len(values)), key=lambda at: share[at], default=None)
    if named is not None:
        return named
    if best is not None and share[best] >= CLEAR:
        return best
    return _of_words(header, PATH_WORDS, range(len(values)))  # perhaps none of its files is there: that is said later


def _label_column(
    header: Sequence[str], values: Sequence[Sequence[str]], free: Sequence[int]
) -> tuple[int | None, str]:
    """By a known word, words before numbers; else the only column, or the first in which values recur."""
    named = [at for word in LABEL_WORDS for at in free if at < len(header) and _plain(header[at]) == word]
    if named:
        worded = [at for at in named if not all(_is_number(value) for value in values[at])]
        return (worded or named)[0], ""
    others = [at for at in free if at >= len(header) or _plain(header[at]) not in GROUP_WORDS]
    recurring = [at for at in others if len(set(values[at])) <= max(1, len(values[at]) // 2)]
    chosen = others[0] if len(others) == 1 else recurring[0] if recurring else None
    if chosen is None or (len(others) == 1 and not header):
        return chosen, ""
    name = f"'{shown(header[chosen])}'" if chosen < len(header) else f"number {chosen + 1}"
    return chosen, f"the column {name} was taken as the label"


def _one_hot(header: Sequence[str], values: Sequence[Sequence[str]], free: Sequence[int]) -> tuple[int, ...]:
    """Columns of yes and no, one for each kind, as many tables of competitions have them."""
    flags = tuple(
        at for at in free if at < len(header) and header[at] and all(_is_flag(value) for value in values[at])
    )  # fmt: skip
    if len(flags) < 2:
        return ()
    sums = [sum(value.lower() in TRUE for value in row) for row in zip(*(values[at] for at in flags), strict=False)]
    return flags if sums and sum(count == 1 for count in sums) > 0.9 * len(sums) else ()


def _is_flag(value: str) -> bool:
    return value.lower() in TRUE | FALSE


def _is_split(value: str) -> bool:
    return split_of(value) is not None


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).lstrip("-").isdigit()


def _hint(word: str, header: Sequence[str]) -> str:
    if not header:
        return SAVE_AS_CSV
    return f"Name a column '{word}'; the table has {listed(header, 8)}."
