"""Keeps one worker in reserve while a screen is in use: makes one, hands it over, makes the next, lets go at the end.

Knows processes; neither screens nor runs. While a training is under way none is made: loading torch takes seconds of
the cores that the training needs, and most of a gigabyte. Nor where memory is short (`reserve_room`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.reserve import Reserve, environment_mark

LOOK_SECONDS = 0.5
FAILED_AT_MOST = 3  # reserves that ended by themselves before anybody needed them: then there is no more of them


class ReserveKeeper:
    """Owns the reserve and a thread that looks after it; every method may be called from any thread.

    `make` starts a worker that waits, `may_make` tells whether now is a time for it.
    """

    def __init__(self, make: Callable[[], Reserve], may_make: Callable[[], bool]) -> None:
        self._make = make
        self._may_make = may_make
        self._environment = environment_mark()
        self._users: set[ProcessIdentity] = set()
        self._reserve: Reserve | None = None
        self._guard = threading.Lock()
        self._failed = 0
        self._is_closed = threading.Event()
        self._thread: threading.Thread | None = None

    def keep_for(self, user: ProcessIdentity) -> None:
        """The process `user` shows the screen: one worker is kept ready until it leaves or dies."""
        with self._guard:
            self._users.add(user)
            if self._thread is None and not self._is_closed.is_set():
                self._thread = threading.Thread(target=self._watch, name="reserve", daemon=True)
                self._thread.start()

    def leave(self, request: dict[str, Any]) -> None:
        """The process `user` shows the screen no more."""
        with self._guard:
            self._users.discard(ProcessIdentity.from_dict(request["user"]))
        self.look()

    def handed(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Who takes the run in `folder`, as a dict; None where nobody does. `environment`: see `hand`."""
        identity = self.hand(Path(request["folder"]), str(request["environment"]))
        return None if identity is None else asdict(identity)

    def waits_for(self, request: dict[str, Any]) -> bool:
        """Whether somebody with this `environment` could be handed a run now, loaded or not."""
        with self._guard:
            there = self._reserve is not None and self._reserve.waits
        return there and request["environment"] == self._environment

    def hand(self, folder: Path, environment: str) -> ProcessIdentity | None:
        """Who takes the run; None where nobody waits, or waits with another environment than the asking one's."""
        with self._guard:
            reserve = self._reserve
        if reserve is None or environment != self._environment:
            return None
        return reserve.hand(folder)

    @property
    def is_ready(self) -> bool:
        """Whether a run would begin at once."""
        with self._guard:
            return self._reserve is not None and self._reserve.waits and self._reserve.is_loaded

    @property
    def is_loading(self) -> bool:
        """Whether one is just getting ready, which keeps a core busy."""
        with self._guard:
            return self._reserve is not None and self._reserve.waits and not self._reserve.is_loaded

    def look(self) -> None:
        """One look: lets go where nobody uses it any more, makes one where there is none and now is a time for it."""
        with self._guard:
            self._users = {user for user in self._users if user.is_alive()}
            if not self._users or self._is_closed.is_set():
                unused, self._reserve = self._reserve, None
            else:
                unused = None
                if self._wants_another():
                    self._reserve = self._make()
        if unused is not None:
            unused.close()

    def close(self) -> None:
        """Lets go of a worker that waits; one that was handed a run goes on."""
        self._is_closed.set()
        self.look()

    def _wants_another(self) -> bool:
        if self._reserve is not None and self._reserve.waits:
            return False
        if self._reserve is not None and not self._reserve.was_handed:  # it died before anybody needed it
            self._reserve, self._failed = None, self._failed + 1
        if self._reserve is not None and not self._reserve.is_over:
            return False  # it is at work on its run
        return self._failed < FAILED_AT_MOST and self._may_make()

    def _watch(self) -> None:
        while not self._is_closed.wait(LOOK_SECONDS):
            self.look()
