"""Squares that are kept while pictures are brought in: they are decoded then anyway, and a training finds them ready.

Knows rows and room on the disk; neither who decodes nor which training comes. An import never fails because of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tl_core.backbones.usual import usual_preprocessing
from tl_core.caching.limits import cache_limit
from tl_core.caching.rows import RowRequest
from tl_core.caching.squares import square_rows
from tl_core.config import RunConfig
from tl_core.data.answers import Square
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.reading import Put
from tl_core.errors import RunError, UserError

# A set that takes more of the cache is decoded once it is trained with, for it may be trained with in another size.
MOST_OF_THE_CACHE = 0.25


def squares_for(config: RunConfig, cache: Path) -> ImportedSquares | None:
    """What keeps the squares that a training with these settings reads; None where they are not known beforehand."""
    preprocessing = usual_preprocessing(config)
    return None if preprocessing is None else ImportedSquares(cache, preprocessing)


class ImportedSquares:
    """Keeps the squares of pictures as `preprocessing` cuts them, where they take little of the cache."""

    def __init__(self, cache: Path, preprocessing: Preprocessing) -> None:
        self._cache = cache
        self._preprocessing = preprocessing

    @property
    def preprocessing(self) -> Preprocessing:
        return self._preprocessing

    @contextmanager
    def open(self, contents: Sequence[str]) -> Iterator[Put | None]:
        different = sorted(set(contents))
        request = square_rows(self._cache, self._preprocessing, different)
        places = {content: place for place, content in enumerate(different)}
        try:
            fits = len(different) * request.kind.row_bytes <= MOST_OF_THE_CACHE * cache_limit(self._cache).bytes
            if fits:
                request.__enter__()
        except (UserError, OSError):  # no room, no permission, no such limit: a training meets the same, and says it
            fits = False
        if not fits:
            yield None
            return
        try:
            yield Putting(request, places) if len(request.missing) else None
        finally:
            request.close(quietly=True)


class Putting:
    """Puts each square once, until the disk refuses one."""

    def __init__(self, request: RowRequest, places: dict[str, int]) -> None:
        self._request = request
        self._lacking = {content: place for content, place in places.items() if request.lacks(place)}

    def __call__(self, content: str, square: Square) -> None:
        place = self._lacking.pop(content, None)
        if place is None:
            return
        try:
            self._request.put(place, square)
        except (RunError, OSError):
            self._lacking.clear()
