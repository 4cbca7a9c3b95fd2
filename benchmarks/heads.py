"""The head in closed form beside scikit-learn's logistic regression: seconds, and how right each is on new pictures.

`python -m benchmarks.heads [--rows N] [--seeds N] [--backbone NAME] [--large] [--classes N]` prints tables and writes
results/heads.json; `--large` adds a head for 100,000 pictures, `--classes 1000` one for so many, with their memory.
Seconds are for made-up features, the best of three; accuracy is for features of scikit-learn's digits and of
Fashion-MNIST (where it is installed) by the network at 96 pixels. Logistic regression gets the features standardised.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from benchmarks import fashion_mnist
from benchmarks.frozen_passes import seconds
from benchmarks.heads_alone import Features, Labels, made_up
from benchmarks.limits import as_record, limits
from benchmarks.recording import RESULTS, Goal, record, table
from tl_core.config import RunConfig
from tl_core.data.tensors import to_batch
from tl_core.engines.running import fast_part
from tl_core.engines.task import Task
from tl_core.training.calibrating import log_loss, softmax
from tl_core.training.device import device_facts, use_threads
from tl_core.training.head_phase import head_prefix
from tl_core.training.heads import fit_ridge_head
from tl_core.training.surroundings import staged

LARGE = (100_000, 1_280)
MANY = (20_000, 1_280)  # with so many classes as are asked for
SIZES = ((1_000, 1_280), (10_000, 1_024), (50_000, 1_280), LARGE)
MOST_BY_OTHERS = 10_000  # rows; beyond, logistic regression takes minutes
CLASSES, IMAGE_SIZE, ROUNDS = 10, 96, 3
LEARNED_FROM = {"digits": (200, 1_000), "Fashion-MNIST": (300, 1_000, 4_000)}


def standardised(features: Features) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return features.mean(axis=0, dtype=np.float64), np.maximum(features.std(axis=0, dtype=np.float64), 1e-6)


def logistic(features: Features, labels: Labels) -> tuple[LogisticRegression, NDArray[Any], NDArray[Any]]:
    mean, scale = standardised(features)
    return LogisticRegression(max_iter=300).fit(((features - mean) / scale).astype(np.float32), labels), mean, scale


def measure_alone(count: int, width: int, classes: int) -> dict[str, float]:
    """Seconds of one head, and the most memory beyond the features that it took; it may spend them, as a training may.

    In a process of its own, whose memory nothing else has filled before.
    """
    command = [sys.executable, "-m", "benchmarks.heads_alone", str(count), str(width), str(classes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure_speed(most: int) -> dict[str, dict[str, float | None]]:
    """Seconds of a head, and of logistic regression on the same features, in turn."""
    found: dict[str, dict[str, float | None]] = {}
    for count, width in (size for size in SIZES if size[0] <= most):
        features, labels = made_up(count, width, CLASSES)
        head, other = [], []
        for _ in range(ROUNDS):
            head.append(seconds(partial(fit_ridge_head, features, labels, CLASSES)))
            if count <= MOST_BY_OTHERS:
                other.append(seconds(partial(logistic, features, labels)))
        found[f"{count:,} x {width:,}"] = {
            "head_seconds": round(min(head), 3),
            "logistic_seconds": round(min(other), 3) if other else None,
        }
    return found


def pictures() -> Iterator[tuple[str, list[Image.Image], Labels]]:
    bunch = load_digits()
    yield "digits", [Image.fromarray((scan * 15.9).astype(np.uint8)) for scan in bunch.images], bunch.target
    if fashion_mnist.SOURCE.is_dir():
        clothes = fashion_mnist.read_idx(fashion_mnist.SOURCE / "t10k-images-idx3-ubyte.gz")
        labels = fashion_mnist.read_idx(fashion_mnist.SOURCE / "t10k-labels-idx1-ubyte.gz").astype(np.int64)
        yield "Fashion-MNIST", [Image.fromarray(picture) for picture in clothes[:6_000]], labels[:6_000]


def features_by(backbone: str, images: list[Image.Image], threads: int) -> Features:
    network = staged(RunConfig(backbone=backbone, image_size=IMAGE_SIZE), CLASSES, device_facts())
    part, preprocessing = head_prefix(network).module, network.network.preprocessing
    fast = fast_part(part.requires_grad_(False), Task(IMAGE_SIZE, "fp32", "cpu", threads), "openvino").module
    side, found = preprocessing.resize_size, []
    with torch.inference_mode():
        for start in range(0, len(images), 32):
            some = [np.asarray(image.convert("RGB").resize((side, side))) for image in images[start : start + 32]]
            found.append(fast(to_batch(np.stack(some), preprocessing)).float().numpy())
    return np.concatenate(found)


def judged(features: Features, labels: Labels, count: int, seed: int) -> dict[str, float]:
    """Both fitted to so many pictures, judged on all the others."""
    order = np.random.default_rng(seed).permutation(len(labels))
    known, new = order[:count], order[count:]
    head = fit_ridge_head(features[known], labels[known], CLASSES)
    own = softmax(features[new] @ head.weight.T + head.bias)
    reference, mean, scale = logistic(features[known], labels[known])
    other = reference.predict_proba(((features[new] - mean) / scale).astype(np.float32))
    truth = labels[new]
    return {
        "head": 100 * float(np.mean(own.argmax(axis=1) == truth)),
        "logistic": 100 * float(np.mean(other.argmax(axis=1) == truth)),
        "head_loss": log_loss(own, truth),
        "logistic_loss": log_loss(other, truth),
    }


def measure_accuracy(backbone: str, seeds: int, threads: int) -> list[dict[str, Any]]:
    rows = []
    for name, images, labels in pictures():
        features = features_by(backbone, images, threads)
        for count in LEARNED_FROM[name]:
            found = [judged(features, labels, count, seed) for seed in range(seeds)]
            means = {key: round(float(np.mean([one[key] for one in found])), 4) for key in found[0]}
            rows.append({"pictures": name, "learned_from": count, "judged_on": len(labels) - count, **means})
    return rows


def goals_of(speed: dict[str, dict[str, float | None]], accuracy: list[dict[str, Any]]) -> list[Goal]:
    goals = []
    for size, most in (("1,000 x 1,280", 0.3), ("10,000 x 1,024", 1.0)):
        took = speed.get(size, {}).get("head_seconds")
        if took is not None:
            goals.append(Goal(f"a head in closed form, {size} features", f"{most} s", f"{took:.2f} s", took <= most))
    least = min(row["head"] - row["logistic"] for row in accuracy)
    goals.append(
        Goal("the head in closed form on new pictures, against logistic regression on the same features",
             "no less right", f"{least:+.1f} points at the least", least >= 0),
    )  # fmt: skip
    return goals


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, metavar="N", help="most rows of made-up features")
    parser.add_argument("--seeds", type=int, default=3, metavar="N")
    parser.add_argument("--backbone", default="tf_efficientnet_lite0", metavar="NAME")
    parser.add_argument("--large", action="store_true", help="also 100,000 pictures, with the memory that they take")
    parser.add_argument("--classes", type=int, default=0, metavar="N", help="also so many classes, of 20,000 pictures")
    parser.add_argument("--out", type=Path, default=RESULTS / "heads.json")
    arguments = parser.parse_args()
    machine, device = limits(), device_facts()
    use_threads(device.threads)
    accuracy = measure_accuracy(arguments.backbone, arguments.seeds, device.threads)
    speed = measure_speed(arguments.rows)
    goals = goals_of(speed, accuracy)
    sizes = [(*LARGE, CLASSES)] * arguments.large + [(*MANY, arguments.classes)] * (arguments.classes > 0)
    alone = {f"{count:,} x {width:,}, {classes:,} classes": measure_alone(count, width, classes)
             for count, width, classes in sizes}  # fmt: skip
    found = {"backbone": arguments.backbone, "seeds": arguments.seeds, "speed": speed, "alone": alone,
             "accuracy": accuracy}  # fmt: skip
    record(arguments.out, as_record(machine), found, goals)
    print(machine.words())
    rows = [
        (name, f"{one['head_seconds']:.2f}", f"{one['logistic_seconds']:.2f}" if one["logistic_seconds"] else "")
        for name, one in speed.items()
    ]
    print(table(("seconds", "head", "logistic regression"), rows))
    if alone:
        sized = [(name, f"{one['seconds']:.1f}", f"{one['processor_seconds']:.1f}", f"{one['megabytes']:,.0f}",
                  f"{one['megabytes_of_the_features']:,.0f}") for name, one in alone.items()]  # fmt: skip
        print(
            table(
                ("a head alone", "seconds", "of the processor", "MB beside the features", "MB of the features"), sized
            )
        )
    lines = [
        (f"{row['learned_from']:,} {row['pictures']}", f"{row['head']:.1f} %", f"{row['logistic']:.1f} %",
         f"{row['head_loss']:.3f}", f"{row['logistic_loss']:.3f}")
        for row in accuracy
    ]  # fmt: skip
    print(table(("learned from", "head", "logistic regression", "log loss", "of the other"), lines))
    print("\n".join(goal.words() for goal in goals))


if __name__ == "__main__":
    main()
