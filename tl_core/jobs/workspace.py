"""Where things lie: a workspace holds people, each with datasets and runs, and the caches. Knows paths alone."""

from __future__ import annotations

import base64
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from tl_core.errors import RunError

LOCAL_OWNER = "me"
OWN_CACHE = "cache"  # in a person's folder, where caches are each person's own
MACHINE_KINDS = ("layers", "speeds")  # of networks and this machine: nobody's own, and linked from there
IDENTIFIER = re.compile(r"^[a-z2-7]{26}\Z")
_OWNER = re.compile(r"^[a-z0-9]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Person:
    """What one person owns. Both folders exist."""

    owner: str
    folder: Path

    @property
    def datasets(self) -> Path:
        return self.folder / "datasets"

    @property
    def runs(self) -> Path:
        return self.folder / "runs"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder outside the program's own and outside every path that the screen's server hands out."""

    root: Path
    own_cache: Path | None = None

    def person(self, owner: str = LOCAL_OWNER, *, has_own_cache: bool = False) -> Person:
        """The folders of `owner`, made where they are missing; what they cache may be kept among them.

        Raises RunError where the workspace cannot be written to, ValueError for a name that is none of ours.
        """
        if not _OWNER.match(owner):
            raise ValueError(f"'{owner}' is no owner's name")
        person = Person(owner, self.root / "people" / owner)
        try:
            person.datasets.mkdir(parents=True, exist_ok=True)
            person.runs.mkdir(parents=True, exist_ok=True)
            if has_own_cache and not (person.folder / OWN_CACHE).is_dir():
                self._make_own_cache(person.folder / OWN_CACHE)
        except OSError as error:
            raise RunError(
                f"The workspace '{self.root}' cannot be used: {error.strerror} ('{error.filename}').",
                "Choose another folder with --workspace or THAW_WORKSPACE, or put its permissions right.",
            ) from error
        return person

    @property
    def cache(self) -> Path:
        """Decoded pictures, features and stage tables, keyed by content; can be deleted at any time."""
        return self.own_cache or self.root / "cache"

    def _make_own_cache(self, cache: Path) -> None:
        """Whole at once: whether it is there decides where a worker reads and writes."""
        made = cache.with_name(f".{OWN_CACHE}-{secrets.token_hex(6)}")
        made.mkdir(mode=0o700)
        for kind in MACHINE_KINDS:
            shared = self.root / "cache" / kind
            shared.mkdir(parents=True, exist_ok=True)
            (made / kind).symlink_to(shared.absolute(), target_is_directory=True)
        try:
            made.rename(cache)
        except OSError:  # another process was first
            shutil.rmtree(made)

    @property
    def assistant(self) -> Path:
        """Where the assistant keeps its lock, its address and its log."""
        return self.root / "assistant"

    @property
    def queue(self) -> Path:
        """What the queue of trainings keeps beside the tickets in the runs' folders."""
        return self.root / "queue"


def default_root(environment: Mapping[str, str] = os.environ) -> Path:
    """THAW_WORKSPACE, or the folder that this system keeps a person's data in."""
    named = environment.get("THAW_WORKSPACE", "").strip()
    return Path(named).expanduser() if named else platformdirs.user_data_path("thaw")


def workspace_of(folder: Path) -> Workspace:
    """The workspace that a run's or a dataset's folder lies in: ROOT/people/OWNER/(runs|datasets)/ID."""
    return Workspace(folder.parents[3], own_cache_of(folder))


def own_cache_of(folder: Path) -> Path | None:
    """The cache of whoever owns this run or dataset, where it is theirs alone."""
    cache = folder.parents[1] / OWN_CACHE
    return cache if cache.is_dir() else None


def new_identifier() -> str:
    """26 of a-z and 2-7: 128 random bits, so that nobody guesses another's."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
