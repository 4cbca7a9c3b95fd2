"""The same job by Thaw and by others: how right each became with the same pictures, and how long equal accuracy took.

`python -m benchmarks.peers [DATA] [--peers-python PYTHON]` prints a table and writes results/peers.json. DATA is a
folder with train and test; without one it is Fashion-MNIST, other pictures for each seed. Every training is a process
of its own, counted from its start, with Python's own start and imports; measuring on the test pictures does not count.
What was recorded with the same settings is not done again, so a long measurement can be gone on with. `--one-core`
gives each of them one core: the others are then counted by their processor's time, Thaw by the wall all the same.

On two quiet cores an epoch over 2,000 pictures takes fastai about 1.5 minutes frozen and 4 unfrozen, so the whole
(three seeds; 5, 20 and 60 epochs, both ways) takes about 25 hours, and `--epochs 5 --seeds 1` 45 minutes. The
environment of the peers: `python -m venv E; E/bin/pip install fastai timm scikit-learn`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import fashion_mnist
from benchmarks.comparison import (
    BETTER,
    INSTANT,
    TIMM,
    Compared,
    Row,
    compared,
    in_time,
    percent,
    records_in,
    thaw_points,
)
from benchmarks.contenders import Contender, Job, command, contenders, missing, on_cores
from benchmarks.limits import Limits, as_record, limits
from benchmarks.recording import RESULTS, Goal, read, record, table

OUT = RESULTS / "peers.json"
ROOT = Path(__file__).resolve().parents[1]
EPOCHS = (5, 20, 60)


def trained(contender: Contender, job: Job, seed: int, python: str) -> Row:
    """One training's row. Thaw begins with an empty workspace: nothing of an earlier training helps it."""
    begun, load = time.time(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=job.workspace) as workspace:
        environment = {**os.environ, "THAW_WORKSPACE": workspace, "HF_HUB_OFFLINE": "1"}
        done = subprocess.run(
            on_cores(command(contender, job, seed, python, begun), job.cores),
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{contender.name} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    records = records_in(done.stdout)
    points = thaw_points(records, begun) if contender.preset else [row for row in records if row["kind"] == "point"]
    return {"contender": contender.name, "seed": seed, "load": round(load, 1), "points": points}


def pictures_for(given: Path | None, folder: Path, seed: int, train: int, test: int) -> Path:
    """The folder that was given, or Fashion-MNIST's pictures of that seed."""
    if given is not None:
        return given
    out = folder / f"pictures-{seed}"
    words = [str(out), "--train", str(train), "--test", str(test), "--seed", str(seed)]
    if not out.is_dir() and fashion_mnist.main(words):
        raise SystemExit("There are no pictures to train with: name a folder with train and test.")
    return out


def write_weights(backbone: str, path: Path) -> None:
    """The pretrained weights that all of them start from, under timm's names."""
    from safetensors.torch import save_file

    from tl_core.backbones.build import pretrained_state

    save_file({name: tensor.contiguous() for name, tensor in pretrained_state(backbone).items()}, path)


def shown(found: Sequence[Compared]) -> str:
    rows = [
        (
            item.contender, percent(item.accuracies), in_time(item.seconds, None),
            in_time(item.to_instant, item.times), in_time(item.to_better, item.times_better),
        )
        for item in found
    ]  # fmt: skip
    return table(("", "right on the test", "to the end", f"as right as {INSTANT}", f"as right as {BETTER}"), rows)


def goals_of(found: Sequence[Compared]) -> list[Goal]:
    """Faster than every peer to equal accuracy, and no less right than the real rival."""
    by_name = {item.contender: item for item in found}
    thaw, rival = by_name.get(INSTANT), by_name.get(TIMM)
    goals = []
    if thaw is not None and rival is not None:
        what = "accuracy of the first model, against timm features and scikit-learn's logistic regression"
        said = f"{percent(thaw.accuracies)} against {percent(rival.accuracies)}"
        goals.append(Goal(what, "no less", said, thaw.accuracy >= rival.accuracy))
    others = [item for item in found if item.contender not in (INSTANT, BETTER) and item.to_instant]
    if others:
        nearest = min(others, key=lambda item: item.times or float("inf"))
        what = "time to the accuracy of Thaw's first model, the fastest peer against Thaw"
        said = "no peer got there" if nearest.times is None else f"{nearest.times:.1f} times ({nearest.contender})"
        goals.append(Goal(what, "longer", said, nearest.times is None or nearest.times > 1))
    return goals


def settings_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """What rows must have in common to be compared."""
    data: Path | None = arguments.data
    counts = {split: getattr(arguments, split) for split in ("train", "test")}
    if data is not None:
        counts = {split: sum(path.is_file() for path in (data / split).glob("*/*")) for split in counts}
    name = "Fashion-MNIST" if data is None else data.name
    cores = {"cores": 1} if arguments.one_core else {}
    return {"data": name, **counts, "backbone": arguments.backbone, "image_size": arguments.image_size, **cores}


def absolute(text: str) -> Path:
    """What is named by a relative path is found from the folder that a contender runs in, too."""
    return Path(text).absolute()


def measured(arguments: argparse.Namespace, machine: Limits, folder: Path) -> dict[str, Any]:
    """Every row, those that were recorded with these settings included; written after each training."""
    settings = settings_of(arguments)
    before = read(arguments.out)
    rows: list[Row] = list(before.get("rows", [])) if before.get("settings") == settings else []
    found: dict[str, Any] = {"settings": settings, "rows": rows, "skipped": {}}
    weights = folder / "weights.safetensors"
    write_weights(arguments.backbone, weights)
    for contender in contenders(arguments.epochs):
        if arguments.only and not any(word in contender.name for word in arguments.only):
            continue
        why = "" if contender.preset else missing(arguments.peers_python, contender.needs)
        if why:
            print(f"{contender.name}: skipped, {why}", file=sys.stderr)
            found["skipped"][contender.name] = why
            continue
        for seed in range(arguments.seeds):
            if any(row["contender"] == contender.name and row["seed"] == seed for row in rows):
                continue
            data = pictures_for(arguments.data, folder, seed, arguments.train, arguments.test)
            cores = 1 if arguments.one_core else machine.cores
            job = Job(data, arguments.backbone, weights, arguments.image_size, cores, folder)
            row = trained(contender, job, seed, arguments.peers_python)
            rows.append(row)
            last = row["points"][-1]
            print(f"{contender.name}, seed {seed}: {last['accuracy']:.1%} in {last['seconds']:.1f} s", file=sys.stderr)
            record(arguments.out, as_record(machine), found, goals_of(compared(rows)))
    record(arguments.out, as_record(machine), found, goals_of(compared(rows)))
    return found


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=absolute, nargs="?", help="a folder with train and test (default: Fashion-MNIST)")
    parser.add_argument(
        "--peers-python", default=sys.executable, metavar="PATH", help="the Python of the peers' own environment"
    )
    parser.add_argument("--train", type=int, default=2000, help="training pictures of Fashion-MNIST")
    parser.add_argument("--test", type=int, default=1000, help="test pictures of Fashion-MNIST")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, nargs="*", default=EPOCHS, help="of fastai and of the plain loop")
    parser.add_argument("--one-core", action="store_true", help="one core each, the others by their processor's time")
    parser.add_argument("--only", nargs="*", default=[], help="parts of contenders' names; all without it")
    parser.add_argument("--backbone", default="tf_efficientnet_lite0")
    parser.add_argument("--image-size", type=int, default=224)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args(words)
    if os.sep in arguments.peers_python:
        arguments.peers_python = str(absolute(arguments.peers_python))
    if arguments.one_core and shutil.which("taskset") is None:
        parser.error("--one-core needs the command taskset, which this system does not have; leave it out.")
    machine = limits()
    print(machine.words())
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        found = measured(arguments, machine, Path(folder))
    print(shown(compared(found["rows"])))
    for goal in goals_of(compared(found["rows"])):
        print(goal.words())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
