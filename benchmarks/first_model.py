"""How long a person waits for the first model: on the screen and by the command line, first and again.

`python -m benchmarks.first_model [--pictures N]` prints a table and writes benchmarks/results/
first_model.json. The screen is its services with a real assistant in a workspace of its own, asked as the page asks
them; the command line is processes. Pictures are JPEG of 350 pixels made from Fashion-MNIST (see fashion_mnist.py).
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.fashion_mnist import CLASSES, SOURCE, read_idx
from benchmarks.limits import as_record, limits
from benchmarks.pressing import CHOSEN, Screen, Waited, note, served, waited
from benchmarks.recording import RESULTS, Goal, record, table

ROOT = Path(__file__).resolve().parents[1]
SIDE = 350
ADDED = 20
OTHER_HEAD: dict[str, Any] = {"preset": "instant", "validation_share": 0.25}
THIRD_HEAD: dict[str, Any] = {"preset": "instant", "validation_share": 0.3}


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--out", type=Path, default=RESULTS / "first_model.json")
    arguments = parser.parse_args(words)
    if not arguments.source.is_dir():
        print(f"'{arguments.source}' is no folder. On Debian: sudo apt install dataset-fashion-mnist", file=sys.stderr)
        return 2
    found: dict[str, Waited] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_pictures(folder / "pictures", arguments.source, 0, arguments.pictures)
        write_pictures(folder / "more", arguments.source, arguments.pictures, ADDED, kinds=1)
        machine = limits()
        for name, waited in itertools.chain(by_the_command_line(folder), on_the_screen(folder)):
            found[name] = waited
            print(f"{name}: {waited.model:.2f} s to the model, {waited.end:.2f} s to the end", flush=True)
    goals = goals_of(found)
    print(machine.words())
    rows = [(name, f"{one.model:.2f} s", f"{one.end:.2f} s") for name, one in found.items()]
    print(table(("", "first model", "end"), rows))
    print("\n".join(goal.words() for goal in goals))
    seconds = {name: {"model": one.model, "end": one.end, "phases": one.phases} for name, one in found.items()}
    record(arguments.out, as_record(machine), {"pictures": arguments.pictures, "seconds": seconds}, goals)
    return 0


def goals_of(found: dict[str, Waited]) -> list[Goal]:
    """A press at once finds the next worker just loading: it shall be no worse off than the command line."""
    wanted = (
        (SCREEN_FIRST, 8.0), (LINE_FIRST, 12.0), (SCREEN_AGAIN, 1.0),
        (SCREEN_AT_ONCE, 5.0), (LINE_AGAIN, 5.0), (SCREEN_ADDED, 2.0),
    )  # fmt: skip
    return [
        Goal(f"First model, {name}", f"{seconds:g} s", f"{found[name].model:.2f} s", found[name].model <= seconds)
        for name, seconds in wanted
        if name in found
    ]


SCREEN_FIRST = "on the screen, from the last picture's arrival"
SCREEN_PREPARED = "on the screen, pressed once all is prepared"
SCREEN_AGAIN = "on the screen, again with another head setting"
SCREEN_AT_ONCE = "on the screen, again with another head setting, pressed at once after the run"
SCREEN_ADDED = f"on the screen, after adding {ADDED} pictures"
LINE_FIRST = "by the command line, Python's start included"
LINE_AGAIN = "by the command line, again with another head setting"


def write_pictures(folder: Path, source: Path, skipped: int, count: int, kinds: int = len(CLASSES)) -> None:
    """Leaves out as many of each kind as the first `skipped` of all kinds hold."""
    pictures = read_idx(source / "train-images-idx3-ubyte.gz")  # (pictures, 28, 28)
    labels = read_idx(source / "train-labels-idx1-ubyte.gz")  # (pictures,)
    for label, name in enumerate(CLASSES[:kinds]):
        (folder / name).mkdir(parents=True)
        first, each = skipped // len(CLASSES), count // kinds
        for position in np.flatnonzero(labels == label)[first : first + each]:
            picture = Image.fromarray(pictures[position]).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            picture.save(folder / name / f"{position:05d}.jpg", quality=90)


def by_the_command_line(folder: Path) -> Iterator[tuple[str, Waited]]:
    workspace = folder / "line"
    yield LINE_FIRST, commanded(workspace, folder / "pictures")
    yield LINE_AGAIN, commanded(workspace, folder / "pictures", "--set", "validation_share=0.25")


def commanded(workspace: Path, pictures: Path, *words: str) -> Waited:
    """A whole command; its records are timed as they come out of it."""
    command = [sys.executable, "-m", "tl_core", "train", str(pictures), "--workspace", str(workspace), "--json"]
    started = time.perf_counter()
    times: dict[str, float] = {}
    whole = [*command, "--preset", "instant", *words]
    with subprocess.Popen(whole, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            note(times, json.loads(line), time.perf_counter() - started)
    if process.returncode:
        raise RuntimeError(f"the command ended with status {process.returncode}")
    return waited(times)


def on_the_screen(
    folder: Path, served: Callable[[Path], AbstractContextManager[Screen]] = served
) -> Iterator[tuple[str, Waited]]:
    """A person who has the page open: what the page does in the background is done here, too.

    Before each press but one the person has looked at the last result for a moment, and a worker waits in reserve.
    """
    with served(folder / "screen") as screen:
        screen.ready()
        started = time.perf_counter()
        dataset = screen.brought(folder / "pictures")
        screen.prepare(dataset)
        yield SCREEN_FIRST, screen.trained(dataset, CHOSEN, started)
        screen.ready()
        yield SCREEN_AGAIN, screen.trained(dataset, OTHER_HEAD, time.perf_counter())
        yield SCREEN_AT_ONCE, screen.trained(dataset, THIRD_HEAD, time.perf_counter())
        screen.ready()
        started = time.perf_counter()
        screen.add(dataset, folder / "more")
        screen.prepare(dataset)
        yield SCREEN_ADDED, screen.trained(dataset, CHOSEN, started)
    with served(folder / "prepared") as screen:
        screen.ready()
        dataset = screen.brought(folder / "pictures")
        screen.prepared(dataset)
        yield SCREEN_PREPARED, screen.trained(dataset, CHOSEN, time.perf_counter())


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    sys.exit(main(sys.argv[1:]))
