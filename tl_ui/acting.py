"""What every group of handlers works with: the page, the services, the binder, and the way a scene is shown.

Knows no handler.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tl_core.errors import RunError
from tl_ui.binding import EVENT, Asked, Binder, Handler, Updates
from tl_ui.choices import Choices
from tl_ui.guard import guarded
from tl_ui.network_tab import Opened, open_network
from tl_ui.scene import Scene, look
from tl_ui.services import Services
from tl_ui.session import Session
from tl_ui.train_tab import has_kinds

if TYPE_CHECKING:
    from tl_ui.screen import Page


@dataclass(frozen=True, slots=True)
class Acting:
    """`page` is what handlers update, `services` what they ask, `bind` how they are reached."""

    page: Page
    services: Services
    bind: Binder

    def look(self, asked: Asked, choices: Choices | None = None) -> Scene:
        return look(self.services, asked.owner, choices or asked.choices, asked.stages)

    def show(self, asked: Asked, choices: Choices) -> Updates:
        stages = asked.stages if choices.backbone == asked.choices.backbone else ()
        scene = look(self.services, asked.owner, choices, stages)
        self.prepare(asked.owner, scene)
        return self.page.show(scene)

    def prepare(self, owner: str, scene: Scene) -> None:
        """Begins when pictures arrive: what a training reads first is made before Train is pressed."""
        if scene.pictures and has_kinds(scene) and not (scene.run and scene.run.view.is_active):
            settings = {**scene.choices.chosen(), **scene.pictures.use.chosen()}
            self.services.prepare(owner, scene.choices.dataset, settings)

    def warm(self, owner: str, scene: Scene) -> None:
        """A model that can be tried is loaded before the first picture comes."""
        self.prepare(owner, scene)
        if scene.run and scene.run.has_model:
            with suppress(RunError):
                self.services.warm_run(owner, scene.run.id)
        else:
            self.services.warm()

    def then_open(self, event: Any, show: Handler) -> None:
        """Opening a network takes seconds, so it changes nothing but its own value; a short step then shows it beside
        whatever was chosen meanwhile. One long step would keep every other event of the page waiting.
        """

        def open_chosen(session: Session) -> Opened:
            return open_network(self.services, session.choices.backbone)

        opened = event.then(guarded(open_chosen), [self.page.session], [self.page.opened], **EVENT)
        self.bind.on(opened.then, show, self.page.opened)
