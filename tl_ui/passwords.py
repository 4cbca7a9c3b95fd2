"""Names and passwords in a file, for `--auth FILE`: `python -m tl_ui.passwords FILE NAME` asks for one and adds it.

A line is `NAME:SALT:HASH`, scrypt in base64. Knows no workspace; the edge asks it.
"""

from __future__ import annotations

import base64
import binascii
import getpass
import hashlib
import hmac
import os
import re
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tl_core.errors import ConfigError, UserError
from tl_core.platform import atomic_write_bytes
from tl_ui.windows import Window

NAME = re.compile(r"[\w.@-]{1,60}")
SHORTEST = 8
LONGEST_HEADER = 1000
COST = {"n": 2**14, "r": 8, "p": 1, "maxmem": 2**26}  # OWASP's least for scrypt at 16 MB; about 50 ms
FAILURES_A_MINUTE = 30
KNOWN_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Hashed:
    salt: bytes
    digest: bytes


class Passwords:
    """Who may come in. A right answer is remembered as its keyed digest, since a page asks hundreds of times."""

    def __init__(self, known: dict[str, Hashed], clock: Callable[[], float] = time.monotonic) -> None:
        self._known = known
        self._key = secrets.token_bytes(32)
        self._right: set[bytes] = set()
        self._failures = Window(60.0, clock)

    @classmethod
    def read(cls, path: Path) -> Passwords:
        """Raises ConfigError with the line that is wrong."""
        return cls(read_file(path))

    def remembered(self, header: str) -> str | None:
        """As `name_of`, at once, where it was right before."""
        return _credentials(header)[0] if self._mark(header) in self._right else None

    def name_of(self, header: str) -> str | None:
        """Who an Authorization header (HTTP Basic) belongs to; None for nobody, or after too many failures."""
        name, password = _credentials(header)
        known = self._known.get(name)
        if known is None or self._failures.total(name) >= FAILURES_A_MINUTE:
            return None
        if not hmac.compare_digest(hashed(password, known.salt).digest, known.digest):
            self._failures.add(name)
            return None
        if len(self._right) < KNOWN_KEPT:
            self._right.add(self._mark(header))
        return name

    def _mark(self, header: str) -> bytes:
        return hmac.digest(self._key, header.encode("utf-8", "surrogateescape"), "sha256")


def hashed(password: str, salt: bytes) -> Hashed:
    return Hashed(salt, hashlib.scrypt(password.encode(), salt=salt, **COST))


def read_file(path: Path) -> dict[str, Hashed]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise ConfigError(f"The file of passwords '{path}' cannot be read ({error}).", HOW) from error
    found = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            name, _, rest = line.strip().partition(":")
            salt, _, digest = rest.partition(":")
            try:
                found[name] = Hashed(base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True))
            except binascii.Error:
                found[name] = Hashed(b"", b"")
            if not NAME.fullmatch(name) or not found[name].salt or len(found[name].digest) != 64:
                raise ConfigError(f"Line {number} of '{path}' is no name with a password.", HOW)
    if not found:
        raise ConfigError(f"The file of passwords '{path}' names nobody.", HOW)
    return found


HOW = "Add people with: python -m tl_ui.passwords FILE NAME"


def add(path: Path, name: str, password: str) -> None:
    """Writes a line for a name, in place of its old one. Raises ConfigError for what is no name or too short."""
    if not NAME.fullmatch(name):
        raise ConfigError(f"'{name}' is no name for a login.", "Use up to 60 letters, digits, dots, hyphens and @.")
    if len(password) < SHORTEST:
        raise ConfigError(f"The password has {len(password)} characters.", f"Take {SHORTEST} or more.")
    kept = read_file(path) if path.exists() else {}
    kept[name] = hashed(password, secrets.token_bytes(16))
    lines = [f"{who}:{_text(one.salt)}:{_text(one.digest)}\n" for who, one in kept.items()]
    atomic_write_bytes(path, "".join(lines).encode(), mode=0o600)


def _credentials(header: str) -> tuple[str, str]:
    """Name and password; both empty where the header holds none."""
    scheme, _, content = header.partition(" ")
    if scheme.lower() != "basic" or len(header) > LONGEST_HEADER:
        return "", ""
    try:
        name, _, password = base64.b64decode(content.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return name, password


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def main(words: list[str]) -> int:
    if len(words) != 2:
        print(HOW, file=sys.stderr)
        return 2
    given = os.environ.get("THAW_PASSWORD")
    try:
        add(Path(words[0]), words[1], given if given is not None else getpass.getpass(f"Password of {words[1]}: "))
    except UserError as error:
        print(f"{error.message} {error.hint}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
