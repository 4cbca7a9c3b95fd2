"""A run watched live: the component, and the value that tells it which run. The browser reads the journal by itself."""

from __future__ import annotations

from typing import Any

import gradio as gr

from tl_ui.components import drawn
from tl_ui.words import Words

WORDS = ("live", "phase", "state", "control", "drop", "stage", "ice", "goon")
SCRIPTS = ("plotly", "states", "fold", "charts", "live_more", "live_endings", "goon", "live")


def live_chart(words: Words) -> gr.HTML:
    """Fires `ready` when there is a first model, `ended` when the run has ended (also for a run that had failed
    before), and `go` with a tab.
    """
    return drawn(*SCRIPTS, elem_id="live-chart", words=words.part(*WORDS))


def live_value(run: str, *, name: str = "", log: str = "", is_earlier: bool = False) -> dict[str, Any]:
    """`log` is the tail of a lost or failed run's log, empty otherwise; `is_earlier` folds it under its name."""
    return {"run": run, "name": name, "log": log, "earlier": is_earlier}
