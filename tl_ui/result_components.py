"""The pieces of the Results tab: the panel whose numbers lead to pictures, the window of pictures, the two sliders, the
questions that take a while.
"""

from __future__ import annotations

import gradio as gr

from tl_ui.components import ASSETS, FOLLOW_BUTTONS, HIDE_BROKEN, drawn
from tl_ui.picture_components import ACT_BUTTONS
from tl_ui.words import Words


def results_panel(elem_id: str) -> gr.HTML:
    """HTML whose `data-show` opens the window of pictures, and whose `data-act` fires `act` with all its data."""
    numbers = (ASSETS / "js" / "results.js").read_text(encoding="utf-8")
    return gr.HTML(
        "",
        js_on_load=FOLLOW_BUTTONS + HIDE_BROKEN + ACT_BUTTONS + numbers,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="thaw-panel",
    )


SEEN = ("seen", "album", "next", "why", "checks", "drop")


def seen_pictures(words: Words) -> gr.HTML:
    """Value `{"run", "classes", "part"}`; asks the server itself. Fires `changed` after a correction, and `again` with
    the run.
    """
    scripts = ("sending", "asking", "heat", "answered_why", "answered", "answered_one")
    return drawn(*scripts, elem_id="seen", words=words.part(*SEEN))


LIMITS = ("miss", "doubt", "decision", "rate", "results", "seen", "drop")


def thresholds(words: Words) -> gr.HTML:
    """Value `{"run", "classes", "watched"}`; asks the server itself. Fires `changed` when the model keeps another."""
    parts = words.part(*LIMITS)
    return drawn("sending", "asking", "scatter", "thresholds", elem_id="thresholds", words=parts)


CHECKS = ("checks",)


def run_checks(words: Words) -> gr.HTML:
    """Value `{"run", "kept", "is_old"}`; asks the server when a button is pressed. Fires `found` with every answer."""
    return drawn("asking", "heat", "checks", elem_id="checks", words=words.part(*CHECKS))
