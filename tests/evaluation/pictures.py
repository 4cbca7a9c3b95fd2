"""Real small pictures for the tests, and a decoder that needs no child process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from tl_core.data import pictures
from tl_core.data.decoder import Problem
from tl_core.data.preprocessing import Preprocessing


def write_picture(path: Path, seed: int, size: tuple[int, int] = (120, 90)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, size=(6, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC).save(path)
    return path


class DecoderHere:
    """An ItemDecoder in this process; gives the last picture first, as busy children may."""

    def squares(
        self, paths: Sequence[Path], preprocessing: Preprocessing, *, sha256: Sequence[str] | None = None
    ) -> Iterator[tuple[int, npt.NDArray[np.uint8] | Problem]]:
        for index, path in reversed(list(enumerate(paths))):
            try:
                yield index, self.square(path, preprocessing)
            except OSError:
                yield index, Problem("It is not a picture.")

    def square(self, path: Path, preprocessing: Preprocessing) -> npt.NDArray[np.uint8]:
        with Image.open(path) as image:
            return np.asarray(pictures.square(pictures.upright_rgb(image), preprocessing))
