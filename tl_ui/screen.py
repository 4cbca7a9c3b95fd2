"""The page: header, five tabs, and what happens when something is pressed. Handlers read, ask the services, show.

Every handler gives back a scene, and the whole page is shown from it: what a reload would show is what is shown.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import gradio as gr

from tl_ui.actions import Actions
from tl_ui.choices import Choices
from tl_ui.components import ASSETS
from tl_ui.header import Header, drawer_of
from tl_ui.network_tab import NetworkTab, Opened
from tl_ui.picture_actions import Brought
from tl_ui.pictures_tab import PicturesTab
from tl_ui.results_tab import ResultsTab
from tl_ui.scene import Scene
from tl_ui.services import Services
from tl_ui.session import CHOICES, STAGES, Session
from tl_ui.settings import Settings
from tl_ui.theme import theme
from tl_ui.train_tab import TrainTab
from tl_ui.try_tab import TryTab
from tl_ui.turns import OrderedBlocks
from tl_ui.words import DEFAULT_LANGUAGE, Words, words_for

HOUR = 3600
# All tabs are built at once: Gradio keeps only the last update of a component in a tab that was never opened.
STYLES = ("style", "tabs", "pictures", "networks", "runs", "try", "results")
KEPT: dict[str, Any] = {"render_children": True}
HEAD = (
    '<meta name="color-scheme" content="light dark"><link rel="icon" type="image/svg+xml" href="thaw/assets/logo.svg">'
    "<script>document.documentElement.setAttribute('aria-busy', 'true')</script>"
)


def mount_options() -> dict[str, Any]:
    """What `gr.mount_gradio_app` takes for the look of the page."""
    return {"theme": theme(), "css_paths": [ASSETS / f"{name}.css" for name in STYLES], "head": HEAD + tab_keys()}


def tab_keys() -> str:
    return f"<script>{(ASSETS / 'js' / 'tabs.js').read_text(encoding='utf-8')}</script>"


def build_screen(settings: Settings, services: Services) -> gr.Blocks:
    """The whole page; it holds no one's choices, which live in the browser and in each session's state."""
    words = words_for(DEFAULT_LANGUAGE)
    blocks: gr.Blocks = OrderedBlocks(
        title="Thaw", analytics_enabled=False, delete_cache=(HOUR, 24 * HOUR), fill_width=True
    )
    with blocks:
        page = Page.build(words, settings)
        page.connect(blocks, services)
    return blocks


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """Every component of the page, and what it says for a scene."""

    session: gr.State
    opened: gr.State
    brought: gr.State
    kept: gr.BrowserState
    header: Header
    tabs: gr.Tabs
    tab_items: dict[str, gr.Tab]
    pictures: PicturesTab
    network: NetworkTab
    train: TrainTab
    results: ResultsTab
    trial: TryTab

    @classmethod
    def build(cls, words: Words, settings: Settings) -> Page:
        session = gr.State(Session())
        opened, brought = gr.State(Opened()), gr.State(Brought())  # what the slow steps found
        # The secret goes to every browser anyway: it is fixed so that what is kept outlives a restart of the server.
        kept = gr.BrowserState(None, storage_key="thaw", secret="thaw")
        header = Header.build(words, settings)
        items: dict[str, gr.Tab] = {}
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as tabs:
            with gr.Tab(words("tab.pictures"), id="pictures", **KEPT) as items["pictures"]:
                pictures = PicturesTab.build(words, shared=settings.shared)
            with gr.Tab(words("tab.network"), id="network", **KEPT) as items["network"]:
                network = NetworkTab.build(words)
            with gr.Tab(words("tab.train"), id="train", **KEPT) as items["train"]:
                train = TrainTab.build(words)
            with gr.Tab(words("tab.results"), id="results", **KEPT) as items["results"]:
                results = ResultsTab.build(words)
            with gr.Tab(words("tab.try"), id="try", **KEPT) as items["try"]:
                trial = TryTab.build(words)
        return cls(session, opened, brought, kept, header, tabs, items, pictures, network, train, results, trial)

    def show(self, scene: Scene) -> dict[Any, Any]:
        """Every output for a scene."""
        parts = (self.header, self.pictures, self.network, self.train, self.results, self.trial)
        shown = {**self.remembered(scene.choices), STAGES: scene.stages}
        for part in parts:
            shown.update(part.show(scene))
        return shown

    def boxes(self) -> list[Any]:
        """The boxes of the settings, in the order of their rows in `controls`."""
        return [*self.network.boxes, *self.train.boxes]

    def show_run(self, scene: Scene) -> dict[Any, Any]:
        """What the shown run alone decides."""
        ran = {self.header.runs: drawer_of(scene), self.train.live: self.train.watched(scene)}
        return {**ran, **self.results.show(scene), **self.trial.show(scene)}

    def remembered(self, choices: Choices) -> dict[Any, Any]:
        """The choices for the session and for the browser's memory."""
        return {CHOICES: choices, self.kept: choices.to_dict()}

    def labels(self, words: Words) -> dict[Any, Any]:
        """What changes with the language alone; left out otherwise, for a box that is typed in must not be touched."""
        named: dict[Any, Any] = {item: gr.update(label=words(f"tab.{name}")) for name, item in self.tab_items.items()}
        for part in (self.header, self.pictures, self.network, self.train):
            named.update(part.labels(words))
        return named

    def outputs(self) -> list[Any]:
        """Everything that a handler may update."""
        found: list[Any] = [self.kept, self.tabs, *self.tab_items.values()]
        parts = (self.header, self.pictures, self.network, self.train, self.results, self.trial)
        for part in parts:
            for field in dataclasses.fields(part):
                found += _components_in(getattr(part, field.name))
        return found

    def connect(self, blocks: gr.Blocks, services: Services) -> None:
        Actions(self, services).connect(blocks)


def _components_in(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]
