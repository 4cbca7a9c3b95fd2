"""What happens to runs: one is started, listed, looked at again. Knows the boxes of the settings, and no other tab."""

from __future__ import annotations

import gradio as gr

from tl_core.errors import RunError
from tl_ui.acting import Acting
from tl_ui.binding import Asked, Handler, Updates
from tl_ui.controls import BOXES, config_of, texts_of
from tl_ui.header import drawer_of
from tl_ui.scene import with_run


class RunActions:
    """Connects Train and the drawer of runs to the services. `show_network` shows the network of a run when opened."""

    def __init__(self, acting: Acting, show_network: Handler) -> None:
        self.acting = acting
        self.page = acting.page
        self.services = acting.services
        self.bind = acting.bind
        self.show_network = show_network

    def connect(self) -> None:
        page = self.page
        self.bind.on(page.train.train.click, self.train, *page.train.boxes)
        self.bind.on(page.header.runs.open, self.list_runs)
        self.acting.then_open(self.bind.on_event(page.header.runs.choose, self.choose_run), self.show_network)

    def train(self, asked: Asked) -> Updates:
        choices = asked.choices
        if not choices.dataset:
            raise RunError("There are no pictures to learn from.", "Bring pictures on the first tab.")
        fields = [control.field for control in BOXES]
        texts = dict(zip(fields, map(str, asked.values), strict=True)) if choices.is_expert else {}
        config = config_of(texts, backbone=choices.backbone, freeze=choices.freeze)
        return self.acting.show(asked, choices.but(run=self.services.start_run(asked.owner, choices.dataset, config)))

    def list_runs(self, asked: Asked) -> Updates:
        scene = self.acting.look(asked)
        return {self.page.header.runs: drawer_of(scene)}

    def choose_run(self, asked: Asked) -> Updates:
        choices = with_run(self.services, asked.owner, asked.choices, asked.word("run"))
        boxes = self.boxes_of(asked.owner, choices.run)
        return {**self.acting.show(asked, choices), **boxes, self.page.tabs: gr.update(selected="train")}

    def boxes_of(self, owner: str, run: str) -> Updates:
        """The settings of the run that is looked at, so that Train again means the same; its name stays its own."""
        if not run:
            return {}
        texts = texts_of({**self.services.runs(owner).run(run).config.to_dict(), "name": ""})
        return {box: gr.update(value=text) for box, text in zip(self.page.train.boxes, texts, strict=True)}
