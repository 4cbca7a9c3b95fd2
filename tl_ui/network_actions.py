"""What happens on the Network tab: a network is chosen and opened, the ice line is moved. Knows no other tab."""

from __future__ import annotations

from typing import Any

from tl_core.config import STARTS
from tl_core.errors import ConfigError
from tl_ui.acting import Acting
from tl_ui.binding import Asked, Updates
from tl_ui.choices import Choices
from tl_ui.components import redrawn
from tl_ui.ice import WORDS as ICE_WORDS
from tl_ui.ice import failed_value
from tl_ui.network_parts import WEIGHTS, thawing_later
from tl_ui.network_tab import Opened, drawing_of
from tl_ui.scene import look
from tl_ui.train_parts import offered
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
        for picker in (tab.cards, tab.compare, tab.catalogue):
            self._then_open(self.bind.on_event(picker.pick, self.pick_network))
        self._then_open(self.bind.on(tab.use.click, self.use_network, tab.custom))
        self._then_open(self.bind.on(tab.custom.submit, self.use_network, tab.custom))
        self._then_open(self.bind.on(tab.start.input, self.start_from, tab.start))
        self.bind.on_event(tab.weights.ready, self.take_weights)
        self.bind.on_event(tab.ice.freeze, self.freeze)
        self.bind.on_event(tab.gradual.schedule, self.thaw_later)

    def _then_open(self, event: Any) -> None:
        self.acting.then_open(event, self.show_network)

    def pick_network(self, asked: Asked) -> Updates:
        return self._with_network(asked, asked.word("name"))

    def use_network(self, asked: Asked) -> Updates:
        return self._with_network(asked, asked.text())

    def _with_network(self, asked: Asked, name: str) -> Updates:
        same = not name or name == asked.choices.backbone
        return self.acting.show(asked, asked.choices if same else asked.choices.with_network(name))

    def start_from(self, asked: Asked) -> Updates:
        """An earlier run brings its network along; a brought file stays until something else is chosen."""
        wanted = asked.text() or "pretrained"
        if wanted == WEIGHTS:
            return {}
        choices = asked.choices
        if wanted not in STARTS:
            backbone = self.services.runs(asked.owner).run(wanted).config.backbone
            choices = choices if backbone == choices.backbone else choices.with_network(backbone)
        return self.acting.show(asked, choices.but(start=wanted, weights=""))

    def take_weights(self, asked: Asked) -> Updates:
        """Anybody can send an event: no file but this person's own is taken, and none checked for another network."""
        if asked.word("backbone") != asked.choices.backbone:
            raise ConfigError("Another network was chosen while the file came.", "Bring it again for this one.")
        self.services.weights(asked.owner).path(asked.word("weights"))
        return self.acting.show(asked, asked.choices.but(weights=asked.word("weights"), start="pretrained"))

    def show_network(self, asked: Asked) -> Updates:
        opened: Opened = asked.values[0]
        if opened.backbone != asked.choices.backbone:
            return {}  # another network was chosen meanwhile; its own opening is under way
        scene = look(self.services, asked.owner, asked.choices, opened.stages)
        shown = self.page.show(scene)
        if opened.problem:
            drawing = failed_value(opened.backbone, words_for(asked.choices.language).said(opened.problem))
            shown[self.page.network.ice] = redrawn(drawing, scene.words.part(*ICE_WORDS))
        return shown

    def freeze(self, asked: Asked) -> Updates:
        """The line or a switch has come to rest: a preset that places the ice itself is no longer meant."""
        if asked.word("backbone") != asked.choices.backbone or not asked.word("freeze"):
            return {}
        freeze, trained = asked.word("freeze"), asked.word("trained")
        return self._frozen(asked, asked.choices.but(freeze=freeze, trained=trained, preset=""))

    def thaw_later(self, asked: Asked) -> Updates:
        return self._frozen(asked, asked.choices.but(gradual=asked.word("gradual")))

    def _frozen(self, asked: Asked, choices: Choices) -> Updates:
        """Only what follows the ice is shown anew. The drawing knows already, but an earlier event's answer, which was
        under way when the line moved, may have put it back.
        """
        scene = self.acting.look(asked, choices)
        train, network = self.page.train, self.page.network
        drawn = {network.ice: redrawn(drawing_of(scene), scene.words.part(*ICE_WORDS))} if scene.stages else {}
        return {
            **self.page.remembered(choices),
            **drawn,
            train.head: train.decisions(scene),
            train.presets: offered(scene),
            network.gradual: thawing_later(scene, anew=False),
        }
