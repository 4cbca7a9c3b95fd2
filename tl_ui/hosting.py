"""What a hosted server does by itself while it runs: erase what is old, hold people to their minutes, keep a demo.

Knows no request. Nothing of it happens on one's own machine.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tl_core.jobs.stopping import request_stop
from tl_ui.demo import DEMO_OWNER, start_demo
from tl_ui.sweeper import HOUR, Sweeper

if TYPE_CHECKING:
    from tl_ui.services import Services


class Hosting:
    """Begins with `open` and ends with `close`; both do nothing where there are no quotas."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sweeper: Sweeper | None = None
        self._closing = threading.Event()

    def open(self) -> None:
        services, quotas = self._services, self._services.settings.quotas
        if quotas is None:
            return
        self._sweeper = Sweeper(services.workspace, quotas.keep_hours * HOUR, spared=(DEMO_OWNER,))
        self._sweeper.start(self.hold_to_quotas)
        if services.settings.has_demo:
            start_demo(services.datasets(DEMO_OWNER), services.runs(DEMO_OWNER), self._closing)

    def hold_to_quotas(self) -> None:
        """What no single request decides: the disk of all together, and trainings that take too long."""
        allowances = self._services.allowances
        allowances.look_at_disk()
        for run in allowances.past_their_time():
            request_stop(run)

    def close(self) -> None:
        self._closing.set()
        if self._sweeper is not None:
            self._sweeper.close()
