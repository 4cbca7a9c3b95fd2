"""How much of the disk prepared pictures, features and engines' parts may take, and why. Knows no row.

THAW_CACHE_GB (which `--cache-gb` sets) says it; otherwise it is a share of what the disk could give.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from tl_core.errors import ConfigError

OPTION, VARIABLE = "--cache-gb", "THAW_CACHE_GB"
KINDS = ("squares", "features")  # the folders under the cache that hold rows
# Under the cache, too: parts of networks that an engine made ready, and such that were not written to their end.
COMPILED, UNFINISHED_COMPILED = "engines/*.compiled", "engines/.*.tmp"
SHARE = 0.25  # of the free disk and what is kept already
GIGABYTE = 10**9
SPARE_BYTES = 200 * 2**20  # left free on the disk for journals, checkpoints and the model


@dataclass(frozen=True, slots=True)
class CacheLimit:
    bytes: int
    reason: str  # in plain words
    spare: int = SPARE_BYTES


FreeBytes = Callable[[Path], int]


def free_bytes(folder: Path) -> int:
    """Of the disk that the folder, or the nearest one above that exists, lies on."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def cache_limit(
    cache: Path, *, environment: Mapping[str, str] = os.environ, free: FreeBytes = free_bytes
) -> CacheLimit:
    """Raises ConfigError for a THAW_CACHE_GB that is no size."""
    named = environment.get(VARIABLE, "").strip()
    if named:
        size = checked_gigabytes(named, VARIABLE)
        return CacheLimit(int(size * GIGABYTE), f"{size:g} GB, as chosen.")
    there = free(cache) + sum(item.size for item in everything_kept(cache))
    size = there * SHARE / GIGABYTE
    return CacheLimit(
        int(there * SHARE), f"{size:,.0f} GB: a quarter of what is free on the disk or already used for it."
    )


def choose_limit(gigabytes: str | None, environment: MutableMapping[str, str] = os.environ) -> None:
    """Sets the limit for this process and all that it starts, unless None was chosen; what the environment says stays.

    Raises ConfigError for what is no size.
    """
    if gigabytes is not None:
        checked_gigabytes(gigabytes, OPTION)
        environment[VARIABLE] = gigabytes
    elif named := environment.get(VARIABLE, "").strip():
        checked_gigabytes(named, VARIABLE)


def checked_gigabytes(text: str, name: str) -> float:
    """Raises ConfigError that names the option or variable."""
    try:
        size = float(text)
    except ValueError:
        size = -1.0
    if not 0 <= size < 1e9:
        raise ConfigError(f"{name} is '{text}', which is no number of gigabytes.", "Give a number such as 20, or 0.5.")
    return size


@dataclass(frozen=True, slots=True)
class KeptFile:
    path: Path
    size: int
    used: float  # seconds since 1970


def kept_files(cache: Path, pattern: str = "*") -> list[KeptFile]:
    """Every file of rows in the cache, the one that was used longest ago first."""
    return by_age(path for kind in KINDS for path in cache.glob(f"{kind}/*/{pattern}"))


def everything_kept(cache: Path) -> list[KeptFile]:
    """All that counts for the limit, and that may go when room is needed: rows, and engines' parts beside them."""
    return by_age([*(item.path for item in kept_files(cache)), *cache.glob(COMPILED)])


def by_age(paths: Iterable[Path]) -> list[KeptFile]:
    found = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:  # somebody else made room
            continue
        found.append(KeptFile(path, status.st_size, status.st_mtime))
    return sorted(found, key=lambda item: item.used)
