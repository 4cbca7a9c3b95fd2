"""The pieces of the Pictures tab that draw themselves in the browser, and the panel whose buttons do something."""

from __future__ import annotations

import gradio as gr

from tl_ui.components import FOLLOW_BUTTONS, HIDE_BROKEN, drawn
from tl_ui.words import Words

# Buttons inside HTML that do something: `<button data-act="copies" data-at="3">`.
ACT_BUTTONS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-act]');
  if (!button) return;
  trigger('act', { ...button.dataset });
});
"""


def dropzone(words: Words) -> gr.HTML:
    """Value `{"dataset", "problem"}`: an import to follow, or why there is none. Fires `ready` with the dataset and the
    state its import ended in.
    """
    return drawn("sending", "pack", "dropzone", elem_id="dropzone", words=words.part("drop"))


def shelf(words: Words) -> gr.HTML:
    """Value `{"rows", "chosen"}`. Fires `choose` with a dataset, and `changed` when one got a new name or is gone."""
    return drawn("sending", "shelf", elem_id="shelf", words=words.part("shelf", "drop"))


def album(words: Words) -> gr.HTML:
    """Value `{"dataset", "version", "left_out", "part", "size"}`; asks the server itself. Fires `changed`."""
    parts = words.part("album", "camera", "split", "drop")
    return drawn("sending", "pack", "adding", "album", "camera", "album_grid", elem_id="album", words=parts)


def part_marker(words: Words) -> gr.HTML:
    """Value `{"dataset", "samples", "part"}`. Fires `mark` with the part, empty for the whole picture."""
    return drawn("sending", "part", elem_id="part", words=words.part("part", "drop"))


def split_table(words: Words) -> gr.HTML:
    """Value `{"dataset"}`; downloads and brings the split as a table. Fires `changed`."""
    return drawn("sending", "split", elem_id="split-table", words=words.part("split", "drop"))


def acting_panel(elem_id: str) -> gr.HTML:
    """A panel whose buttons with `data-act` fire `act` with all their data."""
    return gr.HTML(
        "",
        js_on_load=FOLLOW_BUTTONS + HIDE_BROKEN + ACT_BUTTONS,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="thaw-panel",
    )
