"""Through Gradio itself: the answers to a page's events come in the order of the events, and nobody else waits."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import gradio as gr
from gradio.state_holder import SessionState

from tl_ui.guard import guarded
from tl_ui.turns import OrderedBlocks, in_turn


class Told:
    """What happened, in order. The slow handler goes on when it may."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def slow(self) -> str:
        self.begun.set()
        assert self.may_go_on.wait(60)
        self.order.append("slow has run")
        return "slow"

    def quick(self) -> str:
        self.order.append("quick has run")
        return "quick"


def page_of(told: Told) -> tuple[OrderedBlocks, Any, Any, Any]:
    """The blocks, and their events: slow and quick, which take turns, and one that takes none."""
    with OrderedBlocks(analytics_enabled=False) as blocks:
        box = gr.Textbox()
        slow = box.change(in_turn(guarded(told.slow)), None, [box])
        quick = box.submit(in_turn(guarded(told.quick)), None, [box])
        free = box.blur(guarded(told.quick), None, [box])
    return blocks, *(blocks.fns[event["id"]] for event in (slow, quick, free))


async def answered(blocks: OrderedBlocks, event: Any, page: SessionState, told: Told, name: str) -> None:
    answer = await blocks.process_api(event, [], page)
    told.order.append(f"{name} is answered with {answer['data'][0]}")


def test_an_event_begins_when_the_one_before_it_is_answered() -> None:
    async def act(told: Told) -> None:
        blocks, slow, quick, _ = page_of(told)
        page = SessionState(blocks)
        first = asyncio.create_task(answered(blocks, slow, page, told, "first"))
        await asyncio.to_thread(told.begun.wait, 60)
        second = asyncio.create_task(answered(blocks, quick, page, told, "second"))
        await asyncio.wait([second], timeout=0.2)  # without turns it would be answered within this
        told.may_go_on.set()
        await asyncio.gather(first, second)

    told = Told()
    asyncio.run(act(told))
    assert told.order == [
        "slow has run",
        "first is answered with slow",
        "quick has run",
        "second is answered with quick",
    ]


def test_another_page_and_an_event_that_shows_nothing_chosen_do_not_wait() -> None:
    async def act(told: Told) -> None:
        blocks, slow, quick, free = page_of(told)
        page, another = SessionState(blocks), SessionState(blocks)
        first = asyncio.create_task(answered(blocks, slow, page, told, "first"))
        await asyncio.to_thread(told.begun.wait, 60)
        await answered(blocks, quick, another, told, "another page's")
        await answered(blocks, free, page, told, "a free one")
        told.may_go_on.set()
        await first

    told = Told()
    asyncio.run(act(told))
    assert told.order[-1] == "first is answered with slow"
    assert told.order[1] == "another page's is answered with quick"


def test_an_event_that_fails_ends_its_turn() -> None:
    def fail() -> str:
        raise gr.Error("no")

    async def act() -> str:
        with OrderedBlocks(analytics_enabled=False) as blocks:
            box = gr.Textbox()
            failing = box.change(in_turn(fail), None, [box])
            quick = box.submit(in_turn(lambda: "quick"), None, [box])
        page = SessionState(blocks)
        outcomes = await asyncio.gather(
            *(blocks.process_api(blocks.fns[event["id"]], [], page) for event in (failing, quick)),
            return_exceptions=True,
        )
        assert isinstance(outcomes[0], gr.Error)
        assert isinstance(outcomes[1], dict)
        return str(outcomes[1]["data"][0])

    assert asyncio.run(act()) == "quick"
