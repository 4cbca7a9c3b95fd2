"""What the rivals' scripts share: what they are asked, and a stopwatch that rests while the test pictures are measured.

With one core the stopwatch counts the processor's time, which stands still while others have the core: such figures
hold on a busy machine too. Prints one JSON object a line. Knows no network.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Stopwatch:
    """Counts from the moment at which the process was started; resting time is taken out."""

    def __init__(self, begun: float, clock: Callable[[], float] = time.time) -> None:
        self._begun = begun
        self._clock = clock
        self._rested = 0.0
        self._resting_since: float | None = None

    def rest(self) -> None:
        self._resting_since = self._clock()

    def go_on(self) -> None:
        if self._resting_since is not None:
            self._rested += self._clock() - self._resting_since
        self._resting_since = None

    @contextmanager
    def resting(self) -> Iterator[None]:
        self.rest()
        yield
        self.go_on()

    @property
    def seconds(self) -> float:
        now = self._clock() if self._resting_since is None else self._resting_since
        return now - self._begun - self._rested

    def tell(self, accuracy: float, *, epoch: int) -> None:
        point = {"kind": "point", "epoch": epoch, "seconds": round(self.seconds, 3), "accuracy": accuracy}
        print(json.dumps(point), flush=True)


def stopwatch_for(arguments: argparse.Namespace) -> Stopwatch:
    """By the wall; on one core by the processor's time of this process, which is all there is then."""
    return Stopwatch(0.0, time.process_time) if arguments.cores == 1 else Stopwatch(arguments.begun)


def loader_processes(cores: int) -> int:
    """Of a DataLoader: as many as there are cores; on one core it is none, as there is nobody to work beside."""
    return cores if cores > 1 else 0


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path, help="a folder with train and test, each with a folder for each kind")
    parser.add_argument("--begun", type=float, required=True, help="when this process was started, in unix time")
    parser.add_argument("--backbone", required=True, help="timm's name")
    parser.add_argument("--weights", required=True, help="a file with its weights under timm's names")
    parser.add_argument("--image-size", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--cores", type=int, required=True)
    parser.add_argument("--way", default="", help="where a script knows several ways, which one")
    return parser.parse_args()


def pretrained(weights: str) -> dict[str, Any]:
    """Arguments for timm.create_model: its own weights from a file, so that nothing is fetched."""
    return {"pretrained": True, "pretrained_cfg_overlay": {"file": weights}}
