"""What to do next, as HTML: up to three sentences, each with the button that does it. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tl_core.data.corrections import Changes
from tl_core.evaluation.advice import Advice
from tl_ui.markup import EMPTY, Html, icon, tag
from tl_ui.words import Words

# How each action of the core is done here: a tab to go to, a part of this tab to jump to.
TABS = {"add_pictures": "pictures", "bring_test": "pictures", "try": "try", "export": "try"}
MOST = 3


def next_steps(found: Sequence[Advice], classes: Sequence[str], words: Words, *, run: str) -> Html:
    """Nothing where there is nothing to say. `classes` are those of the run, whose places name their pictures."""
    items = [
        tag("li", tag("span", words.said(one.told)), button)
        for one in found
        if (button := _button(one, classes, run, words))
    ]
    if not items:
        return EMPTY
    steps = tag("ol", *items[:MOST], class_="next-steps")
    return tag("section", tag("h3", words("next.title")), steps, class_="thaw-card wide")


def again(changes: Changes, words: Words, *, run: str) -> Html:
    """What was corrected since, and the button that learns from it; nothing where nothing was."""
    if not changes.is_any:
        return EMPTY
    told = tag("p", words("next.changed", what=changed(changes, words)))
    text = words("next.again", what=changed(changes, words))
    press = tag("button", text, type="button", data_act="again", data_run=run, class_="thaw-button primary")
    return tag("div", icon("note"), told, press, class_="thaw-note again")


def changed(changes: Changes, words: Words) -> str:
    """ "7 corrections", "7 corrections and 3 new pictures"."""
    corrected = words.count("next.corrections", changes.corrected) if changes.corrected else ""
    added = words.count("next.new_pictures", changes.added) if changes.added else ""
    return words("next.and", one=corrected, other=added) if corrected and added else corrected or added


def train_again(words: Words, *, run: str) -> Html:
    """For a run whose answers were not kept."""
    return tag("button", words("next.plain"), type="button", data_act="again", data_run=run, class_="thaw-button")


def _button(one: Advice, classes: Sequence[str], run: str, words: Words) -> Html | None:
    """None for what cannot be done here: a class that is none of the run's, an action of a newer core."""
    if one.action in TABS:
        return _pressed(words(f"next.{one.action}"), data_go=TABS[one.action])
    if one.action == "review_suspects":
        return _pressed(words("next.review_suspects"), data_show="suspects")
    if one.action == "open_cell" and all(name in classes for name in one.target):
        truth, answer = (list(classes).index(name) for name in one.target)
        return _pressed(words("next.open_cell"), data_show=f"cell:{truth}:{answer}")
    if one.action == "show_heat" and one.target in classes:
        return _pressed(words("next.open_cell"), data_show=f"truth:{list(classes).index(one.target)}")
    if one.action == "train":
        return _pressed(words("next.train"), data_act="train", data_run=run, data_settings=json.dumps(one.target))
    if one.action == "use_temperature":
        return _pressed(words("next.use_temperature"), data_act="temperature", data_run=run)
    if one.action == "watch_class":
        return _pressed(words("next.watch_class"), data_jump="thresholds")
    return None


def _pressed(text: str, **data: object) -> Html:
    return tag("button", text, type="button", class_="thaw-button small", **data)
