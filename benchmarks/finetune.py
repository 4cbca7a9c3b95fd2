"""Fine-tuning against a plain loop, and the last stage against itself: images a second, in turns, in one process.

`python -m benchmarks.finetune [--pictures N] [--epochs N] [--turns N]` writes a part of Fashion-MNIST out as pictures
and trains EfficientNet-Lite0 on them: all of it as Thaw does, and as a plain PyTorch loop does (32-bit numbers, a
DataLoader over the files); then with the last stage thawed, and that stage alone on features that lie in memory. On a
graphics card also ResNet-50, against the same steps on noise that lies there. Prints a table and writes
benchmarks/results/finetune.json. With --one-core all of that is on one core and by the process's own clock, which
stands still while others have the core: for a busy machine. The plain loop's other processes, which read, cost nothing
then.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.finetune_gpu import NO_CARD, goal_on_card, measured_on_card
from benchmarks.finetune_ways import BATCH, plain_loop, stage_alone, with_thaw
from benchmarks.freeze_depth import BACKBONE, ROOT
from benchmarks.limits import as_record, limits
from benchmarks.recording import RESULTS, Goal, record, table
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset, import_source
from tl_core.training.device import choose_device, device_facts, use_threads
from tl_core.training.metrics import Clock

LAST_STAGE = "blocks.5"
EVERYTHING, PLAIN = "everything", "everything, a plain loop"
LAST, ALONE = "the last stage", "the last stage alone"
TIMES_PLAIN, TIMES_ALONE = 1.8, 1.15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1000, metavar="N")
    parser.add_argument("--epochs", type=int, default=3, metavar="N", help="of each training; the first one warms up")
    parser.add_argument("--turns", type=int, default=2, metavar="N")
    parser.add_argument("--card-pictures", type=int, default=10_000, metavar="N", help="for a graphics card")
    parser.add_argument("--one-core", action="store_true", help="by the process's own clock; on Linux")
    parser.add_argument("--out", type=Path, default=RESULTS / "finetune.json")
    arguments = parser.parse_args()
    machine = limits()
    print(machine.words())
    clock = on_one_core() if arguments.one_core else time.perf_counter
    device = device_facts()
    use_threads(device.threads)
    with tempfile.TemporaryDirectory(prefix="thaw-benchmark-") as name:
        folder = Path(name)
        dataset = pictures_in(folder, arguments.pictures)
        ways = ways_of(dataset, folder, arguments.pictures, epochs=arguments.epochs, clock=clock)
        usual = in_turns(ways, arguments.turns)
        card = None
        if choose_device() == "cuda":
            many = pictures_in(folder / "card", arguments.card_pictures)
            card = measured_on_card(many, folder, pictures=arguments.card_pictures, turns=arguments.turns)
    goals = [*goals_of(usual, one_core=arguments.one_core), *([goal_on_card(card)] if card else [])]
    found = {
        "backbone": BACKBONE, "pictures": arguments.pictures, "threads": device.threads,
        "native_bf16": device.native_bf16, "one_core": arguments.one_core, "images_per_second": usual, "card": card,
    }  # fmt: skip
    record(arguments.out, as_record(machine), found, goals)
    print(table(("steps alone", "images a second"), [(title, f"{rate:,.1f}") for title, rate in usual.items()]))
    print("\n".join(goal.words() for goal in goals))
    if card is None:
        print(NO_CARD)


def pictures_in(folder: Path, count: int) -> Dataset:
    """So many pictures as files under the folder, brought in."""
    counts = ["--train", str(count), "--test", "0"]
    making = [sys.executable, "-m", "benchmarks.fashion_mnist", str(folder / "pictures"), *counts]
    subprocess.run(making, cwd=ROOT, check=True)
    return import_source(folder / "pictures" / "train", folder / "dataset")


def on_one_core() -> Clock:
    """This process and those that it starts keep to one core from now on; the clock counts what this one uses."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return time.process_time


def ways_of(
    dataset: Dataset, folder: Path, pictures: int, *, epochs: int, clock: Clock
) -> dict[str, Callable[[], float]]:
    """Each gives its images a second."""
    config = partial(RunConfig, backbone=BACKBONE, augment="none", epochs=epochs, batch_size=BATCH)
    return {
        EVERYTHING: lambda: with_thaw(dataset, folder, config(freeze="none"), clock),
        PLAIN: lambda: plain_loop(folder / "pictures" / "train", epochs, clock),
        LAST: lambda: with_thaw(dataset, folder, config(freeze=LAST_STAGE), clock),
        ALONE: lambda: stage_alone(LAST_STAGE, pictures, clock),
    }


def in_turns(ways: dict[str, Callable[[], float]], turns: int) -> dict[str, float]:
    """The usual images a second of every way."""
    rates: dict[str, list[float]] = {title: [] for title in ways}
    for turn in range(turns):
        for title, way in ways.items():
            rates[title].append(way())
            print(f"turn {turn + 1}: {title:26} {rates[title][-1]:8.1f} images a second", flush=True)
    return {title: round(statistics.median(own), 2) for title, own in rates.items()}


def goals_of(usual: dict[str, float], *, one_core: bool = False) -> list[Goal]:
    how = ", on one core by its own clock" if one_core else ""
    plain, alone = usual[EVERYTHING] / usual[PLAIN], usual[ALONE] / usual[LAST]
    return [
        Goal("the steps of an epoch with the last stage trained, against those of that stage alone",
             f"at most {TIMES_ALONE:g} times", f"{alone:.2f} times{how}", alone <= TIMES_ALONE),
        Goal("full fine-tuning, images a second, against a plain PyTorch loop (fp32, DataLoader)",
             f"at least {TIMES_PLAIN:g} times", f"{plain:.1f} times{how}", plain >= TIMES_PLAIN),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
