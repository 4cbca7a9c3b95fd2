"""Several folders, zips and tables as one source: equal names in two of them stay two files.

Folders stay where they are, below the folder that they share; archives are unpacked. It knows no class and no picture.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tl_core.data.counting import counted
from tl_core.data.entries import Entry, Listing
from tl_core.data.index import Finding, Skipped
from tl_core.data.limits import Limits
from tl_core.data.names import shown
from tl_core.data.sources import Source, open_source
from tl_core.errors import DataError


@dataclass(frozen=True, slots=True)
class Several:
    """`prefixes[i]` stands before every path of part i; entry k of the listing is `routes[k]`: part and its entry."""

    parts: tuple[Source, ...]
    prefixes: tuple[str, ...]
    listing: Listing
    routes: tuple[tuple[int, Entry], ...]
    root: str
    table: str = ""

    @property
    def path(self) -> Path:
        return Path(self.title)

    @property
    def title(self) -> str:
        more = f" and {len(self.parts) - 3} more" if len(self.parts) > 3 else ""
        return " + ".join(part.title for part in self.parts[:3]) + more

    @property
    def origin(self) -> str:
        return "\n".join(part.origin for part in self.parts)

    def local_path(self, entry: Entry) -> str | None:
        part, own = self.routes[entry.key]
        return self.parts[part].local_path(own)

    def unpack(self, entry: Entry) -> Iterator[bytes]:
        part, own = self.routes[entry.key]
        return self.parts[part].unpack(own)

    def fingerprint(self) -> str:
        return together([part.fingerprint() for part in self.parts])

    def close(self) -> None:
        for part in self.parts:
            part.close()


def together(fingerprints: Sequence[str]) -> str:
    """The fingerprint of several sources, from those of each."""
    return hashlib.sha256("\n".join(fingerprints).encode()).hexdigest()


def open_sources(paths: Sequence[Path], limits: Limits) -> Source:
    """One source of one or more paths. Raises DataError for all that cannot be used, at once."""
    if len(paths) == 1:
        return open_source(paths[0], limits)
    parts: list[Source] = []
    problems: list[DataError] = []
    for path in paths:
        try:
            parts.append(open_source(path, limits))
        except DataError as error:
            problems.append(error)
    try:
        if problems or not paths:
            raise _together(problems)
        _check_apart(parts)
        _check_count(parts, limits)
        return _several(parts)
    except BaseException:
        for part in parts:
            part.close()
        raise


def _several(parts: Sequence[Source]) -> Several:
    root, prefixes = _places(parts)
    entries: list[Entry] = []
    routes: list[tuple[int, Entry]] = []
    folders: list[str] = []
    refused: list[Skipped] = []
    findings: list[Finding] = []
    for number, (part, prefix) in enumerate(zip(parts, prefixes, strict=True)):
        for entry in part.listing.entries:
            entries.append(Entry(f"{prefix}/{entry.path}", entry.size, entry.modified_ns, len(routes)))
            routes.append((number, entry))
        folders += [f"{prefix}/{folder}" for folder in part.listing.folders]
        refused += [Skipped(f"{prefix}/{item.path}", item.reason) for item in part.listing.refused]
        findings += [prefixed(finding, prefix) for finding in part.listing.findings]
    listing = Listing(tuple(entries), tuple(folders), tuple(refused), tuple(findings))
    return Several(tuple(parts), tuple(prefixes), listing, tuple(routes), root)


def prefixed(finding: Finding, prefix: str) -> Finding:
    paths = tuple(f"{prefix}/{path}" for path in finding.paths)
    return Finding(finding.kind, finding.severity, finding.message, paths)


def _places(parts: Sequence[Source]) -> tuple[str, list[str]]:
    """The folder that all folders share, and what stands before the paths of each part: their way from there, or the
    archive's own name.
    """
    roots = [part.root for part in parts if part.root]
    shared = os.path.commonpath([os.path.dirname(root) for root in roots]) if roots else ""
    prefixes = [Path(os.path.relpath(part.root, shared)).as_posix() if part.root else "" for part in parts]
    taken = {prefix.casefold() for prefix in prefixes if prefix}
    for number, part in enumerate(parts):
        name, tries = shown(part.path.name), 1
        while not prefixes[number]:
            tried = name if tries == 1 else f"{name} ({tries})"
            tries += 1
            if tried.casefold() not in taken:
                taken.add(tried.casefold())
                prefixes[number] = tried
    return shared, prefixes


def _check_apart(parts: Sequence[Source]) -> None:
    """The same files twice would be counted twice, and a folder inside another one too."""
    for number, part in enumerate(parts):
        for other in parts[number + 1 :]:
            inside = part.root and other.root and _is_inside(part.root, other.root)
            if part.origin == other.origin or inside:
                raise DataError(
                    f"'{shown(part.path.name)}' and '{shown(other.path.name)}' hold the same files.",
                    "Give each one once.",
                )
    try:
        os.path.commonpath([part.root for part in parts if part.root] or ["/"])
    except ValueError:  # Windows: two drives
        raise DataError("The folders lie on different drives.", "Copy them to one drive, or zip one of them.") from None


def _is_inside(one: str, other: str) -> bool:
    shorter, longer = sorted((os.path.join(one, ""), os.path.join(other, "")), key=len)
    return longer.startswith(shorter)


def _check_count(parts: Sequence[Source], limits: Limits) -> None:
    count = sum(len(part.listing.entries) + len(part.listing.refused) for part in parts)
    if count > limits.entries:
        raise DataError(
            f"Together they hold {counted(count, 'file')}; at most {limits.entries:,} are taken.", "Send fewer."
        )


def _together(problems: Sequence[DataError]) -> DataError:
    if not problems:
        return DataError("Nothing was given.", "Give a folder, a zip or a table.")
    hints = dict.fromkeys(error.hint for error in problems)
    return DataError(" ".join(error.message for error in problems), " ".join(hints))
