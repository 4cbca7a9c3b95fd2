"""A decoding child that dies or hangs on files of certain names, as a broken picture library would."""

from __future__ import annotations

import os
import time
from typing import Any

from tl_core.data import child
from tl_core.data.limits import Limits

honest_inspect = child.inspect


def inspect(request: dict[str, Any], limits: Limits) -> child.Answer:
    name = os.path.basename(request["name"])
    if name.startswith("abort"):
        os.abort()
    if name.startswith("hang"):
        time.sleep(600)
    if name.startswith("bloat"):
        return {"width": len(bytearray(8 << 30 if os.name == "posix" else 1 << 45))}, b""
    return honest_inspect(request, limits)


if __name__ == "__main__":
    child.OPERATIONS["inspect"] = inspect
    child.main()
