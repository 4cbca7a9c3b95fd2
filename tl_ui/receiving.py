"""Writes a request's body to a file while it streams, and counts it. Knows no route and no owner."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from tl_core.errors import DataError, UserError
from tl_ui.guard import TooLargeError

WRITE_BYTES = 2**20  # one hop to the thread pool a mebibyte
DRAIN_BYTES = 32 * 2**20
KEPT_FREE_BYTES = 2**29  # what an upload leaves on the disk


Count = Callable[[int], None]


def no_count(_size: int) -> None:
    """Whoever counts nothing."""


async def receive_file(request: Request, target: Path, *, limit: int, count: Count = no_count) -> int:
    """Streams the body into `target` (made here, mode 0600) and returns its bytes; leaves no file when it raises.

    `count` is told of every piece as it comes, and may raise. Raises TooLargeError past `limit`, DataError for an
    empty body or a full disk, ClientDisconnect when the browser goes away.
    """
    chunks = request.stream()
    try:
        announced = request.headers.get("content-length", "")
        if announced.isdecimal():
            await _check_announced(chunks, int(announced), target, limit)
        with open(target, "xb", opener=_private) as file:
            written = await _write(chunks, file, limit, count)
        if not written:
            raise DataError("The upload was empty: 0 bytes arrived.", "Choose the file again.")
    except OSError as error:
        target.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DataError("The disk is full; the upload was removed.", "Make room and send it again.") from error
        raise
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return written


async def receive_json(request: Request, limit: int) -> dict[str, Any]:
    """The body as a JSON object. Raises TooLargeError past `limit`, DataError for anything else."""
    content = bytearray()
    chunks = request.stream()
    async for chunk in chunks:
        content += chunk
        if len(content) > limit:
            await _drain(chunks)
            raise too_large(len(content), limit)
    try:
        found = json.loads(bytes(content))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DataError("The request holds no JSON object.", "Reload the page and try again.")
    return found


async def _check_announced(chunks: AsyncIterator[bytes], announced: int, target: Path, limit: int) -> None:
    if announced > limit:
        await _drain(chunks)
        raise too_large(announced, limit)
    free = shutil.disk_usage(target.parent).free
    if announced + KEPT_FREE_BYTES > free:
        await _drain(chunks)
        raise DataError(
            f"The upload has {in_words(announced)} and the disk has {in_words(free)} left.",
            f"Make room ({in_words(KEPT_FREE_BYTES)} stay free for the program) and send it again.",
        )


async def _write(chunks: AsyncIterator[bytes], file: BinaryIO, limit: int, count: Count) -> int:
    written, waiting = 0, bytearray()
    async for chunk in chunks:
        written += len(chunk)
        if written > limit:
            await _drain(chunks)
            raise too_large(written, limit)
        try:
            count(len(chunk))
        except UserError:
            await _drain(chunks)
            raise
        waiting += chunk
        if len(waiting) >= WRITE_BYTES:
            await run_in_threadpool(file.write, bytes(waiting))
            waiting.clear()
    await run_in_threadpool(file.write, bytes(waiting))
    return written


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Reads on for a little: a browser that is still sending shows a broken connection instead of our sentence."""
    dropped = 0
    async for chunk in chunks:
        dropped += len(chunk)
        if dropped > DRAIN_BYTES:
            return


def too_large(size: int, limit: int) -> TooLargeError:
    return TooLargeError(
        f"The file has {in_words(size)} or more; at most {in_words(limit)} are taken.",
        "Send fewer or smaller pictures.",
    )


def in_words(size: int) -> str:
    """1536 -> '1.5 KB', in powers of 1000 as file managers show."""
    amount, units = float(size), ["bytes", "KB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:
        amount, units = amount / 1000, units[1:]
    return f"{amount:.0f} bytes" if units[0] == "bytes" else f"{amount:.3g} {units[0]}"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
