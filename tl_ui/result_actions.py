"""What happens on the Results tab: training again with what was corrected, or so that a weak spot is mended.

Knows the run that the page shows; corrections themselves go through the routes of pictures.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import gradio as gr

from tl_core.config import RunConfig
from tl_core.errors import ConfigError
from tl_ui.acting import Acting
from tl_ui.binding import Asked, Updates

LONGEST = 2000
OFFERED = ("preset", "augment")  # what advice may change of a run's settings


class ResultActions:
    """Connects the Results tab to the services."""

    def __init__(self, acting: Acting) -> None:
        self.acting = acting
        self.page = acting.page
        self.services = acting.services

    def connect(self) -> None:
        tab, bind = self.page.results, self.acting.bind
        bind.on_event(tab.body.act, self.act)
        bind.on_event(tab.seen.again, self.train_again)
        bind.on_event(tab.seen.changed, self.refresh)
        bind.on_event(tab.limits.changed, self.refresh_run)
        bind.on_event(tab.checks.found, self.refresh_run)

    def act(self, asked: Asked) -> Updates:
        if asked.word("act") == "again":
            return self.train_again(asked)
        if asked.word("act") == "train":
            return self._train(asked, offered(asked.word("settings")))
        if asked.word("act") == "temperature" and self._is_shown(asked):
            self.services.answers(asked.owner).use_temperature(asked.choices.run)
            return self.acting.show(asked, asked.choices)
        return {}

    def train_again(self, asked: Asked) -> Updates:
        """The same settings on the pictures as they are now."""
        return self._train(asked, {})

    def refresh(self, asked: Asked) -> Updates:
        """A picture was corrected: all that speaks of pictures is shown anew."""
        return self.acting.show(asked, asked.choices)

    def refresh_run(self, asked: Asked) -> Updates:
        return self.page.show_run(self.acting.look(asked))

    def _train(self, asked: Asked, changes: dict[str, Any]) -> Updates:
        """A second press on the same button finds that another run is shown by now, and does nothing."""
        if not self._is_shown(asked):
            return {}
        shown = self.services.runs(asked.owner).run(asked.choices.run)
        config = RunConfig.from_dict({**replace(shown.config, name="").to_dict(), **changes})
        dataset = shown.dataset_folder.name
        run = self.services.start_run(asked.owner, dataset, config)
        shown_now = self.acting.show(asked, asked.choices.but(run=run, dataset=dataset))
        return {**shown_now, self.page.tabs: gr.update(selected="train")}

    def _is_shown(self, asked: Asked) -> bool:
        return bool(asked.choices.run) and asked.word("run") == asked.choices.run


def offered(text: str) -> dict[str, Any]:
    """The settings that a button carries; anybody can send an event, so only those that advice changes count."""
    try:
        values = json.loads(text[:LONGEST])
    except ValueError as error:
        raise ConfigError("The page's settings could not be read.", "Reload the page.") from error
    return {name: values[name] for name in OFFERED if isinstance(values, dict) and isinstance(values.get(name), str)}
