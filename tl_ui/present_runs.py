"""The drawer's lines of runs, in words. Pure; imports no gradio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tl_core.backbones.catalogue import record_of
from tl_ui.present import run_name
from tl_ui.run_list import RunRow
from tl_ui.words import Words

FREEZES = ("all", "none")


def drawer_rows(words: Words, runs: Sequence[RunRow], dataset_names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Texts and numbers alone; the browser makes them into nodes."""
    return [_row(words, row, dataset_names.get(row.dataset, "")) for row in runs]


def called(runs: Sequence[RunRow], dataset_names: Mapping[str, str]) -> dict[str, str]:
    """What to call each run on the screen, by its identifier; two of one name are told apart by their identifiers."""
    names = {row.id: run_name(row.name, row.backbone, dataset_names.get(row.dataset, "")) for row in runs}
    uses = Counter(names.values())
    return {run: f"{name} ({run[:4]})" if uses[name] > 1 else name for run, name in names.items()}


def _row(words: Words, row: RunRow, pictures: str) -> dict[str, Any]:
    record = record_of(row.backbone)
    loss = row.loss
    return {
        "run": row.id,
        "name": run_name(row.name, row.backbone, pictures),
        "label": row.name,
        "note": row.note,
        "state": row.state,
        "sign": row.sign,
        "network": record.title if record else row.backbone,
        "backbone": row.backbone,
        "ice": words(f"ice.freeze_{row.freeze if row.freeze in FREEZES else 'some'}"),
        "pictures": pictures,
        "accuracy": row.accuracy,
        "low": row.accuracy_low,
        "high": row.accuracy_high,
        "created": row.created,
        "seconds": row.seconds,
        "why": words.sentences(words.said(loss.message), words.said(loss.hint)) if loss else "",
    }
