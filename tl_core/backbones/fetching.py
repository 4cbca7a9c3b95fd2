"""Downloads one file: under a temporary name, going on where it broke off before, used only if its hash is right.

Knows addresses, bytes and hashes, and nothing about networks. Needs no torch.
"""

from __future__ import annotations

import errno
import hashlib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tl_core.errors import WeightsError
from tl_core.platform import Lock

SECONDS_TO_ANSWER = 10.0
SECONDS_FOR_ANOTHER = 1.0  # how long at a time to wait for another program that fetches the same file
TRIES = 5  # without a single new byte; a connection that breaks now and then goes on for ever
PIECE_BYTES = 1 << 20
PARTIAL_CONTENT, NO_SUCH_RANGE = 206, 416


@dataclass(frozen=True, slots=True)
class Source:
    """A file at an address and where it belongs; `sha256` may be only the first digits of its hash."""

    url: str
    path: Path
    sha256: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes so far, and in all; 0 where the server does not say."""

    done: int
    total: int


class BrokenOffError(Exception):
    """The file could not be had (whole); `reason` says why, and what came so far is kept."""

    def __init__(self, reason: str, done: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.done = done


def fetch(source: Source) -> Iterator[Progress]:
    """Brings the file to `source.path`, telling how far it is; an iterator that is left early leaves what came so far.

    Raises BrokenOffError when the server does not answer or breaks off, WeightsError when what came is another file,
    and OSError when this computer's disk is full.
    """
    source.path.parent.mkdir(parents=True, exist_ok=True)
    part = partial(source)
    lock = Lock(part.with_name(f"{part.name}.lock"))
    while not lock.acquire(wait_seconds=SECONDS_FOR_ANOTHER):
        yield Progress(_size(part), 0)
    try:
        if not source.path.is_file():  # another program may have brought it meanwhile
            yield from _fetched(source, part)
            _check(source, part)
            part.replace(source.path)
    finally:
        lock.release()
    part.with_name(f"{part.name}.lock").unlink(missing_ok=True)


def partial(source: Source) -> Path:
    """Where the bytes are kept until they are all there; the same at every try, so that the next one goes on."""
    return source.path.with_name(f".{source.path.name}.{source.sha256[:16]}.part")


def _fetched(source: Source, part: Path) -> Iterator[Progress]:
    tries = 0
    while True:
        before = _size(part)
        try:
            total = 0
            for progress in _pieces(source, part):
                yield progress
                total = progress.total
            if not total or _size(part) >= total:
                return
            reason = "the connection ended too soon"
        except (OSError, HTTPException) as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
                raise
            reason = in_words(error)
            if isinstance(error, urllib.error.HTTPError):
                tries = TRIES  # somebody is there, and says no
        tries = 0 if _size(part) > before and tries < TRIES else tries + 1
        if tries >= TRIES or (not before and not _size(part)):
            raise BrokenOffError(reason, _size(part))


def _pieces(source: Source, part: Path) -> Iterator[Progress]:
    """One connection's worth, written behind what is there, or from the beginning where the server starts there."""
    done = _size(part)
    headers = {**source.headers, **({"Range": f"bytes={done}-"} if done else {})}
    request = urllib.request.Request(source.url, headers=headers)
    try:
        answer = urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER)
    except urllib.error.HTTPError as error:
        if error.code != NO_SUCH_RANGE:
            raise
        error.close()
        return  # nothing comes after what is there: its hash tells whether it is all
    with answer, part.open("ab") as file:
        if done and not _goes_on(answer, done):
            file.truncate(0)
            done = 0
        length = answer.headers.get("Content-Length", "")
        total = done + int(length) if length.isdecimal() else 0
        yield Progress(done, total)
        for piece in _read(answer):
            file.write(piece)
            done += len(piece)
            yield Progress(done, total)
        file.flush()


def _goes_on(answer: Any, done: int) -> bool:
    """Whether a server that was asked for the rest sends just that; many send the whole file again."""
    start = str(answer.headers.get("Content-Range", "")).removeprefix("bytes ").partition("-")[0]
    return answer.status == PARTIAL_CONTENT and start == str(done)


def _read(answer: Any) -> Iterator[bytes]:
    while piece := answer.read(PIECE_BYTES):
        yield piece


def _check(source: Source, part: Path) -> None:
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if not found.startswith(source.sha256):
        part.unlink()
        raise WeightsError(
            f"What came from {source.url} is not what was asked for: its hash begins with {found[:8]}, not with "
            f"{source.sha256[:8]}.",
            "Try again; if it stays so, something between this computer and the server changes the file.",
        )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def in_words(error: Exception) -> str:
    """The shortest true reason that the libraries give."""
    reason = getattr(error, "reason", None)
    told = str(reason if reason is not None else error).strip()
    return told.splitlines()[0] if told else type(error).__name__
