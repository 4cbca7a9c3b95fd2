"""The whole catalogue as the page lists it: one row for each network, the recommended first. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tl_core.backbones.here import weights_are_here
from tl_core.backbones.record import BackboneRecord


def catalogue_rows(records: Sequence[BackboneRecord]) -> list[dict[str, Any]]:
    """`rank` is the order that they were given in; what nobody published is None."""
    return [
        {
            "name": record.name,
            "title": record.title,
            "family": record.family,
            "parameters": record.parameters,
            "gmacs": record.gmacs,
            "top1": record.imagenet_top1,
            "megabytes": record.download_megabytes,
            "licence": record.licence,
            "size": record.image_size,
            "here": weights_are_here(record),
            "recommended": record.recommended,
            "rank": rank,
        }
        for rank, record in enumerate(records)
    ]
