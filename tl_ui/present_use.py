"""The question where the model will be used, the groups that answer it, and the input size, as HTML. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tl_core.data.groups import Grouping
from tl_ui.dataset_use import DatasetUse
from tl_ui.markup import EMPTY, Html, icon, join, tag
from tl_ui.words import Words, number

LARGER_SIZES = (288, 384, 448, 512)
WHERE = ("same", "new")
FEW = 400  # pictures; fewer are measured in folds where the head alone learns; a test holds it


def question(
    use: DatasetUse, groupings: Sequence[Grouping], words: Words, split: Mapping[str, int] | None = None
) -> Html:
    """Where will you use it? The groups found are shown before they are used, and the split that the answer makes."""
    buttons = [_chip("used_in", name, words(f"use.{name}"), name == use.used_in) for name in WHERE]
    title = tag("h4", words("use.question"), id="use-question")
    asked = tag("div", *buttons, class_="thaw-buttons", role="group", aria_labelledby="use-question")
    told = EMPTY
    if use.used_in == "same":
        told = tag("p", words("use.same_means"), class_="muted small")
    elif use.used_in == "new":
        told = _groups(use, groupings, words)
    return tag("section", title, asked, told, _split(split or {}, words), class_="thaw-card use")


def _split(split: Mapping[str, int], words: Words) -> Html:
    """Pictures of each side; nothing where they are not divided."""
    if not split:
        return EMPTY
    parts = " · ".join(f"{words(f'split.{side}')} {number(n)}" for side, n in split.items())
    said = words("split.in_use", parts=parts)
    if set(split) == {"train", "val"} and sum(split.values()) < FEW:
        said = words.sentences(said, words("split.in_turns"))
    return tag("p", said, class_="muted small")


def _groups(use: DatasetUse, groupings: Sequence[Grouping], words: Words) -> Html:
    if not groupings:
        return tag("p", icon("warning", 18), tag("span", words("use.no_groups")), class_="small with-sign")
    chosen = use.group_by or "auto"
    known = [grouping.by for grouping in groupings]
    options = [
        _option("auto", words("use.auto", name=words(f"use.by_{known[0]}")), "", chosen),
        *[
            _option(item.by, words("use.by", name=words(f"use.by_{item.by}"), n=number(item.groups)),
                    words.said(item.sentence), chosen)
            for item in groupings
        ],
        _option("none", words("use.none"), words("use.none_means"), chosen),
    ]  # fmt: skip
    lead = tag("p", words("use.new_means"), class_="muted small")
    return join(lead, tag("ul", *options, class_="use-groups", aria_label=words("use.together")))


def _option(by: str, title: str, sentence: str, chosen: str) -> Html:
    said = tag("small", sentence, class_="muted") if sentence else EMPTY
    return tag("li", _chip("group_by", by, title, by == chosen), said)


def _chip(act: str, value: str, title: str, is_chosen: bool) -> Html:
    return tag(
        "button", title, type="button", class_="thaw-chip", data_act=act, data_value=value,
        aria_pressed="true" if is_chosen else "false",
    )  # fmt: skip


def detail(words: Words, *, size: int, own_size: int, is_lost: bool) -> Html:
    """Where the doctor found that detail is lost at the network's input size, or another one was chosen: the choice.

    The network's own size is no size at all: with another network it is another one.
    """
    if not is_lost and size == own_size:
        return EMPTY
    buttons = [
        _chip("image_size", "" if each == own_size else str(each), words("detail.use", size=each), each == size)
        for each in (own_size, *(larger for larger in LARGER_SIZES if larger > own_size))
    ]
    told = tag("p", icon("note", 18), tag("span", words("detail.chosen", size=size)), class_="with-sign")
    group = tag("div", *buttons, class_="thaw-buttons", role="group", aria_label=words("detail.sizes"))
    return tag("section", told, group, tag("p", words("detail.cost"), class_="muted small"), class_="thaw-card detail")
