"""What one owner takes away of a run: exports that a worker makes and tests. Knows no HTTP.

`bundle.zip` of a run is there at once: it packs the very files that answer on the screen. An export here has
model.onnx, a script that needs no Thaw and a card as well, and is handed out only after a fresh process answered as the
run does.
"""

from __future__ import annotations

from pathlib import Path

from tl_core.jobs.exports import ExportView, begin_export, export_view
from tl_ui.guard import NotFoundError
from tl_ui.owned_runs import OwnedRuns


class OwnedExports:
    """The exports of one owner's runs."""

    def __init__(self, runs: OwnedRuns) -> None:
        self._runs = runs

    def view(self, run: str, to: str) -> ExportView:
        """Where it stands; "none" until somebody begins it. Raises RunError while the run has no model."""
        self._runs.model(run)
        return export_view(self._runs.run(run), to)

    def begin(self, run: str, to: str, *, samples: bool) -> ExportView:
        """Starts a worker; one that is under way or done stays as it is."""
        self._runs.model(run)
        return begin_export(self._runs.own(run), to, samples=samples)

    def file(self, run: str, to: str) -> Path:
        """Raises NotFoundError until there is one that passed its self-test."""
        view = self.view(run, to)
        if view.file is None:
            raise NotFoundError("This export is not ready.", "Begin it, and wait until it is.")
        return view.file
