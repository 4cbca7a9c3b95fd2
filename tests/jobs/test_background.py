"""Work in the background: the newest wish first, people before it, its answers kept, its faults told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.jobs.jobs_for_tests import wait_until
from tl_core.errors import DataError
from tl_core.jobs.background import AGAIN_AFTER_SECONDS, Answer, Background

FIRST: Answer = {"state": "waiting", "done": 0}


@dataclass
class Watch:
    """A clock that stands still until it is set."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Told:
    """What was done in which order."""

    steps: list[str] = field(default_factory=list)

    def counting(self, name: str, total: int) -> Callable[[Callable[[], bool]], Iterator[Answer]]:
        def begin(should_stop: Callable[[], bool]) -> Iterator[Answer]:
            for done in range(1, total + 1):
                if should_stop():
                    yield {"state": "stopped", "done": done}
                    return
                self.steps.append(name)
                yield {"state": "running", "done": done}
            yield {"state": "done", "done": total}

        return begin


@pytest.fixture
def lock() -> threading.Lock:
    return threading.Lock()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def background(lock: threading.Lock, watch: Watch) -> Iterator[Background]:
    made = Background(lock, clock=watch)
    yield made
    made.close()


def ended(background: Background, key: str, begin: Callable[[Callable[[], bool]], Iterator[Answer]]) -> Answer:
    wait_until(lambda: background.ask(key, begin, FIRST)["state"] in ("done", "stopped", "failed"))
    return background.ask(key, begin, FIRST)


def test_an_answer_is_worked_out_once_and_kept(background: Background) -> None:
    told = Told()
    assert ended(background, "a", told.counting("a", 3)) == {"state": "done", "done": 3}
    assert ended(background, "a", told.counting("a", 3))["state"] == "done"
    assert told.steps == ["a"] * 3


def test_the_newest_wish_goes_first_and_what_is_only_compared_goes_last(
    background: Background, lock: threading.Lock
) -> None:
    told = Told()
    with lock:  # nothing begins before all three are asked for
        background.ask("first", told.counting("first", 2), FIRST)
        background.ask("beside", told.counting("beside", 2), FIRST, priority=1)
        background.ask("newest", told.counting("newest", 2), FIRST)
    wait_until(lambda: len(told.steps) == 6)
    rest = told.steps if told.steps[0] != "first" else told.steps[1:]  # the very first step had begun already
    assert rest.index("newest") < rest.index("first") < rest.index("beside")
    assert told.steps[-2:] == ["beside", "beside"]


def test_whoever_needs_the_networks_gets_them_between_two_steps(background: Background, lock: threading.Lock) -> None:
    told = Told()
    background.ask("long", told.counting("long", 10_000), FIRST)
    for _ in range(5):
        with lock:
            pass  # a person's question; it would wait for ever behind a lock that is taken again at once
    assert len(told.steps) < 10_000
    background.stop("long")


def test_what_is_no_longer_wanted_stops_at_its_next_step(background: Background) -> None:
    told = Told()
    begin = told.counting("a", 10_000)
    background.ask("a", begin, FIRST)
    background.stop("a")
    wait_until(lambda: background.ask("a", begin, FIRST)["state"] == "stopped")


def test_what_a_person_can_put_right_is_told_and_tried_again_later(background: Background, watch: Watch) -> None:
    tries: list[int] = []

    def begin(_should_stop: Callable[[], bool]) -> Iterator[Answer]:
        tries.append(1)
        raise DataError("These pictures are gone.", "Bring them in again.")
        yield FIRST

    answer = ended(background, "a", begin)
    assert answer == {
        "state": "failed",
        "done": 0,
        "message": "These pictures are gone.",
        "hint": "Bring them in again.",
    }
    assert len(tries) == 1
    watch.now += AGAIN_AFTER_SECONDS
    assert background.ask("a", begin, FIRST)["state"] != "done"
    wait_until(lambda: len(tries) == 2)


def test_a_fault_ends_its_work_alone(background: Background, capsys: pytest.CaptureFixture[str]) -> None:
    def begin(_should_stop: Callable[[], bool]) -> Iterator[Answer]:
        yield {"state": "running", "done": 1}
        raise ZeroDivisionError("by nought")

    answer = ended(background, "broken", begin)
    assert answer["state"] == "failed"
    assert "A fault in the program ended it (ZeroDivisionError: by nought)." in answer["message"]
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert ended(background, "sound", Told().counting("sound", 2))["state"] == "done"


def test_work_that_ends_without_a_word_counts_as_stopped(background: Background) -> None:
    assert ended(background, "mute", lambda _should_stop: iter(()))["state"] == "stopped"
