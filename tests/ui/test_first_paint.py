"""What stands on the page before it has loaded: every component has its words, and none of Gradio's own."""

from __future__ import annotations

import asyncio

import gradio as gr

from tl_ui.screen import Page
from tl_ui.settings import Settings
from tl_ui.words import words_for

WORDS = words_for("en")
SAID = ("label", "info", "placeholder", "value")


def built(settings: Settings) -> Page:
    async def build() -> Page:  # Gradio makes an event loop where none runs, and never closes it
        with gr.Blocks():
            return Page.build(WORDS, settings)

    return asyncio.run(build())


def test_every_component_is_built_with_the_words_that_loading_would_give_it(settings: Settings) -> None:
    told = [
        (component, name, said)
        for component, update in built(settings).labels(WORDS).items()
        for name, said in (update if isinstance(update, dict) else {"value": update}).items()
        if name in SAID
    ]
    assert len(told) > 20
    for component, name, said in told:
        assert getattr(component, name) == said, f"{component.elem_id}: {name}"


def test_the_headings_of_the_first_tab_are_there_at_once(settings: Settings) -> None:
    tab = built(settings).pictures
    assert WORDS("pictures.title") in str(tab.head.value)
    assert WORDS("pictures.or") in str(tab.samples_head.value)
