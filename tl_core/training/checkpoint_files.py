"""Checkpoints as files: each is whole or not there, and a damaged one is noticed. Knows no network and no state.

A checkpoint is a manifest `000012.json`, written last, that names its files with their SHA-256 and holds the numbers of
the state. The one before it stays until there are two newer ones, and one more may be pinned (the best epoch's).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tl_core.platform import atomic_write_json, fsync_folder

VERSION = 1
KEPT = 2  # the last one, and the one before it, should the last turn out to be damaged
BLOCK_BYTES = 1 << 20

Write = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`state` is JSON; `files` has the name of a file for each role, `sums` what each has to hold."""

    number: int
    state: dict[str, Any]
    files: dict[str, str]
    sums: dict[str, str] = field(default_factory=dict)


class CheckpointFolder:
    """Owns a folder of checkpoints. One writer at a time, any number of readers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sums: dict[str, str] = {}  # of files that were written or read here

    def save(
        self, state: Mapping[str, Any], parts: Mapping[str, Write | str], *, pinned: int | None = None
    ) -> Checkpoint:
        """A new checkpoint, durable when this returns. A part is what writes it, or the name of a file that is there.

        Raises OSError where the disk refuses; then the last one is still there.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        number, files = self.next_number, {}
        try:
            for role, part in parts.items():
                files[role] = part if isinstance(part, str) else self._written(f"{number:06d}-{role}.safetensors", part)
            fsync_folder(self.path)
            checkpoint = Checkpoint(number, dict(state), files, {name: self._sum(name) for name in files.values()})
            self._put(checkpoint)
        except OSError:
            self.sweep(pinned)
            raise
        self.sweep(pinned)
        return checkpoint

    def go_back_to(self, checkpoint: Checkpoint) -> Checkpoint:
        """Makes it the last one: the same files under a new number."""
        again = Checkpoint(self.next_number, checkpoint.state, checkpoint.files, checkpoint.sums)
        self._put(again)
        return again

    @property
    def next_number(self) -> int:
        return 1 + max(self._numbers(), default=0)

    def listed(self) -> Iterator[Checkpoint]:
        """Every checkpoint whose manifest is whole, the last first; its files were not looked at."""
        for number in sorted(self._numbers(), reverse=True):
            found = self._read(number)
            if found is not None:
                yield found

    def last_sound(self) -> tuple[Checkpoint | None, int]:
        """The last checkpoint that is whole to the last byte, and how many newer ones are damaged."""
        damaged = 0
        for number in sorted(self._numbers(), reverse=True):
            found = self._read(number)
            if found is not None and self.is_sound(found):
                return found, damaged
            damaged += 1
        return None, damaged

    def is_sound(self, checkpoint: Checkpoint) -> bool:
        """Whether every file holds what it held when it was written."""
        for name, wanted in checkpoint.sums.items():
            try:
                if sum_of(self.path / name) != wanted:
                    return False
            except OSError:
                return False
            self._sums[name] = wanted
        return True

    def discard_after(self, number: int) -> None:
        """Deletes the manifests that are newer: damaged ones, which must not push out the sound one before them."""
        for newer in self._numbers():
            if newer > number:
                self._delete(manifest_name(newer))

    def sweep(self, pinned: int | None = None) -> None:
        """Deletes what no kept checkpoint names: older ones, and what was left half done by one that was killed."""
        numbers = [found.number for found in self.listed()]
        kept = {*numbers[:KEPT], *([] if pinned is None else [pinned])}
        for number in self._numbers():
            if number not in kept:
                self._delete(manifest_name(number))
        names = {manifest_name(number) for number in kept}
        names |= {name for found in self.listed() if found.number in kept for name in found.files.values()}
        for entry in self._entries():
            if entry not in names:
                self._delete(entry)

    def _written(self, name: str, write: Write) -> str:
        """Writes a file under a temporary name, makes it durable, reads it once for its sum, and moves it."""
        temporary = self.path / f".{name}.{secrets.token_hex(6)}.tmp"
        try:
            write(temporary)
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
            self._sums[name] = sum_of(temporary)
            os.replace(temporary, self.path / name)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return name

    def _sum(self, name: str) -> str:
        if name not in self._sums:
            self._sums[name] = sum_of(self.path / name)
        return self._sums[name]

    def _put(self, checkpoint: Checkpoint) -> None:
        values: dict[str, Any] = {"version": VERSION, "number": checkpoint.number, "state": checkpoint.state}
        values |= {"files": checkpoint.files, "sums": checkpoint.sums}
        atomic_write_json(self.path / manifest_name(checkpoint.number), {**values, "own": own_sum(values)})

    def _read(self, number: int) -> Checkpoint | None:
        """None for a manifest that is damaged, or of a newer kind."""
        try:
            values = json.loads((self.path / manifest_name(number)).read_text("ascii"))
            own = values.pop("own")
            if own != own_sum(values) or values["version"] != VERSION or values["number"] != number:
                return None
            return Checkpoint(number, values["state"], values["files"], values["sums"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _numbers(self) -> list[int]:
        stems = [name[: -len(".json")] for name in self._entries() if name.endswith(".json")]
        return [int(stem) for stem in stems if stem.isdecimal()]

    def _entries(self) -> list[str]:
        try:
            return os.listdir(self.path)
        except FileNotFoundError:
            return []

    def _delete(self, name: str) -> None:
        self._sums.pop(name, None)
        with suppress(OSError):  # what cannot be deleted now is swept the next time
            (self.path / name).unlink(missing_ok=True)


def manifest_name(number: int) -> str:
    return f"{number:06d}.json"


def own_sum(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, allow_nan=False).encode("ascii")).hexdigest()


def sum_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
