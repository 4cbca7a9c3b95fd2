"""What one open page has chosen, changed by one event at a time. Knows no component and no handler.

Gradio reads the inputs of an event when it begins and writes its outputs when it ends; two events that overlap would
each begin with the same choices, and the later end would undo what the other one chose. So the choices lie in an object
that stays, and an event takes its turn: it reads what holds now, and no other reads before it has written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tl_core.backbones.stage import Stage
from tl_ui.choices import Choices

# Where a handler's updates say what is chosen from now on, beside the components that it updates.
CHOICES, STAGES = "choices", "stages"


class Session:
    """`stages` are those of the chosen network, empty while it is being opened."""

    def __init__(self) -> None:
        self.choices = Choices()
        self.stages: tuple[Stage, ...] = ()
        self._turn = threading.Lock()

    def __deepcopy__(self, memo: dict[int, Any]) -> Session:
        """Each page that opens gets one of its own: what was chosen on another one is no part of it."""
        return Session()

    def take_turn(self, answer: Callable[[], dict[Any, Any]]) -> dict[Any, Any]:
        """What `answer` updates on the page; what it says of the choices is kept here and taken out.

        Where it raises, the choices are as they were.
        """
        with self._turn:
            updates = dict(answer())
            self.choices = updates.pop(CHOICES, self.choices)
            self.stages = updates.pop(STAGES, self.stages)
        return updates
