"""What a run tells an export's card about its pictures and its training. Reads a run's folder; torch-free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tl_core.backbones.catalogue import record_of
from tl_core.data.dataset import open_dataset
from tl_core.data.split_file import read_split_csv
from tl_core.errors import UserError
from tl_core.export.card import TITLE, CardFacts
from tl_core.export.model_config import ModelConfig
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.view import read_view


def card_facts(
    run: RunDir, config: ModelConfig, *, files: Mapping[str, str], checks: tuple[str, ...], has_onnx: bool
) -> CardFacts:
    """What is not known stays empty: a card says so."""
    licence, source = licence_and_source(config.backbone)
    return CardFacts(
        title=_title(run),
        data=_data_name(run),
        counts=split_counts(run),
        plan=_plan(run),
        licence=licence,
        source=source,
        files=files,
        checks=checks,
        has_onnx=has_onnx,
    )


def licence_and_source(backbone: str) -> tuple[str, str]:
    """Of the pretrained weights, as the catalogue has them; "" for what it does not know."""
    record = record_of(backbone)
    return (record.licence, record.source) if record else ("", "")


def split_counts(run: RunDir) -> dict[str, dict[str, int]]:
    """Pictures of each class by side, in the order of split.csv; empty where the run has none."""
    counts: dict[str, dict[str, int]] = {}
    try:
        rows = read_split_csv(run.split_file)
    except UserError:
        return counts
    for row in rows:
        own = counts.setdefault(row.label, {})
        own[row.split] = own.get(row.split, 0) + 1
    return dict(sorted(counts.items()))


def _plan(run: RunDir) -> dict[str, Any]:
    return read_view(run.path).plan or {}


def _title(run: RunDir) -> str:
    try:
        return run.label.name or TITLE
    except UserError:
        return TITLE


def _data_name(run: RunDir) -> str:
    try:
        return open_dataset(run.dataset_folder).name
    except (UserError, OSError):
        return ""
