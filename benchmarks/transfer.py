"""The textbook experiment: learn one half of the digits, then the other half from few pictures, against from scratch.

`python -m benchmarks.transfer [OUT.json]` trains Thaw's small CNN on 0 to 4 of scikit-learn's scans, then on 5 to 9
with a few pictures of each: from random weights, from the first network with only a new last step, and with all of it
going on learning. `benchmarks.transfer_chart` draws the result. Takes ten minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset, import_source
from tl_core.events import Finished
from tl_core.training.session import run_training

BACKBONE = "thaw/cnn_28"
SOURCE, TARGET = range(5), range(5, 10)
PICTURES = (2, 5, 10, 50)  # of each digit
SEEDS = range(3)
JUDGES, TESTED = 5, 60  # pictures of each digit for validation (nothing is chosen by so few), and to measure on
STEPS = 200  # at least, however few pictures there are: else from scratch would have no chance
METHODS: dict[str, dict[str, Any]] = {
    "scratch": {"start": "scratch", "freeze": "none"},
    "head": {"freeze": "all"},
    "whole": {"freeze": "none"},
}
OUT = Path(__file__).parent / "results" / "transfer.json"


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT)
    out: Path = parser.parse_args(words).out
    with tempfile.TemporaryDirectory() as folder:
        rows = list(experiment(Path(folder)))
    out.write_text(json.dumps({"backbone": BACKBONE, "tested": TESTED * len(TARGET), "rows": rows}, indent=1) + "\n")
    print(f"{len(rows)} trainings in {out}")
    return 0


def experiment(folder: Path) -> Iterator[dict[str, Any]]:
    """One row for each training: method, pictures of each digit, seed, accuracy on pictures that nothing has seen."""
    for seed in SEEDS:
        source = dataset(folder / f"source-{seed}", SOURCE, seed, train=100)
        earlier = folder / f"earlier-{seed}"
        accuracy = trained(source, earlier, folder, seed=seed, pictures=100, **METHODS["scratch"])
        yield {"method": "source", "pictures": 100, "seed": seed, "accuracy": accuracy}
        print(f"seed {seed}, the first half: {accuracy:.3f}", file=sys.stderr)
        for pictures in PICTURES:
            target = dataset(folder / f"target-{seed}-{pictures}", TARGET, seed, train=pictures)
            for method, settings in METHODS.items():
                run = folder / f"{method}-{seed}-{pictures}"
                choices = {"start": str(earlier), **settings}
                accuracy = trained(target, run, folder, seed=seed, pictures=pictures, **choices)
                yield {"method": method, "pictures": pictures, "seed": seed, "accuracy": accuracy}
                print(f"seed {seed}, {pictures:3} pictures of each, {method:8} {accuracy:.3f}", file=sys.stderr)


def dataset(folder: Path, digits: range, seed: int, *, train: int) -> Dataset:
    """Scans of some digits with train, val and test folders; the test pictures hang on the seed alone."""
    bunch = load_digits()
    for digit in digits:
        chosen = np.random.default_rng([seed, digit]).permutation(np.flatnonzero(bunch.target == digit))
        ends = np.cumsum([TESTED, JUDGES, train])
        for split, rows in zip(("test", "val", "train"), np.split(chosen[: ends[-1]], ends[:-1]), strict=True):
            place = folder / "pictures" / split / str(digit)
            place.mkdir(parents=True)
            for row in rows:
                grey = np.rint(bunch.images[row] * (255 / 16)).astype(np.uint8)  # (8, 8)
                Image.fromarray(grey).resize((28, 28), Image.Resampling.BICUBIC).save(place / f"{row:04d}.png")
    return import_source(folder / "pictures", folder / "dataset")


def trained(pictures_of: Dataset, run: Path, folder: Path, *, seed: int, pictures: int, **choices: Any) -> float:
    """The accuracy on the test pictures of a whole run of Thaw; the model stays in the run's folder."""
    run.mkdir()
    config = RunConfig.from_dict({"backbone": BACKBONE, "seed": seed, **choices})
    batch = min(32, pictures * len(TARGET))
    if config.freeze == "none":
        epochs = max(10, -(-STEPS // max(1, pictures * len(TARGET) // batch)))
        config = RunConfig.from_dict({**config.to_dict(), "epochs": epochs, "batch_size": batch, "flips": "none"})
    cache = folder / "cache"
    for event in run_training(config, pictures_of, run, cache, should_stop=lambda: False, clock=time.monotonic):
        if isinstance(event, Finished):
            return float(event.result["accuracy"])
    raise RuntimeError("the training did not finish")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
