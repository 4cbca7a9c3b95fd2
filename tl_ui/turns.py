"""Events that read and change what a page shows are answered one after another, each page for itself.

Gradio works on several events of a page at once, and what one of them shows may arrive after what a later one shows:
the page would say what is no longer chosen. Knows no handler; `in_turn` marks those that are meant.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import gradio as gr

Marked = TypeVar("Marked", bound=Callable[..., Any])
MARK = "takes_turn"


def in_turn(handler: Marked) -> Marked:
    """Marks a handler whose answer shows what is chosen. What takes seconds must not be one: the page would wait."""
    setattr(handler, MARK, True)
    return handler


class OrderedBlocks(gr.Blocks):
    """Gradio's blocks, whose marked events of one page wait for the answer to the one before."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._turns: weakref.WeakKeyDictionary[Any, asyncio.Lock] = weakref.WeakKeyDictionary()

    async def process_api(
        self, block_fn: Any, inputs: list[Any], state: Any = None, *others: Any, **named: Any
    ) -> dict[str, Any]:
        """As Gradio's own, from reading the inputs to the finished answer; `state` is one page's."""
        async with AsyncExitStack() as stack:
            if state is not None and getattr(getattr(block_fn, "fn", None), MARK, False):
                await stack.enter_async_context(self._turns.setdefault(state, asyncio.Lock()))
            return await super().process_api(block_fn, inputs, state, *others, **named)
