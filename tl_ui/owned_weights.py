"""Weights files that one owner brought, and where a training starts from. Knows no HTTP and reads no tensor.

A file is called by an identifier of ours; what the person called it is kept beside it, to be shown.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from tl_core.errors import DataError, RunError
from tl_core.jobs.workspace import IDENTIFIER, Person, new_identifier
from tl_core.platform import atomic_write_json

SAFE_ENDINGS = (".safetensors",)
ENDINGS = (*SAFE_ENDINGS, ".pth", ".pt", ".bin")
MOST_BYTES = 4 * 2**30  # the largest recommended network weighs a tenth of this
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class OwnWeights:
    """`id` is what the choices keep."""

    id: str
    name: str


class OwnedWeights:
    """One owner's `weights/`. Where others can reach this server it takes safetensors alone: they carry no code."""

    def __init__(self, person: Person, *, shared: bool) -> None:
        self._folder = person.folder / "weights"
        self._shared = shared

    def check_name(self, name: str) -> str:
        """The ending that a file of this name is kept with; raises DataError for what is no weights file."""
        ending = Path(name).suffix.lower()
        allowed = SAFE_ENDINGS if self._shared else ENDINGS
        if ending not in allowed:
            raise DataError(
                f"'{name[:LONGEST_NAME]}' is no weights file that can be used here.",
                f"Bring a file that ends in {' or '.join(allowed[:2])}.",
            )
        return ending

    def keep(self, uploaded: Path, name: str) -> OwnWeights:
        """Moves an upload to its place."""
        ending = self.check_name(name)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        identifier = new_identifier()
        uploaded.replace(self._folder / f"{identifier}{ending}")
        atomic_write_json(self._folder / f"{identifier}.json", {"name": name[:LONGEST_NAME]})
        return OwnWeights(identifier, name[:LONGEST_NAME])

    def path(self, identifier: str) -> Path:
        """Raises RunError for what is no identifier, is not there, or is somebody else's."""
        if IDENTIFIER.match(identifier):
            for ending in ENDINGS:
                if (self._folder / f"{identifier}{ending}").is_file():
                    return self._folder / f"{identifier}{ending}"
        raise RunError("The weights file is not here any more.", "Bring it again on the Network tab.")

    def name(self, identifier: str) -> str:
        """What the person called it; empty where it is gone."""
        try:
            values = json.loads((self._folder / f"{identifier}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return ""
        return str(values.get("name", "")) if IDENTIFIER.match(identifier) else ""

    def identifier_of(self, path: str) -> str:
        """The identifier of a path that a run of ours was made with, and of nothing else."""
        found = Path(path)
        known = re.fullmatch(IDENTIFIER.pattern, found.stem) and found.parent == self._folder
        return found.stem if known and found.is_file() else ""
