"""Zips of photos whose kinds nobody knows yet, as one list of files to be read. Knows no class and no answer.

What was dropped comes as one zip or several; the paths inside are those that the person sees. Nothing in an archive is
trusted (`archives.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tl_core.data.archives import open_zip
from tl_core.data.copies import free_path
from tl_core.data.entries import Entry, Listing
from tl_core.data.layout import Layout, Place
from tl_core.data.limits import Limits
from tl_core.data.names import is_system
from tl_core.data.several import Several
from tl_core.data.sources import Source


def open_photos(zips: Sequence[Path], limits: Limits) -> Source:
    """Raises DataError for what is no zip, and for one that is built to overwhelm."""
    parts: list[Source] = []
    try:
        for path in zips:
            parts.append(open_zip(path, limits))
    except BaseException:
        for part in parts:
            part.close()
        raise
    return parts[0] if len(parts) == 1 else _together(parts)


def plan_of_photos(listing: Listing) -> Layout:
    """Every file is to be read, whatever lies around it; a system's own are passed over."""
    places = tuple(None if is_system(entry.path) else Place("", None) for entry in listing.entries)
    return Layout(places, ())


def _together(parts: Sequence[Source]) -> Several:
    """Their files in one list; of two with one path, the later one gets a number."""
    entries: list[Entry] = []
    routes: list[tuple[int, Entry]] = []
    taken: set[str] = set()
    for number, part in enumerate(parts):
        for entry in part.listing.entries:
            path = free_path(entry.path, taken.__contains__)
            taken.add(path)
            entries.append(Entry(path, entry.size, entry.modified_ns, len(routes)))
            routes.append((number, entry))
    refused = tuple(item for part in parts for item in part.listing.refused)
    return Several(tuple(parts), ("",) * len(parts), Listing(tuple(entries), (), refused), tuple(routes), "")
