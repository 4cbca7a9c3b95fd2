"""Items to arrays, through warm decoding children that a hostile picture may crash, hang or bloat alone.

It knows how to keep children busy, to time them and to replace them; it opens no picture itself. Sound and text will
be other ItemDecoders.
"""

from __future__ import annotations

import itertools
import os
import queue
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tl_core.data.children import STOPPED, Child, Done, Request
from tl_core.data.limits import LOCAL, Limits
from tl_core.data.looking import Looked
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import DataError

Square = npt.NDArray[np.uint8]
AHEAD = 16  # requests under way for each child and caller: keeps children busy, and memory flat


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an item cannot be used, in words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a picture is, and what it looks like."""

    width: int
    height: int
    bytes: int
    sha256: str
    format: str
    notes: tuple[str, ...]
    looked: Looked


class ItemDecoder(Protocol):
    """An item to the array a network eats. Pictures today; sound and text stand behind the same door."""

    def squares(
        self, paths: Sequence[Path], preprocessing: Preprocessing, *, sha256: Sequence[str] | None = None
    ) -> Iterator[tuple[int, Square | Problem]]: ...

    def square(self, path: Path, preprocessing: Preprocessing) -> Square: ...


class DecoderPool:
    """Owns the children; use as a context manager. Calls may overlap from several threads."""

    def __init__(
        self, children: int | None = None, limits: Limits = LOCAL, *, module: str = "tl_core.data.child"
    ) -> None:
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        count = children or max(1, min(os.cpu_count() or 1, 16))
        self._children = [Child(self._requests, limits, module) for _ in range(count)]
        self._closed = False

    def __enter__(self) -> DecoderPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the children; results not yet fetched are lost."""
        if not self._closed:
            self._closed = True
            for _ in self._children:
                self._requests.put(None)
            for child in self._children:
                child.end()
            while not self._requests.empty():
                request = self._requests.get()
                if request is not None:
                    request.results.put(Done(request.index, problem=STOPPED))

    def inspect(
        self, paths: Iterable[Path], *, name_of: Callable[[int], str] | None = None
    ) -> Iterator[tuple[int, Inspected | Problem]]:
        """Every path's index with what it is or why not, as they come; `paths` is drawn from as room comes free.

        `name_of` gives the name under which a person knows a file that is stored under another.
        """
        fields = (
            {"op": "inspect", "path": os.path.abspath(path), "name": name_of(index) if name_of else str(path)}
            for index, path in enumerate(paths)
        )
        for index, done in self._run(fields):
            yield index, _inspected(done)

    def squares(
        self, paths: Sequence[Path], preprocessing: Preprocessing, *, sha256: Sequence[str] | None = None
    ) -> Iterator[tuple[int, Square | Problem]]:
        """uint8 (resize_size, resize_size, 3), as they come. With `sha256`, a file that changed is a Problem."""
        wanted = preprocessing.to_dict()
        expected: Sequence[str | None] = [None] * len(paths) if sha256 is None else sha256
        fields = (
            {"op": "square", "path": os.path.abspath(path), "preprocessing": wanted, "sha256": content}
            for path, content in zip(paths, expected, strict=True)
        )
        for index, done in self._run(fields):
            yield index, _square(done, preprocessing.resize_size)

    def square(self, path: Path, preprocessing: Preprocessing) -> Square:
        """One picture's square. Raises DataError with the file's name and the reason."""
        ((_, found),) = self.squares([path], preprocessing)
        if isinstance(found, Problem):
            raise _refused(path, found.reason)
        return found

    def thumbnail(self, path: Path, size: int = 160) -> bytes:
        """A JPEG whose long side is at most `size`, without metadata. Raises DataError with the reason."""
        ((_, done),) = self._run(iter([{"op": "thumbnail", "path": os.path.abspath(path), "size": size}]))
        if done.problem is not None:
            raise _refused(path, done.problem)
        return done.payload

    def _run(self, fields: Iterator[dict[str, Any]]) -> Iterator[tuple[int, Done]]:
        """Keeps a bounded number of requests under way; an abandoned iterator leaves the pool usable."""
        results: queue.SimpleQueue[Done] = queue.SimpleQueue()
        ahead = AHEAD * len(self._children)
        sent = received = 0
        while True:
            for request in itertools.islice(fields, ahead - (sent - received)):
                if self._closed:
                    raise RuntimeError("the decoder pool was closed")
                self._requests.put(Request(sent, request, results))
                sent += 1
            if sent == received:
                return
            done = results.get()
            received += 1
            if done.fault is not None:
                raise RuntimeError(done.fault)
            yield done.index, done


def _inspected(done: Done) -> Inspected | Problem:
    if done.problem is not None:
        return Problem(done.problem)
    fields = done.header
    return Inspected(
        width=int(fields["width"]),
        height=int(fields["height"]),
        bytes=int(fields["bytes"]),
        sha256=str(fields["sha256"]),
        format=str(fields["format"]),
        notes=tuple(str(note) for note in fields["notes"]),
        looked=_looked(fields, done.payload),
    )


def _looked(fields: dict[str, Any], signature: bytes) -> Looked:
    measures = {name: float(fields[name]) for name in ("brightness", "contrast", "detail")}
    return Looked(difference_hash=int(fields["difference_hash"]), signature=signature, **measures)


def _square(done: Done, size: int) -> Square | Problem:
    if done.problem is not None:
        return Problem(done.problem)
    if len(done.payload) != size * size * 3:
        return Problem("Its pixels came back damaged.")
    return np.frombuffer(done.payload, dtype=np.uint8).reshape(size, size, 3)


def _refused(path: Path, reason: str) -> DataError:
    return DataError(f"'{path.name}' cannot be used. {reason}", "Choose another picture.")
