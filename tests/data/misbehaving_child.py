"""A decoding child that dies or hangs on files of certain names, as a broken picture library would."""

from __future__ import annotations

import os
import time
from typing import Any

from tl_core.data import child
from tl_core.data.headers import Header
from tl_core.data.limits import Limits

honest_header = child.checked_header
honest_look = child.look


def misbehave(path: str) -> None:
    name = os.path.basename(path)
    if name.startswith("abort"):
        os.abort()
    if name.startswith("hang"):
        time.sleep(600)
    if name.startswith("bloat"):
        bytearray(8 << 30 if os.name == "posix" else 1 << 45)


def checked_header(path: str, limits: Limits, name: str) -> tuple[bytes, Header]:
    misbehave(path)
    return honest_header(path, limits, name)


def look(request: dict[str, Any], limits: Limits) -> child.Answer:
    misbehave(request["path"])
    return honest_look(request, limits)


if __name__ == "__main__":
    child.checked_header = checked_header
    child.OPERATIONS["look"] = look
    child.main()
