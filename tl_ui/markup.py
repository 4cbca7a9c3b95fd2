"""Makes HTML in which every text is escaped unless it is HTML already. Knows no words and no values of the program."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence


class Html(str):
    """Markup made by `tag`; any other string is text that somebody wrote, and is escaped where it is put in."""

    __slots__ = ()


EMPTY = Html("")


# Marks that turn the direction of what follows: written out where people read, kept where a name is sent back.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def text(value: object) -> Html:
    if isinstance(value, Html):
        return value
    return Html(html.escape(_TURNING.sub(lambda mark: f"\\u{ord(mark[0]):04x}", str(value)), quote=True))


def join(*children: object) -> Html:
    return Html("".join(text(child) for child in children))


def tag(name: str, *children: object, **attributes: object) -> Html:
    """`tag("p", words, class_="lead")`; `data_x` becomes `data-x`, True a bare attribute, None and False nothing."""
    shown = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        shown += f" {attribute}" if value is True else f' {attribute}="{html.escape(str(value), quote=True)}"'
    if name in ("img", "br", "input"):
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{join(*children)}</{name}>")


def table(heads: Sequence[object], rows: Sequence[Sequence[object]], *, label: str, class_: str = "thaw-table") -> Html:
    """A table that scrolls inside itself on a narrow page; the first cell of a row names the row."""
    head = tag("thead", tag("tr", *[tag("th", cell, scope="col") for cell in heads]))
    body = [
        tag("tr", *[tag("th", cell, scope="row") if at == 0 else tag("td", cell) for at, cell in enumerate(row)])
        for row in rows
    ]
    whole = tag("table", head, tag("tbody", *body), class_=class_)
    return tag("div", whole, class_="thaw-scroll", tabindex=0, role="group", aria_label=label)


def details(summary: object, *content: object, is_open: bool = False) -> Html:
    return tag("details", tag("summary", summary), *content, open=is_open)


_PATHS = {
    "check": "M5 12.5 10 17.5 19.5 7",
    "warning": "M12 4 2.5 20h19zM12 10v4.5M12 17.3v.01",
    "note": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8v.01",
    "snow": "M12 2v20M4.2 6.5l15.6 11M19.8 6.5l-15.6 11",
    "picture": "M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.5h.01",
    "network": "M12 3 3 8l9 5 9-5zM3 12l9 5 9-5M3 16l9 5 9-5",
    "fetch": "M12 4v11M7.5 11l4.5 4.5L16.5 11M5 20h14",
}


def icon(name: str, size: int = 20) -> Html:
    """A line drawing that screen readers pass over."""
    return Html(
        f'<svg class="thaw-icon" viewBox="0 0 24 24" width="{size}" height="{size}" fill="none" stroke="currentColor" '
        f'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
        f'<path d="{_PATHS[name]}"></path></svg>'
    )
