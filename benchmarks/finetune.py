"""Fine-tuning against a plain loop, and the last stage against itself, in turns, in one process.

`python -m benchmarks.finetune [--pictures N] [--epochs N] [--turns N]` writes a part of Fashion-MNIST out as pictures
and trains EfficientNet-Lite0 on them: all of it as Thaw does, and as a plain PyTorch loop does (32-bit numbers, a
DataLoader over the files); then with the last stage thawed, and that stage alone on features that lie in memory. Two
things are told of the last stage: its steps alone, in images a second; and the whole epoch, in seconds, as a worker
runs it (kept features read, steps, judging, checkpoints, journal) against as many passes forward and back alone. On a
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
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.finetune_gpu import NO_CARD, goal_on_card, measured_on_card
from benchmarks.finetune_ways import BATCH, Took, plain_loop, split_of, stage_alone, with_thaw
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
MORE_EPOCHS = 3  # times as many where only the last stage learns: its epochs are short


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
        ways = ways_of(dataset, folder, epochs=arguments.epochs, clock=clock)
        usual = in_turns(ways, arguments.turns)
        card = None
        if choose_device() == "cuda":
            many = pictures_in(folder / "card", arguments.card_pictures)
            card = measured_on_card(many, folder, pictures=arguments.card_pictures, turns=arguments.turns)
    goals = [*goals_of(usual, one_core=arguments.one_core), *([goal_on_card(card)] if card else [])]
    found = {
        "backbone": BACKBONE, "pictures": arguments.pictures, "threads": device.threads,
        "native_bf16": device.native_bf16, "one_core": arguments.one_core,
        "images_per_second": {title: took.images_per_second for title, took in usual.items()},
        "epoch_seconds": {title: took.epoch_seconds for title, took in usual.items() if took.epoch_seconds},
        "card": card,
    }  # fmt: skip
    record(arguments.out, as_record(machine), found, goals)
    rows = [
        (title, f"{took.images_per_second:,.1f}", f"{took.epoch_seconds:,.3f}" if took.epoch_seconds else "")
        for title, took in usual.items()
    ]
    print(table(("", "images a second, steps alone", "seconds of a whole epoch"), rows))
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


def ways_of(dataset: Dataset, folder: Path, *, epochs: int, clock: Clock) -> dict[str, Callable[[], Took]]:
    config = partial(RunConfig, backbone=BACKBONE, augment="none", epochs=epochs, batch_size=BATCH)
    last = config(freeze=LAST_STAGE, epochs=epochs * MORE_EPOCHS)
    split = split_of(dataset, folder, last)
    return {
        EVERYTHING: lambda: with_thaw(dataset, folder, config(freeze="none"), clock),
        PLAIN: lambda: plain_loop(folder / "pictures" / "train", epochs, clock),
        LAST: lambda: with_thaw(dataset, folder, last, clock),
        ALONE: lambda: stage_alone(LAST_STAGE, split["train"], split["val"], epochs=last.epochs or epochs, clock=clock),
    }


def in_turns(ways: dict[str, Callable[[], Took]], turns: int) -> dict[str, Took]:
    """What every way usually took."""
    every: dict[str, list[Took]] = {title: [] for title in ways}
    for turn in range(turns):
        for title, way in ways.items():
            every[title].append(way())
            print(f"turn {turn + 1}: {title:26} {every[title][-1].images_per_second:8.1f} images a second", flush=True)
    return {title: usual_of(own) for title, own in every.items()}


def usual_of(every: Sequence[Took]) -> Took:
    seconds = [took.epoch_seconds for took in every if took.epoch_seconds is not None]
    return Took(
        round(statistics.median(took.images_per_second for took in every), 2),
        round(statistics.median(seconds), 4) if seconds else None,
    )


def goals_of(usual: dict[str, Took], *, one_core: bool = False) -> list[Goal]:
    how = ", on one core by its own clock" if one_core else ""
    rate = {title: took.images_per_second for title, took in usual.items()}
    plain, steps = rate[EVERYTHING] / rate[PLAIN], rate[ALONE] / rate[LAST]
    last, alone = usual[LAST].epoch_seconds, usual[ALONE].epoch_seconds
    goals = [
        Goal("the steps of an epoch with the last stage trained, against those of that stage alone",
             f"at most {TIMES_ALONE:g} times", f"{steps:.2f} times{how}", steps <= TIMES_ALONE),
        Goal("full fine-tuning, images a second, against a plain PyTorch loop (fp32, DataLoader)",
             f"at least {TIMES_PLAIN:g} times", f"{plain:.1f} times{how}", plain >= TIMES_PLAIN),
    ]  # fmt: skip
    if last is not None and alone is not None:
        what = (
            "a whole epoch with the last stage trained (kept features read, steps, judging, checkpoints, journal), "
            "against that stage alone (as many passes, those that judge included)"
        )
        whole = last / alone
        goals.insert(0, Goal(what, f"at most {TIMES_ALONE:g} times", f"{whole:.2f} times{how}", whole <= TIMES_ALONE))
    return goals


if __name__ == "__main__":
    main()
