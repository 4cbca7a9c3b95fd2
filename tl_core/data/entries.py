"""One file that was sent, and the list of them. Values only, shared by folders and archives."""

from __future__ import annotations

from dataclasses import dataclass

from tl_core.data.index import Finding, Skipped


@dataclass(frozen=True, slots=True)
class Entry:
    """`path` relative, with '/'; `key` is the archive's own number of the entry (two may share a path)."""

    path: str
    size: int
    modified_ns: int
    key: int


@dataclass(frozen=True, slots=True)
class Listing:
    """entries + refused is every file that was sent; `folders` are listed for those that turn out empty."""

    entries: tuple[Entry, ...]
    folders: tuple[str, ...]
    refused: tuple[Skipped, ...]
    findings: tuple[Finding, ...] = ()
