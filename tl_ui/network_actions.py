"""What happens on the Network tab: a network is chosen and opened, the ice line is moved. Knows no other tab."""

from __future__ import annotations

from tl_ui.acting import Acting
from tl_ui.binding import Asked, Updates
from tl_ui.components import redrawn
from tl_ui.ice import failed_value
from tl_ui.network_tab import Opened
from tl_ui.scene import look
from tl_ui.words import words_for


class NetworkActions:
    """Connects the Network tab to the services."""

    def __init__(self, acting: Acting) -> None:
        self.acting = acting
        self.page = acting.page
        self.services = acting.services
        self.bind = acting.bind

    def connect(self) -> None:
        tab = self.page.network
        self.acting.then_open(self.bind.on_event(tab.cards.pick, self.pick_network), self.show_network)
        self.acting.then_open(self.bind.on(tab.use.click, self.use_network, tab.custom), self.show_network)
        self.bind.on_event(tab.ice.freeze, self.freeze)

    def pick_network(self, asked: Asked) -> Updates:
        return self._with_network(asked, asked.word("name"))

    def use_network(self, asked: Asked) -> Updates:
        return self._with_network(asked, asked.text())

    def _with_network(self, asked: Asked, name: str) -> Updates:
        """Stages have other names in another network: of the ice only all and nothing carry over."""
        freeze = asked.choices.freeze if asked.choices.freeze in ("all", "none") else "all"
        return self.acting.show(asked, asked.choices.but(backbone=name or asked.choices.backbone, freeze=freeze))

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
        scene = self.acting.look(asked, choices)
        return {**self.page.remembered(choices), self.page.train.head: self.page.train.decisions(scene)}
