"""Whose turn it is, for every queue that can be thought of: nobody is passed over, and nobody takes two turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tl_core.jobs.turns import Policy, Waiting, ends_before, next_run, order_of, seconds_until

OWNERS = st.sampled_from(["ana", "ben", "chi", "dia"])
FIFO, FAIR = Policy(), Policy(is_fair=True)
POLICIES = st.builds(Policy, st.integers(1, 3), st.booleans(), st.none() | st.integers(1, 3))


@st.composite
def queues(draw: st.DrawFn) -> list[Waiting]:
    owners = draw(st.lists(OWNERS, min_size=1, max_size=12))
    numbers = draw(st.permutations(range(1, len(owners) + 1)))
    turns = {owner: draw(st.integers(0, 20)) for owner in sorted(set(owners))}
    return [
        Waiting(f"run{at}", owner, number, turns[owner])
        for at, (owner, number) in enumerate(zip(owners, numbers, strict=True))
    ]


RUNNING = st.lists(OWNERS, max_size=4)


@given(queues(), RUNNING, POLICIES)
def test_something_starts_exactly_when_there_is_room(waiting: list[Waiting], running: list[str], rule: Policy) -> None:
    chosen = next_run(waiting, running, rule)
    counts = Counter(running)
    allowed = [one for one in waiting if rule.most_of_one is None or counts[one.owner] < rule.most_of_one]
    assert (chosen is not None) == (len(running) < rule.most_running and bool(allowed))
    assert chosen is None or chosen in allowed


@given(queues())
def test_on_ones_own_machine_the_first_in_is_the_first_out(waiting: list[Waiting]) -> None:
    assert [one.number for one in order_of(waiting, [], FIFO)] == sorted(one.number for one in waiting)


@given(queues(), RUNNING, st.integers(5, 8))
def test_whoever_has_fewer_under_way_goes_before_whoever_has_more(
    waiting: list[Waiting], running: list[str], most: int
) -> None:
    chosen = next_run(waiting, running, Policy(most, is_fair=True))
    counts = Counter(running)
    assert chosen is not None
    assert counts[chosen.owner] == min(counts[one.owner] for one in waiting)


@given(queues(), RUNNING, POLICIES)
def test_everybody_starts_once_and_each_persons_runs_stay_in_their_order(
    waiting: list[Waiting], running: list[str], rule: Policy
) -> None:
    order = order_of(waiting, running, rule)
    assert sorted(one.run for one in order) == sorted(one.run for one in waiting)
    for owner in {one.owner for one in waiting}:
        numbers = [one.number for one in order if one.owner == owner]
        assert numbers == sorted(numbers)


@given(queues(), RUNNING)
def test_between_two_turns_of_a_person_everybody_else_who_waits_has_one(
    waiting: list[Waiting], running: list[str]
) -> None:
    order = [one.owner for one in order_of(waiting, running, FAIR)]
    for at, owner in enumerate(order):
        if owner not in order[at + 1 :]:
            continue
        until = order.index(owner, at + 1)
        waits_on = set(order[until + 1 :]) - {owner}
        assert waits_on <= set(order[at + 1 : until]), order


def test_one_person_with_twenty_runs_does_not_keep_the_others_waiting() -> None:
    crowd = [Waiting(f"many{at}", "ana", at + 1) for at in range(20)]
    late = [Waiting("ben's", "ben", 21), Waiting("chi's", "chi", 22)]
    order = [one.run for one in order_of([*crowd, *late], ["ana"], FAIR)]
    assert order.index("ben's") <= 2
    assert order.index("chi's") <= 2


@given(queues(), RUNNING, POLICIES)
def test_the_first_of_the_order_is_who_starts_next(waiting: list[Waiting], running: list[str], rule: Policy) -> None:
    room: Sequence[str] = running[: rule.most_running - 1]
    chosen = next_run(waiting, room, rule)
    assert chosen is None or order_of(waiting, room, rule)[0] == chosen


def test_how_many_have_to_end_before_counts_those_under_way() -> None:
    assert [ends_before(index, 1, FIFO) for index in range(3)] == [1, 2, 3]
    assert [ends_before(index, 2, Policy(2)) for index in range(3)] == [1, 2, 3]
    assert [ends_before(index, 0, Policy(2)) for index in range(3)] == [0, 0, 1]
    assert [ends_before(index, 2, FIFO) for index in range(2)] == [2, 3]  # one more than allowed was started by hand


def test_the_waiting_is_what_those_before_still_need() -> None:
    assert seconds_until(0, [30.0], None, FIFO) == 30.0
    assert seconds_until(2, [30.0], 100.0, FIFO) == 230.0
    assert seconds_until(1, [30.0, 50.0], 100.0, Policy(2)) == 50.0
    assert seconds_until(0, [30.0, 50.0], None, FIFO) == 50.0
    assert seconds_until(0, [], None, FIFO) == 0.0


def test_what_nobody_can_know_is_not_made_up() -> None:
    assert seconds_until(0, [None], None, FIFO) is None
    assert seconds_until(1, [30.0], None, FIFO) is None
    assert seconds_until(0, [None], 60.0, FIFO) == 60.0


@given(st.lists(st.floats(0, 1e5), max_size=4), st.floats(0, 1e4), st.integers(0, 8), POLICIES)
def test_whoever_stands_further_back_never_begins_earlier(
    left: list[float], typical: float, index: int, rule: Policy
) -> None:
    sooner, later = seconds_until(index, left, typical, rule), seconds_until(index + 1, left, typical, rule)
    assert sooner is not None
    assert later is not None
    assert 0 <= sooner <= later
