"""Every call on files that differs between Linux, macOS and Windows: durable files, mapped ones, locks.

It knows nothing about runs, pictures or training, and imports nothing of ours.
"""

from __future__ import annotations

import errno
import json
import mmap
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

RETRIES = os.name == "nt"  # Windows refuses to replace a file while somebody reads it
REPLACE_ATTEMPTS = 50  # times 20 ms is a second
REPLACE_WAIT_SECONDS = 0.02
LOCK_POLL_SECONDS = 0.02
_NO_ROOM = frozenset(number for name in ("ENOSPC", "EDQUOT") if (number := getattr(errno, name, None)) is not None)


def is_full(error: OSError) -> bool:
    """Whether the disk, or what one may use of it, has no room left."""
    return error.errno in _NO_ROOM


@contextmanager
def replacing(path: Path, *, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path`, durably and at once, when the block ends without an exception.

    Readers see the old content or the new, never a part. `mode` is cut by the umask.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)


def atomic_write_bytes(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a whole file so that nobody ever reads a part of it, also after a power cut."""
    with replacing(path, mode=mode) as file:
        file.write(data)


def atomic_write_json(path: Path, value: Any, *, mode: int = 0o666) -> None:
    """As atomic_write_bytes, for a JSON value; NaN and infinity raise ValueError, since they are no JSON.

    In ASCII, since a path may hold bytes that are no UTF-8 (lone surrogates in Python).
    """
    text = json.dumps(value, allow_nan=False, indent=1)
    atomic_write_bytes(path, (text + "\n").encode("ascii"), mode=mode)


def mapped(path: Path) -> mmap.mmap | bytes:
    """A file's bytes, read when they are touched. Windows lets nobody replace or delete a mapped file: there, read."""
    if sys.platform == "win32":
        return path.read_bytes()
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return b""  # an empty file cannot be mapped
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def fsync_folder(folder: Path) -> None:
    """Make a rename in `folder` last through a power cut; Windows has no such call and does it by itself."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with suppress(OSError):  # some network file systems refuse; the file itself was synced before
                os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_folder(temporary: Path, folder: Path) -> None:
    """Moves `temporary` to where `folder` is; what was there is gone then.

    No call replaces a folder that has files, so the old one steps aside first, and comes back if that fails.
    """
    if not folder.exists():
        os.rename(temporary, folder)
    else:
        aside = temporary.with_name(temporary.name + ".old")
        os.rename(folder, aside)
        try:
            os.rename(temporary, folder)
        except OSError:
            os.rename(aside, folder)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    fsync_folder(folder.parent)


def replace(temporary: Path, path: Path) -> None:
    """Moves a file to where another may lie; on Windows, once whoever reads that one lets go of it."""
    for attempt in range(REPLACE_ATTEMPTS):
        try:
            os.replace(temporary, path)
        except PermissionError:
            if not RETRIES or attempt == REPLACE_ATTEMPTS - 1:
                raise
            time.sleep(REPLACE_WAIT_SECONDS)
        else:
            return


class Lock:
    """An exclusive lock on a file that the operating system frees when its holder dies. The file stays behind.

    It is held by one object, not by a thread: a second Lock on the same path has to wait, in this process too.
    """

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(str(path), thread_local=False, is_singleton=False)

    def acquire(self, *, wait_seconds: float = 0.0) -> bool:
        """Whether the lock was had within `wait_seconds`."""
        try:
            self._lock.acquire(timeout=wait_seconds, poll_interval=LOCK_POLL_SECONDS)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        self._lock.release()


if sys.platform == "win32":

    def is_locked(path: Path) -> bool:
        """Whether a living process holds the lock at `path`; takes and frees it for a moment to find out."""
        if not path.exists():
            return False
        lock = Lock(path)
        if not lock.acquire(wait_seconds=5 * LOCK_POLL_SECONDS):  # another look may hold it for a moment
            return True
        lock.release()
        return False

else:
    import fcntl

    def is_locked(path: Path) -> bool:
        """Whether a living process holds the lock at `path`; shares it for a moment to find out.

        Shared, so that two who look at once do not take each other for the holder.
        """
        try:
            with open(path, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False
