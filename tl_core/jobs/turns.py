"""Whose turn it is: which waiting run starts next, in what order the others follow, and how long that takes.

Pure: knows no folder, no process and no clock.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run that waits. `number` rises with every run that was put into the queue.

    `last_turn` rises with every start: when this run's owner had the last one, 0 for never.
    """

    run: str
    owner: str
    number: int
    last_turn: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """At most so many trainings at once; `is_fair`: a turn for each person, else first in, first out.

    `most_of_one`: so many of one person, where that is limited.
    """

    most_running: int = 1
    is_fair: bool = False
    most_of_one: int | None = None


def next_run(waiting: Collection[Waiting], running: Collection[str], policy: Policy) -> Waiting | None:
    """The run that starts now; None where nobody waits or nothing is free. `running` has an owner for each run.

    Fair is: who has the fewest under way goes first, among them who has waited longest since a turn of their own.
    """
    counts, most = Counter(running), policy.most_of_one
    allowed = [one for one in waiting if most is None or counts[one.owner] < most]
    if len(running) >= policy.most_running or not allowed:
        return None
    if not policy.is_fair:
        return min(allowed, key=lambda one: one.number)
    return min(allowed, key=lambda one: (counts[one.owner], one.last_turn, one.number))


def order_of(waiting: Collection[Waiting], running: Sequence[str], policy: Policy) -> list[Waiting]:
    """In what order they start when those under way end in the order of `running`, and nobody joins."""
    left, under_way, order = list(waiting), list(running), []
    turn = max((one.last_turn for one in left), default=0)
    while left:
        chosen = next_run(left, under_way, policy)
        if chosen is None:
            under_way.pop(0)
            continue
        turn += 1
        order.append(chosen)
        under_way.append(chosen.owner)
        left = [
            replace(one, last_turn=turn) if one.owner == chosen.owner else one for one in left if one.run != chosen.run
        ]
    return order


def ends_before(index: int, running: int, policy: Policy) -> int:
    """How many trainings have to end before the one with this place in the order begins."""
    return max(0, index + running - policy.most_running + 1)


def seconds_until(index: int, left: Collection[float | None], typical: float | None, policy: Policy) -> float | None:
    """How long the one with this place in the order will wait; None where nobody can know.

    `left` has the seconds that each training under way still needs, as far as known; `typical` is what one takes.
    """
    known = [typical if seconds is None else seconds for seconds in left]
    ends = [seconds for seconds in known if seconds is not None]
    needs_typical = ends_before(index, len(known), policy) > len(known)
    if len(ends) < len(known) or (needs_typical and typical is None):
        return None
    free = [0.0] * max(0, policy.most_running - len(ends)) + sorted(ends)
    heapq.heapify(free)
    for _ in range(len(ends) - policy.most_running):  # more than allowed run beside each other: nobody follows those
        heapq.heappop(free)
    for _ in range(index):
        heapq.heappush(free, heapq.heappop(free) + (typical or 0.0))
    return free[0]
