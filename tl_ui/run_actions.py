"""What happens to runs: one is started, listed, looked at again. Knows the boxes of the settings, and no other tab."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from tl_core.config import PRESETS
from tl_core.errors import RunError, UserError
from tl_ui.acting import Acting
from tl_ui.binding import Asked, Handler, Updates
from tl_ui.choices import OWN
from tl_ui.controls import BOXES, config_of, has_settings, texts_of
from tl_ui.scene import with_run
from tl_ui.settings_boxes import texts_by_field
from tl_ui.train_parts import offered, tried, varied


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
        self.bind.on(page.train.train.click, self.train, *page.boxes())
        self.bind.on_event(page.train.presets.pick, self.pick_preset, *page.boxes())
        self.bind.on(partial(gr.on, page.train.told()), self.forecast, *page.boxes())
        self.bind.on(page.tab_items["train"].select, self.forecast, *page.boxes())  # the ice may have moved
        self.bind.on(page.train.find_rate.click, self.find_rate, *page.boxes())
        self.bind.on_event(page.train.rates.use, self.use_rate)
        self.bind.on(page.train.show_varied.click, self.show_varied, *page.boxes())
        self.bind.on_event(page.header.runs.changed, self.runs_changed)
        self.acting.then_open(self.bind.on_event(page.header.runs.choose, self.choose_run), self.show_network)
        self.acting.then_open(self.bind.on_event(page.header.runs.copy, self.copy_settings), self.show_network)

    def train(self, asked: Asked) -> Updates:
        choices = asked.choices
        if not choices.dataset:
            raise RunError("There are no pictures to learn from.", "Bring pictures on the first tab.")
        config = config_of(self._texts(asked), self.services.resolved(asked.owner, self._chosen(asked)))
        run = self.services.start_run(asked.owner, choices.dataset, config)
        return {**self.acting.show(asked, choices.but(run=run)), **self.forecast(asked)}

    def _texts(self, asked: Asked) -> dict[str, str]:
        """What the boxes say; in Simple they are out of sight and say nothing."""
        return texts_by_field(asked.values) if asked.choices.is_expert else {}

    def _chosen(self, asked: Asked) -> dict[str, Any]:
        """What was chosen on the other tabs: of the network, and of the pictures, how they will be used."""
        pictures = self.services.pictures(asked.owner)
        used = pictures.use(asked.choices.dataset).chosen() if asked.choices.dataset else {}
        return {**asked.choices.chosen(), **used}

    def pick_preset(self, asked: Asked) -> Updates:
        if asked.word("preset") not in (*PRESETS, OWN):
            return {}
        choices = asked.choices.but(preset=asked.word("preset"))
        scene = self.acting.look(asked, choices)
        train = self.page.train
        known = {**self.page.remembered(choices), train.head: train.decisions(scene), train.presets: offered(scene)}
        return {**known, **self.forecast(replace(asked, choices=choices))}

    def forecast(self, asked: Asked) -> Updates:
        """How long it takes with what is typed; what does not fit is said when it is used. In Simple nothing is."""
        if not asked.choices.is_expert:
            return {}
        with suppress(UserError):
            return {self.page.train.presets: offered(self.acting.look(asked), self._typed(asked))}
        return {}

    def find_rate(self, asked: Asked) -> Updates:
        return {self.page.train.rates: tried(self.acting.look(asked), self._typed(asked))}

    def show_varied(self, asked: Asked) -> Updates:
        return {self.page.train.augmented: varied(self.acting.look(asked), self._typed(asked))}

    def _typed(self, asked: Asked) -> dict[str, Any]:
        """The settings as they are typed, for a question of the page; what does not fit is said at once."""
        chosen = {**self._chosen(asked), "preset": None}
        config = config_of(texts_by_field(asked.values), self.services.resolved(asked.owner, chosen))
        return {**config.to_dict(), "start": chosen["start"], "weights": chosen["weights"]}

    def use_rate(self, asked: Asked) -> Updates:
        fields = [control.field for control in BOXES]
        box = self.page.boxes()[fields.index("learning_rate")]
        return {box: gr.update(value=asked.word("rate")[:20])}

    def runs_changed(self, asked: Asked) -> Updates:
        """One has another name, or is gone; where the shown one is gone, none is shown."""
        scene = self.acting.look(asked)
        is_gone = bool(asked.choices.run) and scene.run is None
        return {**self.page.show_run(scene), **(self.page.remembered(scene.choices) if is_gone else {})}

    def choose_run(self, asked: Asked) -> Updates:
        choices = with_run(self.services, asked.owner, asked.choices, asked.word("run"))
        boxes = self.boxes_of(asked.owner, choices.run)
        return {**self.acting.show(asked, choices), **boxes, self.page.tabs: gr.update(selected="train")}

    def copy_settings(self, asked: Asked) -> Updates:
        """A run's settings into the form, for the pictures that are chosen. What Simple does not show opens Expert."""
        run, chosen = asked.word("run"), asked.choices
        boxes = self.boxes_of(asked.owner, run)
        like = with_run(self.services, asked.owner, chosen, run)
        level = "expert" if has_settings(self.services.runs(asked.owner).run(run).config) else chosen.level
        choices = like.but(run=chosen.run, dataset=chosen.dataset or like.dataset, level=level)
        return {**self.acting.show(asked, choices), **boxes, self.page.tabs: gr.update(selected="train")}

    def boxes_of(self, owner: str, run: str) -> Updates:
        """The settings of the run that is looked at, so that Train again means the same; its name stays its own."""
        if not run:
            return {}
        texts = texts_of({**self.services.runs(owner).run(run).config.to_dict(), "name": ""})
        return {box: gr.update(value=text) for box, text in zip(self.page.boxes(), texts, strict=True)}
