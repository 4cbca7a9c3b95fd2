"""What happens when something is pressed: each handler reads, asks the services, and gives back a scene to show.

Nothing long runs here: imports and trainings are jobs, and opening a network is asked of the assistant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from tl_core.backbones.stage import Stage
from tl_core.errors import RunError
from tl_ui.choices import Choices
from tl_ui.components import merged, redrawn
from tl_ui.controls import BOXES, config_of, texts_of
from tl_ui.guard import guarded
from tl_ui.header import drawer_of
from tl_ui.network_tab import open_network
from tl_ui.owner import owner_of
from tl_ui.pictures_tab import SAMPLES
from tl_ui.scene import Scene, attached, look, with_run
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
BUSY = "() => ({ busy: true })"
NOT_BUSY = "(value) => ({ ...value, busy: false })"
EVENT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
Stages = tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, what was chosen so far, and what the event and its inputs say."""

    owner: str
    choices: Choices
    stages: Stages
    values: Sequence[Any] = ()
    data: Any = None

    def word(self, name: str) -> str:
        """A text of the event's data; anybody can send an event, so anything else counts as empty."""
        value = self.data.get(name) if isinstance(self.data, dict) else None
        return value if isinstance(value, str) else ""


Handler = Callable[[Asked], dict[Any, Any]]


class Actions:
    """Connects the page's events to the services."""

    def __init__(self, page: Page, services: Services) -> None:
        self.page = page
        self.services = services

    def connect(self, blocks: gr.Blocks) -> None:
        page = self.page
        loaded = blocks.load(self._loading(), [page.kept], self._everything(), **EVENT)
        self._then_open(loaded)
        page.kept.change(None, [page.kept], None, js=REMEMBER_RUN, **EVENT)
        self._on(page.header.language.input, self.speak, page.header.language)
        self._on(page.header.level.input, self.set_level, page.header.level)
        self._connect_pictures()
        self._connect_network()
        self._connect_runs()
        for component in (page.pictures.found, page.network.foot, page.train.head, page.train.live):
            self._go(component)
        for component in (page.results.body, page.trial.head):
            self._go(component)

    def _connect_pictures(self) -> None:
        tab = self.page.pictures
        self._on_event(tab.drop.ready, self.take_dataset)
        for name in SAMPLES:
            self._while_busy(tab.samples[name].click, self._sample(name))
        self._while_busy(tab.use_path.click, self.take_path, tab.path)
        self._while_busy(tab.path.submit, self.take_path, tab.path)
        self._on(tab.choose.input, self.choose_dataset, tab.choose)
        self._on(tab.remove.click, self.remove_dataset)

    def _connect_network(self) -> None:
        tab = self.page.network
        self._then_open(self._on_event(tab.cards.pick, self.pick_network))
        self._then_open(self._on(tab.use.click, self.use_network, tab.custom))
        self._on_event(tab.ice.freeze, self.freeze)

    def _connect_runs(self) -> None:
        page = self.page
        self._on(page.train.train.click, self.train, *page.train.boxes)
        self._on(page.train.live.ended, self.refresh)
        self._on(page.header.runs.ended, self.refresh)
        self._on(page.header.runs.open, self.list_runs)
        self._then_open(self._on_event(page.header.runs.choose, self.choose_run))

    # the page as a whole

    def load(self, asked: Asked, run: str | None) -> dict[Any, Any]:
        choices = attached(self.services, asked.owner, asked.data, run)
        scene = look(self.services, asked.owner, choices)
        boxes = self._boxes_of(asked.owner, scene.choices.run)
        self._warm(asked.owner, scene)
        return merged(self.page.labels(scene.words), self.page.show(scene), boxes)

    def show(self, asked: Asked, choices: Choices) -> dict[Any, Any]:
        stages = asked.stages if choices.backbone == asked.choices.backbone else ()
        return self.page.show(look(self.services, asked.owner, choices, stages))

    def refresh(self, asked: Asked) -> dict[Any, Any]:
        scene = look(self.services, asked.owner, asked.choices, asked.stages)
        self._warm(asked.owner, scene)
        return self.page.show(scene)

    def _warm(self, owner: str, scene: Scene) -> None:
        """A model that can be tried is loaded before the first picture comes."""
        if scene.run and scene.run.has_model:
            with suppress(RunError):
                self.services.warm_run(owner, scene.run.id)
        else:
            self.services.warm()

    def speak(self, asked: Asked) -> dict[Any, Any]:
        scene = look(self.services, asked.owner, asked.choices.but(language=str(asked.values[0])), asked.stages)
        return merged(self.page.labels(scene.words), self.page.show(scene))

    def set_level(self, asked: Asked) -> dict[Any, Any]:
        return self.show(asked, asked.choices.but(level=str(asked.values[0])))

    # pictures

    def take_dataset(self, asked: Asked) -> dict[Any, Any]:
        return self.show(asked, asked.choices.but(dataset=asked.word("dataset")))

    def _sample(self, name: str) -> Handler:
        def take_sample(asked: Asked) -> dict[Any, Any]:
            return self.show(asked, asked.choices.but(dataset=self.services.start_sample(asked.owner, name)))

        return take_sample

    def take_path(self, asked: Asked) -> dict[Any, Any]:
        dataset = self.services.start_import(asked.owner, str(asked.values[0] or ""))
        return self.show(asked, asked.choices.but(dataset=dataset))

    def choose_dataset(self, asked: Asked) -> dict[Any, Any]:
        return self.show(asked, asked.choices.but(dataset=str(asked.values[0] or "")))

    def remove_dataset(self, asked: Asked) -> dict[Any, Any]:
        if asked.choices.dataset:
            self.services.delete_dataset(asked.owner, asked.choices.dataset)
        return self.show(asked, asked.choices.but(dataset=""))

    # network

    def pick_network(self, asked: Asked) -> dict[Any, Any]:
        return self._with_network(asked, asked.word("name"))

    def use_network(self, asked: Asked) -> dict[Any, Any]:
        return self._with_network(asked, str(asked.values[0] or "").strip())

    def _with_network(self, asked: Asked, name: str) -> dict[Any, Any]:
        """Stages have other names in another network: of the ice only all and nothing carry over."""
        freeze = asked.choices.freeze if asked.choices.freeze in ("all", "none") else "all"
        return self.show(asked, asked.choices.but(backbone=name or asked.choices.backbone, freeze=freeze))

    def open_network(self, asked: Asked) -> dict[Any, Any]:
        scene, drawing = open_network(self.services, look(self.services, asked.owner, asked.choices, asked.stages))
        return {**self.page.show(scene), self.page.network.ice: redrawn(drawing, scene.words.part("ice"))}

    def freeze(self, asked: Asked) -> dict[Any, Any]:
        if asked.word("backbone") != asked.choices.backbone or not asked.word("freeze"):
            return {}
        return self.show(asked, asked.choices.but(freeze=asked.word("freeze")))

    # runs

    def train(self, asked: Asked) -> dict[Any, Any]:
        choices = asked.choices
        if not choices.dataset:
            raise RunError("There are no pictures to learn from.", "Bring pictures on the first tab.")
        fields = [control.field for control in BOXES]
        texts = dict(zip(fields, map(str, asked.values), strict=True)) if choices.is_expert else {}
        config = config_of(texts, backbone=choices.backbone, freeze=choices.freeze)
        return self.show(asked, choices.but(run=self.services.start_run(asked.owner, choices.dataset, config)))

    def list_runs(self, asked: Asked) -> dict[Any, Any]:
        scene = look(self.services, asked.owner, asked.choices, asked.stages)
        return {self.page.header.runs: drawer_of(scene)}

    def choose_run(self, asked: Asked) -> dict[Any, Any]:
        choices = with_run(self.services, asked.owner, asked.choices, asked.word("run"))
        boxes = self._boxes_of(asked.owner, choices.run)
        return {**self.show(asked, choices), **boxes, self.page.tabs: gr.update(selected="train")}

    def _boxes_of(self, owner: str, run: str) -> dict[Any, Any]:
        """The settings of the run that is looked at, so that Train again means the same again."""
        if not run:
            return {}
        texts = texts_of(self.services.runs(owner).run(run).config.to_dict())
        return {box: gr.update(value=text) for box, text in zip(self.page.train.boxes, texts, strict=True)}

    # how events are bound

    def _everything(self) -> list[Any]:
        page = self.page
        fixed = [page.choices, page.stages, page.kept, page.tabs, *page.tab_items.values(), *page.train.boxes]
        return [*fixed, *page.components()]

    def _loading(self) -> Callable[..., Any]:
        def load(request: gr.Request, kept: Any) -> Any:
            asked = Asked(owner_of(request), Choices(), (), data=kept)
            return self.load(asked, request.query_params.get("run"))

        return guarded(load)

    def _while_busy(self, trigger: Any, handler: Handler, *inputs: Any) -> None:
        """For what takes a moment: the drop zone says so at once, in the browser, and stops also after a failure."""
        drop = self.page.pictures.drop
        begun = trigger(None, None, [drop], js=BUSY, **EVENT)
        self._on(begun.then, handler, *inputs).then(None, [drop], [drop], js=NOT_BUSY, **EVENT)

    def _on(self, trigger: Any, handler: Handler, *inputs: Any) -> Any:
        def handle(request: gr.Request, choices: Choices, stages: Stages, *values: Any) -> Any:
            return handler(Asked(owner_of(request), choices, stages, values)) or gr.skip()

        return self._bind(trigger, handle, inputs)

    def _on_event(self, trigger: Any, handler: Handler) -> Any:
        def handle(request: gr.Request, event: gr.EventData, choices: Choices, stages: Stages) -> Any:
            return handler(Asked(owner_of(request), choices, stages, data=event._data)) or gr.skip()

        return self._bind(trigger, handle, ())

    def _bind(self, trigger: Any, handle: Callable[..., Any], inputs: Sequence[Any]) -> Any:
        given = [self.page.choices, self.page.stages, *inputs]
        return trigger(guarded(handle), given, self._everything(), **EVENT)

    def _then_open(self, event: Any) -> Any:
        return self._on(event.then, self.open_network)

    def _go(self, component: gr.HTML) -> None:
        """A button inside HTML leads to a tab; the browser could be told by anybody, so only our tabs' names count."""

        def go(event: gr.EventData) -> Any:
            tab = event._data.get("tab") if isinstance(event._data, dict) else None
            return gr.update(selected=tab) if tab in self.page.tab_items else gr.skip()

        component.go(guarded(go), None, [self.page.tabs], **EVENT)
