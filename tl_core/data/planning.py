"""Decides how a source tells kinds: by its folders, its file names or a table. It opens tables and no picture."""

from __future__ import annotations

from tl_core.data.layout import Layout, Place, plan_layout
from tl_core.data.limits import Limits
from tl_core.data.names import shown
from tl_core.data.sources import Source
from tl_core.errors import DataError


def plan_of(source: Source, limits: Limits) -> Layout:
    """A place for every entry. Raises DataError for more kinds than are taken."""
    plan = plan_layout([entry.path for entry in source.listing.entries])
    kinds = len({place.label for place in plan.places if isinstance(place, Place)})
    if kinds > limits.classes:
        raise DataError(
            f"'{shown(source.path.name)}' has {kinds:,} kinds; at most {limits.classes:,} are taken.",
            "Bring fewer kinds, or join some.",
        )
    return plan
