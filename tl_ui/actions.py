"""What happens when something is pressed: each handler reads, asks the services, and gives back a scene to show.

Nothing long runs here: imports and trainings are jobs, and opening a network is asked of the assistant.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from tl_core.errors import RunError
from tl_ui.binding import EVENT, Asked, Binder, Updates, lead_to_tabs
from tl_ui.choices import Choices
from tl_ui.components import merged, redrawn
from tl_ui.controls import BOXES, config_of, texts_of
from tl_ui.guard import guarded
from tl_ui.header import drawer_of
from tl_ui.ice import failed_value
from tl_ui.network_tab import Opened, open_network
from tl_ui.owner import owner_of
from tl_ui.pictures_tab import SAMPLES
from tl_ui.scene import Scene, attached, look, with_run
from tl_ui.services import Services
from tl_ui.words import words_for

if TYPE_CHECKING:
    from tl_ui.screen import Page

# The shown run stands in the address, so that a link or another browser finds it again; voices read in its language.
REMEMBER_RUN = """(kept) => {
  const address = new URL(location);
  if (kept && kept.run) address.searchParams.set('run', kept.run); else address.searchParams.delete('run');
  history.replaceState(history.state, '', address);
  document.documentElement.lang = (kept && kept.language) || 'en';
}"""


BUSY = "() => ({ busy: true })"
NOT_BUSY = "(value) => ({ ...value, busy: false })"


class Actions:
    """Connects the page's events to the services."""

    def __init__(self, page: Page, services: Services) -> None:
        self.page = page
        self.services = services
        self.bind = Binder(page.choices, page.stages, page.outputs())

    def connect(self, blocks: gr.Blocks) -> None:
        page = self.page
        self._then_open(self.bind.on_load(blocks, page.kept, self.load))
        page.kept.change(None, [page.kept], None, js=REMEMBER_RUN, **EVENT)
        self.bind.on(page.header.language.input, self.speak, page.header.language)
        self.bind.on(page.header.level.input, self.set_level, page.header.level)
        self._connect_pictures()
        self._connect_network()
        self._connect_runs()
        leading = (page.pictures.found, page.network.foot, page.train.head, page.train.live)
        for component in (*leading, page.results.body, page.trial.head):
            lead_to_tabs(component, page.tabs, list(page.tab_items))

    def _connect_pictures(self) -> None:
        tab = self.page.pictures
        self.bind.on_event(tab.drop.ready, self.take_dataset)
        for name in SAMPLES:
            self._bring(tab.samples[name].click, partial(self._sample, name))
        self._bring(tab.use_path.click, self._path, tab.path)
        self._bring(tab.path.submit, self._path, tab.path)
        self.bind.on(tab.choose.input, self.choose_dataset, tab.choose)
        self.bind.on(tab.remove.click, self.remove_dataset)

    def _connect_network(self) -> None:
        tab = self.page.network
        self._then_open(self.bind.on_event(tab.cards.pick, self.pick_network))
        self._then_open(self.bind.on(tab.use.click, self.use_network, tab.custom))
        self.bind.on_event(tab.ice.freeze, self.freeze)

    def _connect_runs(self) -> None:
        page = self.page
        self.bind.on(page.train.train.click, self.train, *page.train.boxes)
        self.bind.on(page.train.live.ended, self.refresh)
        self.bind.on(page.header.runs.ended, self.refresh)
        self.bind.on(page.header.runs.open, self.list_runs)
        self._then_open(self.bind.on_event(page.header.runs.choose, self.choose_run))

    # the page as a whole

    def load(self, asked: Asked) -> Updates:
        choices = attached(self.services, asked.owner, asked.data, asked.run)
        scene = look(self.services, asked.owner, choices)
        boxes = self._boxes_of(asked.owner, scene.choices.run)
        self._warm(asked.owner, scene)
        shown = merged(self.page.labels(scene.words), self.page.show(scene), boxes)
        if scene.run and scene.run.view.is_active:  # a reload in mid-run goes on watching
            shown[self.page.tabs] = gr.update(selected="train")
        return shown

    def show(self, asked: Asked, choices: Choices) -> Updates:
        stages = asked.stages if choices.backbone == asked.choices.backbone else ()
        return self.page.show(look(self.services, asked.owner, choices, stages))

    def refresh(self, asked: Asked) -> Updates:
        """A run has ended, whenever it liked: nothing that a person may be choosing just now is touched."""
        scene = look(self.services, asked.owner, asked.choices, asked.stages)
        self._warm(asked.owner, scene)
        return self.page.show_run(scene)

    def _warm(self, owner: str, scene: Scene) -> None:
        """A model that can be tried is loaded before the first picture comes."""
        if scene.run and scene.run.has_model:
            with suppress(RunError):
                self.services.warm_run(owner, scene.run.id)
        else:
            self.services.warm()

    def speak(self, asked: Asked) -> Updates:
        scene = look(self.services, asked.owner, asked.choices.but(language=asked.text()), asked.stages)
        return merged(self.page.labels(scene.words), self.page.show(scene))

    def set_level(self, asked: Asked) -> Updates:
        return self.show(asked, asked.choices.but(level=asked.text()))

    # pictures

    def take_dataset(self, asked: Asked) -> Updates:
        """An import has ended: what could be read is chosen, and what could not leaves the choice as it is."""
        if asked.word("state") != "finished":
            return {}
        return self.show(asked, asked.choices.but(dataset=asked.word("dataset")))

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
        return self.show(asked, asked.choices.but(dataset=asked.text()))

    def remove_dataset(self, asked: Asked) -> Updates:
        if asked.choices.dataset:
            self.services.delete_dataset(asked.owner, asked.choices.dataset)
        return self.show(asked, asked.choices.but(dataset=""))

    # network

    def pick_network(self, asked: Asked) -> Updates:
        return self._with_network(asked, asked.word("name"))

    def use_network(self, asked: Asked) -> Updates:
        return self._with_network(asked, asked.text())

    def _with_network(self, asked: Asked, name: str) -> Updates:
        """Stages have other names in another network: of the ice only all and nothing carry over."""
        freeze = asked.choices.freeze if asked.choices.freeze in ("all", "none") else "all"
        return self.show(asked, asked.choices.but(backbone=name or asked.choices.backbone, freeze=freeze))

    def show_network(self, asked: Asked) -> Updates:
        opened: Opened = asked.values[0]
        if opened.backbone != asked.choices.backbone:
            return {}  # another network was chosen meanwhile; its own opening is under way
        scene = look(self.services, asked.owner, asked.choices, opened.stages)
        shown = self.page.show(scene)
        if opened.problem:
            drawing = failed_value(opened.backbone, words_for(asked.choices.language).said(opened.problem))
            shown[self.page.network.ice] = redrawn(drawing, scene.words.part("ice"))
        return shown

    def freeze(self, asked: Asked) -> Updates:
        if asked.word("backbone") != asked.choices.backbone or not asked.word("freeze"):
            return {}
        choices = asked.choices.but(freeze=asked.word("freeze"))
        scene = look(self.services, asked.owner, choices, asked.stages)
        return {**self.page.remembered(choices), self.page.train.head: self.page.train.decisions(scene)}

    def _then_open(self, event: Any) -> None:
        """Opening takes seconds, so it changes nothing but its own value; a short step then shows it beside whatever
        was chosen meanwhile. One long step would put back what the page showed when it began.
        """
        page = self.page

        def open_chosen(choices: Choices) -> Opened:
            return open_network(self.services, choices.backbone)

        opened = event.then(guarded(open_chosen), [page.choices], [page.opened], **EVENT)
        self.bind.on(opened.then, self.show_network, page.opened)

    # runs

    def train(self, asked: Asked) -> Updates:
        choices = asked.choices
        if not choices.dataset:
            raise RunError("There are no pictures to learn from.", "Bring pictures on the first tab.")
        fields = [control.field for control in BOXES]
        texts = dict(zip(fields, map(str, asked.values), strict=True)) if choices.is_expert else {}
        config = config_of(texts, backbone=choices.backbone, freeze=choices.freeze)
        return self.show(asked, choices.but(run=self.services.start_run(asked.owner, choices.dataset, config)))

    def list_runs(self, asked: Asked) -> Updates:
        scene = look(self.services, asked.owner, asked.choices, asked.stages)
        return {self.page.header.runs: drawer_of(scene)}

    def choose_run(self, asked: Asked) -> Updates:
        choices = with_run(self.services, asked.owner, asked.choices, asked.word("run"))
        boxes = self._boxes_of(asked.owner, choices.run)
        return {**self.show(asked, choices), **boxes, self.page.tabs: gr.update(selected="train")}

    def _boxes_of(self, owner: str, run: str) -> Updates:
        """The settings of the run that is looked at, so that Train again means the same; its name stays its own."""
        if not run:
            return {}
        texts = texts_of({**self.services.runs(owner).run(run).config.to_dict(), "name": ""})
        return {box: gr.update(value=text) for box, text in zip(self.page.train.boxes, texts, strict=True)}
