"""What happens on the Pictures tab: pictures are brought, chosen, and removed. Knows no other tab.

Imports are jobs; a handler starts one, and the drop zone follows it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr

from tl_ui.acting import Acting
from tl_ui.binding import EVENT, Asked, Updates
from tl_ui.choices import Choices
from tl_ui.components import redrawn
from tl_ui.guard import guarded
from tl_ui.owner import owner_of
from tl_ui.pictures_tab import SAMPLES
from tl_ui.words import words_for

BUSY = "() => ({ busy: true })"
NOT_BUSY = "(value) => ({ ...value, busy: false })"


class PictureActions:
    """Connects the Pictures tab to the services."""

    def __init__(self, acting: Acting) -> None:
        self.acting = acting
        self.page = acting.page
        self.services = acting.services
        self.bind = acting.bind

    def connect(self) -> None:
        tab = self.page.pictures
        self.bind.on_event(tab.drop.ready, self.take_dataset)
        for name in SAMPLES:
            self._bring(tab.samples[name].click, partial(self._sample, name))
        self._bring(tab.use_path.click, self._path, tab.path)
        self._bring(tab.path.submit, self._path, tab.path)
        self.bind.on(tab.choose.input, self.choose_dataset, tab.choose)
        self.bind.on(tab.remove.click, self.remove_dataset)

    def take_dataset(self, asked: Asked) -> Updates:
        """An import has ended: what could be read is chosen, and what could not leaves the choice as it is."""
        if asked.word("state") != "finished":
            return {}
        return self.acting.show(asked, asked.choices.but(dataset=asked.word("dataset")))

    def _bring(self, trigger: Any, bring: Callable[..., str], *inputs: Any) -> None:
        """Drawing a sample and looking through a folder take seconds: the drop zone says so at once, in the browser.
        Like opening a network, the slow step changes nothing but its own value, empty where it failed.
        """
        page, drop = self.page, self.page.pictures.drop

        # the choices are for the guard: it says errors in their language
        def brought(request: gr.Request, _: Choices, *values: Any) -> str:
            return bring(owner_of(request), *values)

        trigger(None, None, [drop], js=BUSY, **EVENT)
        inputs = (page.choices, *inputs)
        slow = trigger(str, None, [page.brought], **EVENT).then(guarded(brought), list(inputs), [page.brought], **EVENT)
        self.bind.on(slow.then, self.take_brought, page.brought).then(None, [drop], [drop], js=NOT_BUSY, **EVENT)

    def _sample(self, name: str, owner: str) -> str:
        return self.services.start_sample(owner, name)

    def _path(self, owner: str, path: Any) -> str:
        return self.services.start_import(owner, str(path or ""))

    def take_brought(self, asked: Asked) -> Updates:
        """The drop zone follows the import from here, and says when it has ended."""
        words = words_for(asked.choices.language).part("drop")
        return {self.page.pictures.drop: redrawn({"dataset": asked.text()}, words)} if asked.text() else {}

    def choose_dataset(self, asked: Asked) -> Updates:
        return self.acting.show(asked, asked.choices.but(dataset=asked.text()))

    def remove_dataset(self, asked: Asked) -> Updates:
        if asked.choices.dataset:
            self.services.delete_dataset(asked.owner, asked.choices.dataset)
        return self.acting.show(asked, asked.choices.but(dataset=""))
