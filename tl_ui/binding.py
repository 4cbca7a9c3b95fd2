"""Binds events of the page to handlers: who asks and what was chosen go in, one dictionary of updates comes out.

Every handler goes through the guard. Knows components, and nothing of what the handlers do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from tl_core.backbones.stage import Stage
from tl_ui.choices import Choices
from tl_ui.guard import guarded
from tl_ui.owner import owner_of
from tl_ui.session import Session
from tl_ui.turns import in_turn

# "private" hides an event from clients and documentation; it keeps nobody out, so handlers check what they get.
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
    run: str | None = None  # from the page's address, where it has just been loaded

    def word(self, name: str) -> str:
        """A text of the event's data; anybody can send an event, so anything else counts as empty."""
        value = self.data.get(name) if isinstance(self.data, dict) else None
        return value if isinstance(value, str) else ""

    def text(self) -> str:
        """The first input, as text."""
        return str(self.values[0] or "").strip() if self.values else ""


Updates = dict[Any, Any]
Handler = Callable[[Asked], Updates]


@dataclass(frozen=True, slots=True)
class Binder:
    """`session` is the state that holds the page's `Session`; `outputs` is everything that a handler may update."""

    session: gr.State
    outputs: list[Any]

    def on_load(self, blocks: gr.Blocks, kept: gr.BrowserState, handler: Handler) -> Any:
        def load(request: gr.Request, session: Session, kept: Any) -> Any:
            run = request.query_params.get("run")
            shown = answer(handler, request, session, data=kept, run=run)
            return {**shown, self.session: session}  # written once, so that Gradio forgets it some time after the page

        return blocks.load(in_turn(guarded(load)), [self.session, kept], [*self.outputs, self.session], **EVENT)

    def on(self, trigger: Any, handler: Handler, *inputs: Any) -> Any:
        """An event without data of its own: a press, a choice, the end of another event."""

        def handle(request: gr.Request, session: Session, *values: Any) -> Any:
            return answer(handler, request, session, values) or gr.skip()

        return trigger(in_turn(guarded(handle)), [self.session, *inputs], self.outputs, **EVENT)

    def on_event(self, trigger: Any, handler: Handler, *inputs: Any) -> Any:
        """An event of a component drawn in the browser, whose data says what happened.

        One that comes while the one before is worked on waits for it: Gradio would drop it, and a line that was moved
        twice on a slow computer would stay where it was first.
        """

        def handle(request: gr.Request, event: gr.EventData, session: Session, *values: Any) -> Any:
            return answer(handler, request, session, values, data=event._data) or gr.skip()

        read = [self.session, *inputs]
        return trigger(in_turn(guarded(handle)), read, self.outputs, trigger_mode="always_last", **EVENT)


def answer(
    handler: Handler,
    request: gr.Request,
    session: Session,
    values: Sequence[Any] = (),
    *,
    data: Any = None,
    run: str | None = None,
) -> Updates:
    """What a handler updates on the page, in the session's turn: it reads what is chosen when its turn has come."""
    owner = owner_of(request)
    return session.take_turn(lambda: handler(Asked(owner, session.choices, session.stages, values, data=data, run=run)))


def lead_to_tabs(component: gr.HTML, tabs: gr.Tabs, names: Sequence[str]) -> None:
    """Lets buttons inside HTML lead to a tab; anybody can send an event, so only names of tabs count."""

    def go(event: gr.EventData) -> Any:
        tab = event._data.get("tab") if isinstance(event._data, dict) else None
        return gr.update(selected=tab) if tab in names else gr.skip()

    component.go(guarded(go), None, [tabs], **EVENT)
