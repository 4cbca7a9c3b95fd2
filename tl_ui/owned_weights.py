"""Weights files that one owner brought, and where a training starts from. Knows no HTTP and reads no tensor.

A file lies in a folder called by an identifier of ours, under the name that the person gave it: whoever speaks of it
later, a run's worker too, calls it by that name.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from tl_core.backbones.weights_file import ENDINGS, SAFE
from tl_core.errors import DataError
from tl_core.jobs.workspace import IDENTIFIER, Person, new_identifier
from tl_ui.guard import NotFoundError
from tl_ui.owned_runs import Assistant

MOST_BYTES = 4 * 2**30  # the largest recommended network weighs a tenth of this
NO_NAME = re.compile(r'[<>:"/\\|?*]')  # what some system allows in no file's name
LONGEST_STEM = 200  # bytes; systems take names of 255


@dataclass(frozen=True, slots=True)
class OwnWeights:
    """`id` is what the choices keep."""

    id: str
    name: str


class OwnedWeights:
    """One owner's `weights/`. Where others can reach this server it takes safetensors alone: they carry no code."""

    def __init__(self, person: Person, assistant: Assistant, *, shared: bool) -> None:
        self._folder = person.folder / "weights"
        self._assistant = assistant
        self._shared = shared

    def check_name(self, name: str) -> None:
        """Raises DataError for what is no weights file."""
        allowed = SAFE if self._shared else ENDINGS
        if Path(name).suffix.lower() not in allowed:
            raise DataError(
                f"'{name}' is no weights file that can be used here.",
                f"Bring a file that ends in {' or '.join(allowed[:2])}.",
            )

    def keep(self, uploaded: Path, name: str, backbone: str) -> OwnWeights:
        """Moves an upload to its place. Raises WeightsError, and keeps nothing, where it does not fit `backbone`."""
        self.check_name(name)
        folder = self._folder / new_identifier()
        folder.mkdir(mode=0o700, parents=True)
        kept = folder / _harmless(name)
        try:
            uploaded.replace(kept)
            self._assistant.call("check_weights", backbone=backbone, weights=kept)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return OwnWeights(folder.name, kept.name)

    def path(self, identifier: str) -> Path:
        """Raises NotFoundError for what is no identifier, is not there, or is somebody else's."""
        found = self._found(identifier)
        if found is None:
            raise NotFoundError("The weights file is not here any more.", "Bring it again on the Network tab.")
        return found

    def name(self, identifier: str) -> str:
        """What the person called it; empty where it is gone."""
        found = self._found(identifier)
        return found.name if found else ""

    def identifier_of(self, path: str) -> str:
        """The identifier of a path that a run of ours was made with, and of nothing else."""
        folder = Path(path).parent
        found = self._found(folder.name) if folder.parent == self._folder else None
        return folder.name if found == Path(path) else ""

    def _found(self, identifier: str) -> Path | None:
        if not IDENTIFIER.match(identifier):
            return None
        files = (self._folder / identifier).glob("*")
        return next((path for path in files if path.suffix.lower() in ENDINGS), None)


def _harmless(name: str) -> str:
    """The same name, but for letters that no file's name may hold here or elsewhere."""
    path = Path(NO_NAME.sub("-", name))
    return path.stem.encode("utf-8", "ignore")[:LONGEST_STEM].decode("utf-8", "ignore") + path.suffix
