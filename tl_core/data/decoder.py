"""Items to arrays, through warm decoding children that a hostile picture may crash, hang or bloat alone.

It knows how to keep children busy, to time them and to replace them; it opens no picture itself. Sound and text will
be other ItemDecoders.
"""

from __future__ import annotations

import itertools
import os
import queue
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from tl_core.data.answers import Indexed, Problem, Seen, Square, ToRead, indexed_of, seen_of, square_of
from tl_core.data.children import STOPPED, Child, Done, Request
from tl_core.data.limits import LOCAL, Limits
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import DataError

AHEAD = 16  # requests under way for each child and caller: keeps children busy, and memory flat
THUMBNAIL = 160  # pixels of the long side
BATCH_FILES, BATCH_BYTES, BATCH_LETTERS = 64, 8_000_000, 16_000
__all__ = ["DecoderPool", "Indexed", "ItemDecoder", "Problem", "Seen", "Square", "ToRead"]


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

    def index(self, files: Iterable[ToRead]) -> Iterator[Indexed]:
        """The headers of files, in batches as they come; `files` is drawn from as room comes free.

        Where a batch ends a child or takes too long, its files are read once more, each by itself.
        """
        sent: list[tuple[tuple[int, ...], list[ToRead]]] = []
        again: list[tuple[int, ToRead]] = []

        def requests() -> Iterator[dict[str, Any]]:
            for batch in batches(enumerate(files)):
                sent.append((tuple(number for number, _ in batch), [file for _, file in batch]))
                yield index_request(sent[-1][1])

        for at, done in self._run(requests()):
            numbers, batch = sent[at]
            sent[at] = ((), [])
            if done.problem is not None and len(batch) > 1:
                again += zip(numbers, batch, strict=True)
            else:
                yield indexed_of(done, numbers)
        for at, done in self._run(index_request([file]) for _, file in again):
            yield indexed_of(done, (again[at][0],))

    def look(
        self, files: Iterable[ToRead], thumbnail: int = THUMBNAIL, *, preprocessing: Preprocessing | None = None
    ) -> Iterator[tuple[int, Seen | Problem]]:
        """What each whole picture looks like, with a thumbnail of at most that side, as they come.

        With `preprocessing` each comes with its square, for no second decoding: the one that `squares` gives, where its
        side is at least `looking.INPUT_SIDE`; a smaller one is made of more pixels here.
        """
        fixed: dict[str, Any] = {"op": "look", "thumbnail": thumbnail}
        if preprocessing is not None:
            fixed["preprocessing"] = preprocessing.to_dict()
        size = preprocessing.resize_size if preprocessing else 0
        fields = (
            {**fixed, "path": file.path, "name": file.name, "bytes": file.size, "sha256": file.sha256} for file in files
        )
        for index, done in self._run(fields):
            yield index, seen_of(done, size)

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
            yield index, square_of(done, preprocessing.resize_size)

    def square(self, path: Path, preprocessing: Preprocessing) -> Square:
        """One picture's square. Raises DataError with the file's name and the reason."""
        ((_, found),) = self.squares([path], preprocessing)
        if isinstance(found, Problem):
            raise _refused(path, found.reason)
        return found

    def thumbnail(self, path: Path, size: int = THUMBNAIL) -> bytes:
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


def batches(files: Iterable[tuple[int, ToRead]]) -> Iterator[list[tuple[int, ToRead]]]:
    """So many files that talking costs little, and so few that every child has some and each answers soon."""
    batch: list[tuple[int, ToRead]] = []
    size = letters = 0
    for number, file in files:
        cost = len(file.path) + len(file.name)
        if batch and (len(batch) == BATCH_FILES or size + file.size > BATCH_BYTES or letters + cost > BATCH_LETTERS):
            yield batch
            batch, size, letters = [], 0, 0
        batch.append((number, file))
        size, letters = size + file.size, letters + cost
    if batch:
        yield batch


def index_request(files: Sequence[ToRead]) -> dict[str, Any]:
    """What all paths share is sent once, and names only where they are not the ends of the paths."""
    root = os.path.commonprefix([file.path for file in files])  # noqa: RUF071 - letters, not folders, are saved
    names = [] if all(file.path.endswith(file.name) for file in files) else [file.name for file in files]
    return {"op": "index", "root": root, "paths": [file.path[len(root) :] for file in files], "names": names}


def _refused(path: Path, reason: str) -> DataError:
    return DataError(f"'{path.name}' cannot be used. {reason}", "Choose another picture.")
