"""What happens on the Pictures tab: pictures are brought and corrected, and questions answered. Knows no other tab.

Imports are jobs; a handler starts one, and the drop zone follows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from tl_core.errors import UserError
from tl_ui.acting import Acting
from tl_ui.binding import EVENT, Asked, Updates
from tl_ui.components import redrawn
from tl_ui.controls import BOXES
from tl_ui.doctor import Offer
from tl_ui.guard import guarded
from tl_ui.owner import owner_of
from tl_ui.pictures_tab import SAMPLES
from tl_ui.session import Session
from tl_ui.words import words_for


@dataclass(frozen=True, slots=True)
class Brought:
    """The import that was started, or why there is none."""

    dataset: str = ""
    problem: str = ""


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
        self.bind.on_event(tab.shelf.choose, self.choose_dataset)
        for changed in (tab.shelf.changed, tab.album.changed, tab.split.changed):
            self.bind.on_event(changed, self.refresh)
        self.bind.on_event(tab.found.act, self.act_on_finding)
        self.bind.on_event(tab.use.act, self.answer)
        self.bind.on_event(tab.part.mark, self.mark_part)

    def take_dataset(self, asked: Asked) -> Updates:
        """An import has ended: what could be read is chosen, and what could not leaves the choice as it is."""
        if asked.word("state") != "finished":
            return self.page.pictures.show_pictures(self.acting.look(asked))
        return self.acting.show(asked, asked.choices.but(dataset=asked.word("dataset")))

    def _bring(self, trigger: Any, bring: Callable[..., str], *inputs: Any) -> None:
        """Drawing a sample and looking through a folder take seconds: the drop zone says so at once, in the browser.
        Like opening a network, the slow step changes nothing but its own value: an import to follow, or why not.
        """
        page, drop = self.page, self.page.pictures.drop

        def brought(request: gr.Request, session: Session, *values: Any) -> Brought:
            try:
                return Brought(bring(owner_of(request), *values))
            except UserError as error:
                return Brought("", words_for(session.choices.language).said(str(error)))

        trigger(None, None, [drop], js=BUSY, **EVENT)
        inputs = (page.session, *inputs)
        slow = trigger(Brought, None, [page.brought], **EVENT)
        slow = slow.then(guarded(brought), list(inputs), [page.brought], **EVENT)
        self.bind.on(slow.then, self.take_brought, page.brought).then(None, [drop], [drop], js=NOT_BUSY, **EVENT)

    def _sample(self, name: str, owner: str) -> str:
        return self.services.start_sample(owner, name)

    def _path(self, owner: str, path: Any) -> str:
        return self.services.start_import(owner, str(path or ""))

    def take_brought(self, asked: Asked) -> Updates:
        """The drop zone follows the import from here, and says when it has ended, or why there is none."""
        found: Brought = asked.values[0]
        words = words_for(asked.choices.language).part("drop")
        if not found.dataset and not found.problem:
            return {}
        return {self.page.pictures.drop: redrawn({"dataset": found.dataset, "problem": found.problem}, words)}

    def choose_dataset(self, asked: Asked) -> Updates:
        return self.acting.show(asked, asked.choices.but(dataset=asked.word("dataset")))

    def refresh(self, asked: Asked) -> Updates:
        """A set was corrected, renamed or deleted by a route of ours: all that speaks of pictures is shown anew."""
        return self.acting.show(asked, asked.choices)

    def act_on_finding(self, asked: Asked) -> Updates:
        """One press does what was offered for a finding; it is one correction, and can be undone like any other."""
        pictures, dataset = self.services.pictures(asked.owner), asked.choices.dataset
        if asked.word("act") == "all_copies":
            done = pictures.leave_out_copies(dataset, asked.word("value"))
        else:
            offer = Offer(asked.word("act"), asked.word("value"))
            named = {name: asked.word(name) for name in ("at", "kind", "first")}
            done = pictures.act_on_finding(dataset, offer=offer, **named)
        if not done:
            gr.Info(words_for(asked.choices.language)("doctor.changed"))
        return self.acting.show(asked, asked.choices)

    def answer(self, asked: Asked) -> Updates:
        """Where it will be used, what stays together, and the size at which the network sees it."""
        field, value = asked.word("act"), asked.word("value")
        if field not in ("used_in", "group_by", "image_size") or not asked.choices.dataset:
            return {}
        self.services.pictures(asked.owner).set_use(asked.choices.dataset, **{field: value})
        shown = self.acting.show(asked, asked.choices)
        if field == "image_size":  # what stands in Expert's box comes first, so it says the same
            at = [control.field for control in BOXES].index(field)
            shown[self.page.boxes()[at]] = gr.update(value=value)
        return shown

    def mark_part(self, asked: Asked) -> Updates:
        if not asked.choices.dataset:
            return {}
        self.services.pictures(asked.owner).set_use(asked.choices.dataset, part=asked.word("part"))
        return self.acting.show(asked, asked.choices)
