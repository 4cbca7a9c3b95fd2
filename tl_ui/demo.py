"""The finished training that a hosted demo opens with: made once by the server, read by all, changed by nobody.

It is owned like any other, by an owner that no visitor can be. Knows no HTTP and no component.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from tl_core.config import RunConfig
from tl_core.errors import UserError
from tl_core.jobs.liveness import ENDED
from tl_ui.owned_datasets import OwnedDatasets
from tl_ui.owned_runs import OwnedRuns

DEMO_OWNER = "demo"  # visitors' have 26 letters
SAMPLE = "garden"
LOOK_SECONDS = 1.0

log = logging.getLogger("thaw")


def make_demo(datasets: OwnedDatasets, runs: OwnedRuns, wait: Callable[[float], bool]) -> None:
    """Has the sample read and a training of it run, unless one has finished already; returns when it has started.

    `wait` waits so many seconds and says whether the server closes.
    """
    rows = runs.rows()
    if any(row.state not in ENDED or row.state == "finished" for row in rows):
        return
    for row in rows:  # what a server that was killed left
        runs.delete(row.id)
    dataset = datasets.start_sample(SAMPLE)
    while datasets.view(dataset)["state"] not in ENDED:
        if wait(LOOK_SECONDS):
            return
    runs.start(datasets.ready(dataset), RunConfig(name="Demo"))


def start_demo(datasets: OwnedDatasets, runs: OwnedRuns, closing: threading.Event) -> None:
    """In a thread of its own: the page answers meanwhile, and opens empty until it is there."""

    def make() -> None:
        try:
            make_demo(datasets, runs, closing.wait)
        except (OSError, UserError) as error:
            log.warning("the demo could not be made: %s", error)

    threading.Thread(target=make, name="demo", daemon=True).start()
