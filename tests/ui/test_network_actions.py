"""The ice line and what follows it: the answer to a move says where the line is, whatever was drawn meanwhile."""

from __future__ import annotations

import pytest

from tests.ui.test_first_paint import built
from tl_core.backbones.stage import HEAD, Stage
from tl_ui.acting import Acting
from tl_ui.actions import Actions
from tl_ui.binding import Asked
from tl_ui.choices import Choices
from tl_ui.network_actions import NetworkActions
from tl_ui.services import Services
from tl_ui.session import CHOICES
from tl_ui.settings import Settings

STAGES = tuple(
    Stage(name, name, parameters=100, share=0.25, output_shape=(8, 4, 4)) for name in ("stem", "blocks.0", HEAD)
)


@pytest.fixture
def network(settings: Settings, services: Services) -> NetworkActions:
    acting: Acting = Actions(built(settings), services).acting
    return NetworkActions(acting)


def moved(choices: Choices, freeze: str) -> Asked:
    return Asked("me", choices, STAGES, data={"freeze": freeze, "trained": "", "backbone": choices.backbone})


def test_the_answer_to_a_move_draws_the_line_where_it_was_moved_to(network: NetworkActions) -> None:
    shown = network.freeze(moved(Choices(level="expert"), "stem"))
    assert shown[CHOICES].freeze == "stem"
    drawn = shown[network.page.network.ice]["value"]
    assert (drawn["freeze"], drawn["line"]) == ("stem", 1)


def test_a_move_on_another_network_than_the_chosen_one_changes_nothing(network: NetworkActions) -> None:
    asked = moved(Choices(), "stem")
    elsewhere = Asked("me", Choices(backbone="resnet18"), STAGES, data=asked.data)
    assert network.freeze(elsewhere) == {}


def test_where_the_network_is_not_open_yet_its_drawing_is_left_alone(network: NetworkActions) -> None:
    shown = network.freeze(Asked("me", Choices(), (), data=moved(Choices(), "stem").data))
    assert network.page.network.ice not in shown
    assert shown[CHOICES].freeze == "stem"
