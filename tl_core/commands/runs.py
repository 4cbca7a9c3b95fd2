"""`python -m tl_core runs`: every run of the workspace, the newest first. Reads journals; starts nothing."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from tl_core.data.names import shown
from tl_core.errors import UserError
from tl_core.jobs.journal import last_record
from tl_core.jobs.liveness import state_of
from tl_core.jobs.rundir import RunDir, list_runs
from tl_core.jobs.waits import Wait, waits
from tl_core.jobs.workspace import Workspace

RESULT_FIELDS = ("accuracy", "accuracy_low", "accuracy_high", "measured_on", "images")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object a run")


def run(arguments: argparse.Namespace) -> int:
    workspace = Workspace(arguments.workspace)
    runs = workspace.person().runs
    waiting = waits(workspace, runs)
    rows = [row_of(found, waiting.get(found.id)) for found in list_runs(runs)]
    if arguments.json:
        for row in rows:
            print(json.dumps(row))
    elif rows:
        print("\n".join(table(rows)))
    else:
        print("There are no runs yet. `python -m tl_core train DATA` makes one.")
    return 0


def row_of(found: RunDir, wait: Wait | None = None) -> dict[str, Any]:
    """What is known of a run; a value that is not known is None, and `problem` says why.

    `before` and `wait_seconds`: how many have to end before one that waits, and about how long that takes.
    """
    state = state_of(found.path)
    ending = last_record(found.journal) if state in ("finished", "stopped") else None
    forced = (ending or {}).get("forced", False)
    result = (ending or {}).get("result") or {}
    row: dict[str, Any] = {"run": str(found.path), "id": found.id, "state": state, "backbone": None, "name": None}
    row |= {name: result.get(name) for name in RESULT_FIELDS}
    row |= {"freeze": None, "started": None, "seconds": (ending or {}).get("seconds"), "problem": None}
    row |= {"forced": forced, "before": wait and wait.before, "wait_seconds": wait and wait.seconds}
    try:
        config = found.config
        row |= {"backbone": config.backbone, "freeze": config.freeze}
        row |= {"started": found.created, "name": found.label.name}
    except UserError as error:
        row["problem"] = error.message
    return row


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Lines with columns as wide as their longest value."""
    cells = [("RUN", "STATE", "ACCURACY", "BACKBONE", "FREEZE", "STARTED", "NAME"), *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    accuracy = "" if row["accuracy"] is None else f"{row['accuracy'] * 100:.1f} %"
    started = "" if row["started"] is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(row["started"]))
    name = shown(row["name"] or row["problem"] or "")
    state = f"{row['state']} ({row['before']} before it)" if row["before"] else row["state"]
    state = "stopped (forced)" if row["forced"] else state
    return (row["id"], state, accuracy, row["backbone"] or "?", row["freeze"] or "?", started, name)
