"""Tells visitors apart: signed cookies that only this server makes, and owners derived from them or from a name.

The key lies in the workspace, for nobody else's eyes: whoever has it could make a cookie, but none for a secret that
was drawn by chance. Knows no request and no workspace's content.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from pathlib import Path

from tl_core.errors import RunError
from tl_core.platform import Lock, atomic_write_bytes

KEY_FILE = "visitors.key"
KEY_BYTES = 32
LOCK_SECONDS = 10.0
_COOKIE = re.compile(r"(?P<secret>[A-Za-z0-9_-]{22})\.(?P<signature>[A-Za-z0-9_-]{43})")  # 128 random bits, SHA-256


class Visitors:
    """Makes cookies and reads them. Without a key it has one of its own, which ends with the process."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(KEY_BYTES)

    def new_cookie(self) -> str:
        secret = secrets.token_urlsafe(16)
        return f"{secret}.{self._signature(secret)}"

    def owner_of_cookie(self, cookie: str | None) -> str | None:
        """26 of a-z and 2-7 (128 bits) for a cookie that this server made, else None."""
        found = _COOKIE.fullmatch(cookie or "")
        if found is None or not hmac.compare_digest(found["signature"], self._signature(found["secret"])):
            return None
        return self._owner("visitor", found["secret"])

    def owner_of_name(self, name: str) -> str:
        """The owner of somebody who logs in; a folder's name, in paths and logs, does not give the name away."""
        return self._owner("name", name)

    def _signature(self, secret: str) -> str:
        return base64.urlsafe_b64encode(self._digest("cookie", secret)).decode().rstrip("=")

    def _owner(self, kind: str, secret: str) -> str:
        return base64.b32encode(self._digest(kind, secret)[:16]).decode().rstrip("=").lower()

    def _digest(self, purpose: str, text: str) -> bytes:
        return hmac.new(self._key, f"thaw {purpose} {text}".encode(), hashlib.sha256).digest()


def kept_key(workspace: Path) -> bytes:
    """The workspace's key, made at the first start: cookies outlive a restart. Raises RunError for a damaged one."""
    path = workspace / KEY_FILE
    workspace.mkdir(parents=True, exist_ok=True)
    lock = Lock(workspace / f"{KEY_FILE}.lock")
    if not lock.acquire(wait_seconds=LOCK_SECONDS):
        raise RunError(f"The key '{path}' is being made by another program.", "Start again in a moment.")
    try:
        if not path.exists():
            atomic_write_bytes(path, secrets.token_bytes(KEY_BYTES), mode=0o600)
        key = path.read_bytes()
    finally:
        lock.release()
    if len(key) != KEY_BYTES:
        raise RunError(
            f"The key '{path}' is damaged: it has {len(key)} bytes, not {KEY_BYTES}.",
            "Put the right one back, or delete it: then everybody who comes is new here.",
        )
    return key
