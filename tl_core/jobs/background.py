"""Work that takes seconds while a person looks on: done step by step, the newest wish first, its answer kept.

Knows neither networks nor pictures: a piece of work is an iterator of answers, each better than the one before. Between
two steps whoever asks the assistant directly goes first.
"""

from __future__ import annotations

import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from tl_core.errors import UserError
from tl_core.processes import lower_thread_priority

Answer = dict[str, Any]
Begin = Callable[[Callable[[], bool]], Iterator[Answer]]
NICENESS = 12  # steps below the assistant's own, as a training's worker has 3: it gets most of the machine
UNDER_WAY_AT_MOST = 6  # each holds a network in memory
ANSWERS_KEPT = 64
AGAIN_AFTER_SECONDS = 10.0  # what failed is tried once more when somebody still asks for it then
GIVING_WAY_SECONDS = 0.005  # a lock that is let go and taken again at once never reaches those who wait for it
ENDED = ("done", "stopped", "failed")


@dataclass(slots=True)
class Task:
    """`answer` is the last that its iterator gave, with "state" in it. `wish` rises with every time it is asked for."""

    key: str
    begin: Begin
    answer: Answer
    priority: int
    wish: int
    steps: Iterator[Answer] | None = None
    is_wanted: bool = True
    ended: float = field(default=0.0)

    @property
    def is_under_way(self) -> bool:
        return self.answer["state"] not in ENDED


class Background:
    """Owns one thread of low priority and the tasks; every method may be called from any thread."""

    def __init__(
        self, one_at_a_time: AbstractContextManager[Any], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._one_at_a_time = one_at_a_time
        self._clock = clock
        self._tasks: OrderedDict[str, Task] = OrderedDict()
        self._guard = RLock()
        self._thread = ThreadPoolExecutor(1, "background", initializer=lower_thread_priority, initargs=(NICENESS,))
        self._is_stepping = False
        self._is_closed = False
        self._wishes = 0

    def ask(self, key: str, begin: Begin, first: Answer, *, priority: int = 0) -> Answer:
        """The answer so far; the work begins where nobody asked before. A lower `priority` goes first.

        `begin` gets a function that tells whether to stop, and its answers need "state"; `first` is the answer before
        the first step.
        """
        with self._guard:
            self._wishes += 1
            task = self._tasks.get(key)
            if task is None or self._deserves_another_try(task):
                task = Task(key, begin, first, priority, self._wishes)
                self._tasks[key] = task
                self._drop_old()
            task.priority, task.wish = min(priority, task.priority), self._wishes
            self._tasks.move_to_end(key)
            self._go_on()
            return task.answer

    def stop(self, key: str) -> None:
        """The work is asked to stop at its next step and keeps what it has."""
        with self._guard:
            if key in self._tasks:
                self._tasks[key].is_wanted = False

    def close(self) -> None:
        """Ends after the step under way."""
        with self._guard:
            self._is_closed = True
            for task in self._tasks.values():
                task.is_wanted = False
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _deserves_another_try(self, task: Task) -> bool:
        if task.is_under_way or task.answer["state"] == "done":
            return False
        return self._clock() - task.ended >= AGAIN_AFTER_SECONDS

    def _drop_old(self) -> None:
        under_way = [task for task in self._tasks.values() if task.is_under_way]
        for task in under_way[: max(0, len(under_way) - UNDER_WAY_AT_MOST)]:
            task.is_wanted = False
        while len(self._tasks) > ANSWERS_KEPT:
            _key, dropped = self._tasks.popitem(last=False)
            dropped.is_wanted = False

    def _go_on(self) -> None:
        """Hands the most wanted task's next step to the thread, unless one is under way there."""
        waiting = [task for task in self._tasks.values() if task.is_under_way]
        if self._is_stepping or self._is_closed or not waiting:
            return
        self._is_stepping = True
        task = min(waiting, key=lambda task: (task.is_wanted, task.priority, -task.wish))
        self._thread.submit(self._step, task).add_done_callback(lambda step: self._stepped(task, step))

    def _step(self, task: Task) -> Answer | None:
        """The next answer, None after the last one."""
        time.sleep(GIVING_WAY_SECONDS)
        if task.steps is None and not task.is_wanted:
            return None
        with self._one_at_a_time:
            if task.steps is None:
                task.steps = task.begin(lambda: not task.is_wanted)
            return next(task.steps, None)

    def _stepped(self, task: Task, step: Future[Answer | None]) -> None:
        """Keeps what came of a step: an answer, the end, or what went wrong in words."""
        error = None if step.cancelled() else step.exception()
        with self._guard:
            self._is_stepping = False
            if error is not None:
                task.answer = {**task.answer, "state": "failed", **_in_words(error)}
            elif (answer := None if step.cancelled() else step.result()) is not None:
                task.answer = answer
            elif task.is_under_way:  # its iterator ended without a word
                task.answer = {**task.answer, "state": "stopped"}
            if not task.is_under_way:
                task.steps, task.ended = None, self._clock()
            self._go_on()


def _in_words(error: BaseException) -> Answer:
    if isinstance(error, UserError):
        return {"message": error.message, "hint": error.hint}
    traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}".strip().rstrip(":")
    return {"message": f"A fault in the program ended it ({what}).", "hint": "The details are in the assistant's log."}
