"""Streams of events that also make something: passing them on changed, or only taking what they make.

Knows generators, not what flows through them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

Item = TypeVar("Item")
Told = TypeVar("Told")
Made = TypeVar("Made")


def retold(items: Generator[Item, None, Made], tell: Callable[[Item], Told | None]) -> Generator[Told, None, Made]:
    """What the stream makes; instead of each item comes what `tell` says of it, and nothing where that is None."""
    while True:
        try:
            item = next(items)
        except StopIteration as end:
            made: Made = end.value
            return made
        told = tell(item)
        if told is not None:
            yield told


def once(items: Iterator[Item], kind: type) -> Iterator[Item]:
    """Without those of a kind that came before, equal to the word."""
    known = set[Item]()
    for item in items:
        if isinstance(item, kind) and item in known:
            continue
        known.update([item] if isinstance(item, kind) else [])
        yield item


def made_by(items: Generator[Item, None, Made]) -> Made:
    """What the stream makes, whatever it says meanwhile."""
    while True:
        try:
            next(items)
        except StopIteration as end:
            made: Made = end.value
            return made
