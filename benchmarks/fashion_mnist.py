"""Writes a part of Fashion-MNIST out as class folders: `python -m benchmarks.fashion_mnist OUT_DIR`.

The pictures come from the four IDX files of Debian's package dataset-fashion-mnist (or any folder given with
--source). Knows the file format and nothing about Thaw.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from pathlib import Path

import numpy as np
from PIL import Image

SOURCE = Path("/usr/share/datasets/fashion-mnist")
CLASSES = (
    "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--train", type=int, default=2000, help="training pictures, the same number of each kind")
    parser.add_argument("--test", type=int, default=1000, help="test pictures, the same number of each kind")
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(words)
    if not arguments.source.is_dir():
        print(f"'{arguments.source}' is no folder. On Debian: sudo apt install dataset-fashion-mnist", file=sys.stderr)
        return 2
    for split, prefix, count in (("train", "train", arguments.train), ("test", "t10k", arguments.test)):
        pictures = read_idx(arguments.source / f"{prefix}-images-idx3-ubyte.gz")  # (pictures, 28, 28)
        labels = read_idx(arguments.source / f"{prefix}-labels-idx1-ubyte.gz")  # (pictures,)
        write_split(arguments.out / split, pictures, labels, count // len(CLASSES), arguments.seed)
    print(f"{arguments.train} training and {arguments.test} test pictures of {len(CLASSES)} kinds in {arguments.out}")
    return 0


def read_idx(path: Path) -> np.ndarray:
    """An IDX file of bytes as an array: two zero bytes, the type, the number of axes, their sizes, the data."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        data = file.read()
    axes = data[3]
    shape = np.frombuffer(data, dtype=">u4", count=axes, offset=4)
    return np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * axes).reshape(shape)


def write_split(folder: Path, pictures: np.ndarray, labels: np.ndarray, per_class: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    for label, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for position in generator.permutation(np.flatnonzero(labels == label))[:per_class]:
            Image.fromarray(pictures[position]).save(folder / name / f"{position:05d}.png")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
