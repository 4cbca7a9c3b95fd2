"""Where the assistant is found: its files in the workspace, its port and the token that it asks for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tl_core.jobs.liveness import ProcessIdentity
from tl_core.platform import atomic_write_json

CORE = Path(__file__).resolve().parents[1]
LINE_BYTES = 64 * 1024  # of a request; answers may be longer


@dataclass(frozen=True, slots=True)
class AssistantFiles:
    folder: Path

    @property
    def lock(self) -> Path:
        """Held by the assistant while it lives."""
        return self.folder / "assistant.lock"

    @property
    def starting(self) -> Path:
        """Held by the client that starts one, so that two do not."""
        return self.folder / "starting.lock"

    @property
    def address(self) -> Path:
        return self.folder / "address.json"

    @property
    def log(self) -> Path:
        return self.folder / "assistant.log"

    @property
    def reserve_log(self) -> Path:
        """What a worker in reserve prints before it has a run; nothing, unless it cannot start."""
        return self.folder / "reserve.log"


@dataclass(frozen=True, slots=True)
class Address:
    """The file is readable by its owner alone: who reads the token may ask for any picture's classes."""

    port: int
    token: str
    identity: ProcessIdentity
    code: str  # of the program that serves it: after an update another one is asked

    @classmethod
    def read(cls, path: Path) -> Address | None:
        """None where the file is missing or says nothing of use."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(values["port"]), str(values["token"]), ProcessIdentity(**values["identity"]), values["code"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        atomic_write_json(path, asdict(self), mode=0o600)


def code_stamp(folder: Path = CORE) -> str:
    """What changes when a file of the program is changed, added or removed; reads sizes and times alone."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        status = path.stat()
        digest.update(f"{path.relative_to(folder)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
