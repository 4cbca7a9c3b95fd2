"""What happens to the page as a whole: it loads, a run ends, the language or the level changes. Binds every group.

Nothing long runs here: imports and trainings are jobs, and opening a network is asked of the assistant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from tl_ui.acting import Acting
from tl_ui.binding import EVENT, Asked, Binder, Updates, lead_to_tabs
from tl_ui.choices import Choices
from tl_ui.components import merged
from tl_ui.network_actions import NetworkActions
from tl_ui.picture_actions import PictureActions
from tl_ui.result_actions import ResultActions
from tl_ui.run_actions import RunActions
from tl_ui.scene import attached, look
from tl_ui.services import Services

if TYPE_CHECKING:
    from tl_ui.screen import Page

# The shown run stands in the address, so that a link or another browser finds it again; voices read in its language.
REMEMBER_RUN = """(kept) => {
  const address = new URL(location);
  if (kept && kept.run) address.searchParams.set('run', kept.run); else address.searchParams.delete('run');
  history.replaceState(history.state, '', address);
  document.documentElement.lang = (kept && kept.language) || 'en';
}"""

# Until then the page shows an empty one's state: `HEAD` in `screen` says that it is busy.
LOADED = "() => document.documentElement.removeAttribute('aria-busy')"


class Actions:
    """Connects the page's events to the services."""

    def __init__(self, page: Page, services: Services) -> None:
        self.page = page
        self.acting = Acting(page, services, Binder(page.session, page.outputs()))
        self.pictures = PictureActions(self.acting)
        self.network = NetworkActions(self.acting)
        self.runs = RunActions(self.acting, self.network.show_network)
        self.results = ResultActions(self.acting)

    def connect(self, blocks: gr.Blocks) -> None:
        page, bind = self.page, self.acting.bind
        loaded = bind.on_load(blocks, page.kept, self.load)
        loaded.then(None, None, None, js=LOADED, **EVENT)
        self.acting.then_open(loaded, self.network.show_network)
        page.kept.change(None, [page.kept], None, js=REMEMBER_RUN, **EVENT)
        bind.on(page.header.language.input, self.speak, page.header.language)
        bind.on(page.header.level.input, self.set_level, page.header.level)
        bind.on(page.train.live.ended, self.refresh)
        bind.on(page.train.live.ready, self.refresh)
        bind.on(page.header.runs.ended, self.refresh)
        bind.on_event(page.trial.zone.changed, self.pictures.refresh)
        self.pictures.connect()
        self.network.connect()
        self.runs.connect()
        self.results.connect()
        leading = (page.pictures.found, page.network.foot, page.train.head, page.train.live)
        for component in (*leading, page.results.body, page.results.foot, page.trial.head):
            lead_to_tabs(component, page.tabs, list(page.tab_items))

    def load(self, asked: Asked) -> Updates:
        services = self.acting.services
        choices = attached(services, asked.owner, asked.data, asked.run)
        if asked.choices != Choices():  # something was chosen before the page had loaded: it stays
            choices = asked.choices.but(language=choices.language, level=choices.level)
        scene = look(services, asked.owner, choices)
        boxes = self.runs.boxes_of(asked.owner, scene.choices.run)
        self.acting.warm(asked.owner, scene)
        shown = merged(self.page.labels(scene.words), self.page.show(scene), boxes)
        if scene.run and scene.run.view.is_active:  # a reload in mid-run goes on watching
            shown[self.page.tabs] = gr.update(selected="train")
        return shown

    def refresh(self, asked: Asked) -> Updates:
        """A run has ended, whenever it liked: nothing that a person may be choosing just now is touched."""
        scene = self.acting.look(asked)
        self.acting.warm(asked.owner, scene)
        return self.page.show_run(scene)

    def speak(self, asked: Asked) -> Updates:
        scene = self.acting.look(asked, asked.choices.but(language=asked.text()))
        return merged(self.page.labels(scene.words), self.page.show(scene))

    def set_level(self, asked: Asked) -> Updates:
        return self.acting.show(asked, asked.choices.but(level=asked.text()))
