"""When Train is pressed in the benchmark of the first model, with a screen that only takes notes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import first_model
from benchmarks.first_model import SCREEN_AGAIN, SCREEN_AT_ONCE, goals_of, on_the_screen
from benchmarks.pressing import Waited, note, waited


class Notes:
    """What a person does at the screen, in order."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def noted(*_given: Any) -> Waited:
            self.done.append(name)
            return Waited(0.5, 1.0, {})

        return noted


def test_one_press_follows_a_run_at_once_and_the_others_find_a_worker_in_reserve(tmp_path: Path) -> None:
    notes = Notes()

    @contextmanager
    def served(_workspace: Path) -> Iterator[Any]:
        yield notes

    before: dict[str, list[str]] = {}
    for name, _ in on_the_screen(tmp_path, served):
        before[name] = notes.done[:-1]
        assert notes.done[-1] == "trained"
        notes.done.clear()
    assert before[SCREEN_AT_ONCE] == []
    assert before.pop(SCREEN_AT_ONCE) is not None
    assert all("ready" in done for done in before.values())
    assert first_model.OTHER_HEAD != first_model.THIRD_HEAD


def test_the_press_at_once_has_a_goal_of_its_own() -> None:
    quick, slow = Waited(0.4, 0.6, {}), Waited(5.5, 6.0, {})
    again, at_once = goals_of({SCREEN_AGAIN: quick, SCREEN_AT_ONCE: slow})
    assert (again.is_met, at_once.is_met, at_once.measured) == (True, False, "5.50 s")
    assert at_once.what.endswith("pressed at once after the run")


def test_without_a_word_of_the_model_its_result_is_the_first_one() -> None:
    times: dict[str, float] = {}
    for moment, said in enumerate(({"kind": "planned"}, {"kind": "phase", "name": "head"}, {"kind": "finished"})):
        note(times, said, float(moment))
    assert waited(times) == Waited(2.0, 2.0, {"planned": 0.0, "phase head": 1.0, "finished": 2.0})
    assert waited({**times, "model_ready": 1.5}).model == 1.5
