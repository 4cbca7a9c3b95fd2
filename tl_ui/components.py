"""Pieces of the page that draw themselves in the browser. Their code lies in assets/js; values reach it as JSON alone.

No value is ever part of a template or of markup made here: class names and file names are written by strangers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr

from tl_ui.words import LANGUAGES, Words, words_for

ASSETS = Path(__file__).resolve().parent.parent / "assets"
DRAWER = ("runs", "state", "versus", "live", "drop")  # the words of the drawer of runs
MOUNT = '<div class="thaw-mount"></div>'
# Buttons inside HTML that lead to a tab: `<button data-go="train">`.
FOLLOW_BUTTONS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-go]');
  if (button) trigger('go', { tab: button.dataset.go });
});
"""
TRY_WORDS = ("try", "drop", "many", "tell", "camera", "live_camera", "model")
# A picture that the server has lost or cannot make is left out instead of showing a torn sign.
HIDE_BROKEN = "element.addEventListener('error', (event) => { event.target.style.visibility = 'hidden'; }, true);"


def script(*names: str) -> str:
    """The files of assets/js, one after the other; the elements' maker comes first."""
    return "\n".join((ASSETS / "js" / f"{name}.js").read_text(encoding="utf-8") for name in ("dom", *names))


def drawn(*scripts: str, elem_id: str, words: dict[str, str], value: dict[str, Any] | None = None) -> gr.HTML:
    """A component made of scripts: `props.value` and `props.words` are what it knows; TABLES are its words in every
    language, for when it is left without any.
    """
    parts = {key.split(".")[0] for key in words}
    tables = {language: words_for(language).part(*parts) for language in LANGUAGES}
    return gr.HTML(
        value or {},
        html_template=MOUNT,
        js_on_load=f"const TABLES = {json.dumps(tables)};\n{script(*scripts)}",
        apply_default_css=False,
        elem_id=elem_id,
        words=words,
    )


def merged(*updates: dict[Any, Any]) -> dict[Any, Any]:
    """One update for each component: what a later one leaves open, an earlier one says."""
    whole: dict[Any, Any] = {}
    for part in updates:
        for component, update in part.items():
            before = whole.get(component)
            both = isinstance(before, dict) and isinstance(update, dict)
            whole[component] = {**before, **update} if both and before is not None else update
    return whole


def shown_if(claim: bool) -> dict[str, Any]:
    return gr.update(visible=claim)


def redrawn(value: dict[str, Any], words: dict[str, str]) -> dict[str, Any]:
    """An update of a drawn component. Its words go with every value, so that no update can leave it without any."""
    return gr.update(value=value, words=words)


def panel(elem_id: str, value: str = "") -> gr.HTML:
    """HTML from `tl_ui.markup`, whose buttons with `data-go` fire `go`."""
    return gr.HTML(
        value,
        js_on_load=FOLLOW_BUTTONS + HIDE_BROKEN,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="thaw-panel",
    )


def network_cards(words: Words) -> gr.HTML:
    """Value `{"cards", "chosen"}`. Fires `pick` with a network's name."""
    return drawn("cards", elem_id="network-cards", words=words.part("cards"))


def share_panel(words: Words) -> gr.HTML:
    """Value `{"hosted", "hours"}`; asks the server itself."""
    return drawn("mine", elem_id="mine", words=words.part("mine", "drop"))


def runs_drawer(words: Words) -> gr.HTML:
    """Value `{"shown"}`; asks the server itself. Fires `choose` and `copy` with a run, `changed` when one has another
    name or is gone, and `ended` when the shown run ends.
    """
    scripts = ("sending", "plotly", "states", "runs_table", "runs_row", "runs_versus", "runs")
    return drawn(*scripts, elem_id="runs-drawer", words=words.part(*DRAWER))


def try_zone(words: Words) -> gr.HTML:
    """Value `{"run"}`; asks the server itself. Fires `changed` when a picture was told."""
    scripts = ("sending", "pack", "try_tell", "try_live", "try_many", "try_models", "try")
    return drawn(*scripts, elem_id="try-zone", words=words.part(*TRY_WORDS))
