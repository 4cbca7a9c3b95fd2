"""A run's records as lines for people, on standard error. Pure but for the printing; starts and decides nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from tl_core.data.counting import counted
from tl_core.data.names import shown
from tl_core.evaluation.scores import RunResult
from tl_core.evaluation.sentence import in_words

LINE_SECONDS = 0.2  # a moving line is drawn five times a second at most
PHASE_WORDS = {
    "loading": "Loading the network",
    "reading": "Reading pictures",
    "looking": "Checking pictures",
    "features": "Looking at pictures",
    "head": "Fitting the head",
    "training": "Training",
    "scoring": "Scoring",
    "saving": "Saving the model",
    "rates": "Trying rates",
}
EPOCH_HEADINGS = f"{'epoch':>7} {'loss':>8} {'accuracy':>9} {'val loss':>9} {'val acc.':>9} {'images/s':>9}"


class ProgressPrinter:
    """Prints what is new. On a terminal the line of the phase under way moves; elsewhere each phase is one line."""

    def __init__(self, out: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out or sys.stderr
        self._clock = clock
        self._moving = ""  # what stands on the unfinished line
        self._drawn = float("-inf")
        self._phase = ""
        self._headings = False

    def say(self, words: str) -> None:
        """A whole line, after the moving one."""
        if self._moving:
            self._out.write("\n")
            self._moving = ""
        self._out.write(f"{words}\n")
        self._out.flush()

    def phase(self, name: str, done: int, total: int, *, seconds_left: float | None = None) -> None:
        words = PHASE_WORDS.get(name, name)
        if not self._out.isatty():
            if name != self._phase:
                self.say(f"{words} ...")
        elif self._phase != name or done >= total or self._clock() - self._drawn >= LINE_SECONDS:
            self._move(name, f"{words:<20} {done:>7,} of {total:,}{_left(seconds_left)}")
        self._phase = name

    def record(self, record: dict[str, Any]) -> None:
        """What a person wants to read of a journal's record; endings are told elsewhere."""
        kind = record.get("kind")
        if kind == "phase":
            self.phase(record["name"], record["done"], record["total"], seconds_left=record.get("seconds_left"))
        elif kind == "step_done":
            self.phase("training", record["step"], record["steps"], seconds_left=record["seconds_left"])
        elif kind == "planned":
            for line in plan_in_words(record["plan"]):
                self.say(line)
        elif kind == "epoch_done":
            self._epoch(record)
        elif kind == "model_ready":
            self.say(first_model_in_words(record))
        elif kind == "candidate_done":
            self.say(candidate_in_words(record))
        elif kind == "repeat_done":
            self.say(repeat_in_words(record))
        elif kind == "thawed":
            self.say(f"Thawed from epoch {record['epoch']}: {shown(', '.join(record['stages']))}.")
        elif kind == "resumed" and record["epoch"] >= 0:
            self.say(f"Going on after {counted(record['epoch'], 'whole epoch')}.")
        elif kind == "warned":
            self.say(f"Note: {shown(record['message'])}")

    def _epoch(self, record: dict[str, Any]) -> None:
        if record["epochs"] == 0:
            self.say(head_in_words(record))
            return
        if not self._headings:
            self.say(EPOCH_HEADINGS)
            self._headings = True
        self.say(epoch_in_words(record))

    def _move(self, name: str, line: str) -> None:
        if self._moving and name != self._phase:
            self._out.write("\n")
            self._moving = ""
        self._out.write("\r" + line.ljust(len(self._moving)))
        self._out.flush()
        self._moving, self._drawn = line, self._clock()


def plan_in_words(plan: dict[str, Any]) -> list[str]:
    """What will be done, and why where the plan decided it."""
    pictures = ", ".join(f"{count:,} to {_use(split)}" for split, count in plan["pictures"].items() if count)
    trained = f"{plan['trainable_parameters']:,} of {plan['total_parameters']:,} parameters train"
    lines = [
        f"{len(plan['classes'])} classes; pictures: {pictures}.",
        f"Network {plan['backbone']}: {trained}.",
    ]
    if plan.get("kept_out", "none") != "none":
        groups = counted(plan["groups"], "group")
        lines.append(f"{groups} by {plan['kept_out']}, each whole on one side: the number is for new places.")
    return lines + [f"  {name.replace('_', ' ')}: {reason}" for name, reason in plan["reasons"].items()]


def head_in_words(record: dict[str, Any]) -> str:
    """Of a run that fits the head and nothing else."""
    checked = record["val_accuracy"]
    on_validation = "" if checked is None else f", {_percent(checked)} on the validation pictures"
    return f"Head fitted: {_percent(record['train_accuracy'])} on the pictures it learned from{on_validation}."


def first_model_in_words(record: dict[str, Any]) -> str:
    on = {"validation": "validation pictures", "cross-validation": "pictures, each left out in turn"}
    return (
        f"The first model is saved and can be tried: right on {_percent(record['accuracy'])} of {record['images']:,} "
        f"{on.get(record['measured_on'], 'pictures')}; the true rate is likely {_percent(record['accuracy_low'])} to "
        f"{_percent(record['accuracy_high'])}."
    )


def epoch_in_words(record: dict[str, Any]) -> str:
    best = "  best so far" if record.get("is_best") else ""
    return (
        f"{record['epoch']:>3}/{record['epochs']:<3} {_loss(record['train_loss']):>8} "
        f"{_percent(record['train_accuracy']):>9} {_loss(record['val_loss']):>9} {_percent(record['val_accuracy']):>9} "
        f"{record['images_per_second']:>9,.0f}{best}"
    )


def candidate_in_words(record: dict[str, Any]) -> str:
    frozen = {"all": "the head alone", "none": "nothing frozen"}.get(
        record["freeze"], f"frozen up to {record['freeze']}"
    )
    leads = "  leads" if record["is_best"] else ""
    return (
        f"Candidate {record['number']} of {record['candidates']}: {shown(frozen)}, "
        f"{_percent(record['val_accuracy'])} on the validation pictures{leads}"
    )


def repeat_in_words(record: dict[str, Any]) -> str:
    return f"Seed {record['seed']} ({record['number']} of {record['repeats']}): {_percent(record['accuracy'])} right."


def ending_in_words(record: dict[str, Any]) -> list[str]:
    """How it ended, for a person; `record` has `run` and `seconds` of the whole command."""
    done = "Stopped; the model so far is kept" if record["kind"] == "stopped" else "Done"
    lines = [f"{done}, {record['seconds']:.1f} s after the command."]
    if record.get("result"):
        lines.append(in_words(RunResult.from_dict(record["result"])))
    return [*lines, f"Run: {shown(record['run'])}"]


def _use(split: str) -> str:
    return {"train": "learn from", "val": "check on", "test": "test on"}.get(split, split)


def _left(seconds: float | None) -> str:
    return "" if seconds is None else f", {seconds:,.0f} s left  "


def _loss(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value * 100:.1f} %"
