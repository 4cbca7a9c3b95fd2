"""What a run reads first, made before anybody presses Train: as soon as pictures are there, behind everything else.

Knows requests, and when to give way; what is made, and under which keys, `training.preparing` knows. Nothing here
fetches weights.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tl_core.config import RunConfig
from tl_core.data.dataset import open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.jobs.background import Answer, Background
from tl_core.jobs.hint_requests import Request, changed, must_be_here, seeing, settings_of, splitting, staged_for
from tl_core.jobs.under_way import is_training
from tl_core.jobs.workspace import Workspace, own_cache_of

# Who presses Train as soon as the pictures are there shall not share the cores with work that the run does itself.
HEADSTART_SECONDS = 0.5
AFTER_ALL_OTHERS = 2  # nobody waits for it yet: what a person has asked for goes first
FIRST: Answer = {"state": "waiting", "message": "", "hint": "", "phase": "", "done": 0, "total": 0}


class Preparing:
    """Owns which work was begun for which dataset, so that pictures that have changed take the place of older ones."""

    def __init__(
        self, workspace: Workspace, background: Background, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._workspace = workspace
        self._background = background
        self._clock = clock
        self._begun: dict[str, str] = {}

    def prepare(self, request: Request) -> Answer:
        """{"state", "phase", "done", "total"} of `dataset` and `settings`, as far as it is.

        While a training is under way nothing is made, and what was begun stops within a batch: "stopped". Asked again
        later, it goes on from what was kept.
        """
        folder, settings = Path(request["dataset"]), settings_of(request)
        key = json.dumps(["prepare", str(folder), changed(folder), seeing(settings), splitting(settings)])
        before = self._begun.get(str(folder))
        if before is not None and before != key:
            self._background.stop(before)
        self._begun[str(folder)] = key
        return self._background.ask(
            key, lambda stop: self._making(folder, settings, stop), FIRST, priority=AFTER_ALL_OTHERS
        )

    def _making(self, folder: Path, settings: RunConfig, is_unwanted: Callable[[], bool]) -> Iterator[Answer]:
        def should_stop() -> bool:
            return is_unwanted() or is_training(self._workspace)

        begins = self._clock() + HEADSTART_SECONDS
        while self._clock() < begins and not should_stop():
            yield FIRST  # whoever wants something meanwhile gets it
        if should_stop():
            yield {**FIRST, "state": "stopped"}
            return
        must_be_here(settings)
        yield {**FIRST, "state": "running"}
        from tl_core.training.preparing import prepared
        from tl_core.training.workplace import Workplace

        dataset = open_dataset(folder)
        network, device = staged_for(settings, dataset)
        answer: dict[str, Any] = FIRST
        with DecoderPool() as decoder:
            cache = own_cache_of(folder) or self._workspace.cache
            place = Workplace(cache, decoder, device, should_stop, time.monotonic)
            for phase in prepared(settings, dataset, network, place):
                answer = {**FIRST, "phase": phase.name, "done": phase.done, "total": phase.total}
                yield {**answer, "state": "running"}
        yield {**answer, "state": "stopped" if should_stop() else "done"}
