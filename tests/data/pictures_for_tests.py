"""Small real pictures and archives for the tests of this folder. Knows nothing of what is tested."""

from __future__ import annotations

import io
import random
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from tl_core.data.decoder import DecoderPool, Problem, Seen, ToRead
from tl_core.data.preprocessing import Preprocessing

SMALL = Preprocessing(24, 32, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.25, 0.125))


def noise(seed: int, size: tuple[int, int] = (40, 36)) -> Image.Image:
    """A picture that is like no other: blocks of random colours."""
    rng = random.Random(seed)
    blocks = Image.frombytes("RGB", (6, 6), rng.randbytes(108))
    return blocks.resize(size, Image.Resampling.NEAREST)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png(seed: int, size: tuple[int, int] = (40, 36)) -> bytes:
    return encoded(noise(seed, size))


def write_files(root: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def write_zip(
    path: Path, files: Mapping[str, bytes] | list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED
) -> Path:
    pairs = files.items() if isinstance(files, Mapping) else files
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in pairs:
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = method
            info.filename = name  # ZipInfo's constructor cuts and rewrites names; strangers do not
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a name that is there already
                archive.writestr(info, data)
    return path


def to_read(*paths: Path) -> list[ToRead]:
    return [ToRead(str(path), str(path), path.stat().st_size if path.is_file() else 0) for path in paths]


def headers_of(pool: DecoderPool, *paths: Path) -> dict[str, np.void | Problem]:
    """By file name: the row of the index pass, or why there is none."""
    found: dict[str, np.void | Problem] = {}
    for batch in pool.index(to_read(*paths)):
        found |= {paths[number].name: row for number, row in zip(batch.numbers, batch.rows, strict=True)}
        found |= {paths[number].name: Problem(reason) for number, reason in batch.problems.items()}
    return found


def seen_of(pool: DecoderPool, *paths: Path) -> dict[str, Seen | Problem]:
    return {paths[number].name: found for number, found in pool.look(to_read(*paths))}


def pets(each: int = 3) -> dict[str, bytes]:
    """cats/ and dogs/ with different pictures."""
    files = {f"cats/{number}.png": png(number) for number in range(each)}
    return files | {f"dogs/{number}.png": png(100 + number) for number in range(each)}
