"""What a person reads while a run goes on, on a terminal and in a file."""

from __future__ import annotations

import io
from typing import Any

from tl_core.commands.progress import ProgressPrinter, ending_in_words, epoch_in_words, head_in_words, plan_in_words
from tl_core.evaluation.scores import RunResult

EPOCH: dict[str, Any] = {
    "kind": "epoch_done", "epoch": 1, "epochs": 3, "train_loss": 0.61234, "train_accuracy": 0.8125, "val_loss": None,
    "val_accuracy": None, "learning_rate": 1e-3, "images_per_second": 51.4, "is_best": True,
}  # fmt: skip
PLAN: dict[str, Any] = {
    "backbone": "tf_efficientnet_lite0", "classes": ["daisy", "tulip"], "pictures": {"train": 80, "val": 20, "test": 0},
    "trainable_parameters": 2562, "total_parameters": 3_373_570, "reasons": {"batch_size": "Small groups."},
}  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def phase(done: int, name: str = "reading") -> dict[str, Any]:
    return {"kind": "phase", "name": name, "done": done, "total": 1200, "seconds_left": 3.2}


def test_groups_that_are_kept_whole_are_told_with_what_the_number_is_for() -> None:
    told = plan_in_words({**PLAN, "used_in": "new", "kept_out": "folder", "groups": 6})
    assert "6 groups by folder, each whole on one side: the number is for new places." in told
    assert not [line for line in plan_in_words({**PLAN, "kept_out": "none", "groups": 0}) if "new places" in line]


def test_in_a_file_each_phase_is_one_line() -> None:
    out = io.StringIO()
    printer = ProgressPrinter(out)
    for done in (0, 600, 1200):
        printer.record(phase(done))
    printer.record(phase(0, "head"))
    assert out.getvalue() == "Reading pictures ...\nFitting the head ...\n"


def test_on_a_terminal_the_line_moves_a_few_times_a_second_and_its_end_is_always_shown() -> None:
    out, now = Terminal(), [0.0]
    printer = ProgressPrinter(out, clock=lambda: now[0])
    printer.record(phase(1))
    printer.record(phase(2))  # at the same moment: not drawn
    now[0] = 1.0
    printer.record(phase(600))
    printer.record(phase(1200))
    printer.say("Read.")
    drawn = [line.strip() for line in out.getvalue().split("\r")]
    assert [line.split()[2] for line in drawn[1:]] == ["1", "600", "1,200"]
    assert drawn[-1].endswith("3 s left  \nRead.")


def test_a_thaw_is_one_line() -> None:
    out = io.StringIO()
    ProgressPrinter(out).record({"kind": "thawed", "epoch": 3, "stages": ["blocks.5", "blocks.6"]})
    assert out.getvalue() == "Thawed from epoch 3: blocks.5, blocks.6.\n"


def test_epochs_are_rows_under_one_heading_and_unknown_is_shown_as_unknown() -> None:
    out = io.StringIO()
    printer = ProgressPrinter(out)
    printer.record(EPOCH)
    printer.record({**EPOCH, "epoch": 2, "val_loss": 0.5, "val_accuracy": 0.9, "is_best": False})
    heading, first, second = out.getvalue().splitlines()
    assert heading.split()[:3] == ["epoch", "loss", "accuracy"]
    assert first.split() == ["1/3", "0.6123", "81.2", "%", "-", "-", "51", "best", "so", "far"]
    assert second.split() == ["2/3", "0.6123", "81.2", "%", "0.5000", "90.0", "%", "51"]
    assert epoch_in_words(EPOCH) == first


def test_a_head_alone_is_told_in_a_sentence() -> None:
    head = {**EPOCH, "epoch": 0, "epochs": 0, "val_accuracy": 0.75}
    assert (
        head_in_words(head) == "Head fitted: 81.2 % on the pictures it learned from, 75.0 % on the validation pictures."
    )
    out = io.StringIO()
    ProgressPrinter(out).record({**head, "val_accuracy": None})
    assert out.getvalue() == "Head fitted: 81.2 % on the pictures it learned from.\n"


def test_the_plan_is_told_with_its_reasons() -> None:
    assert plan_in_words(PLAN) == [
        "2 classes; pictures: 80 to learn from, 20 to check on.",
        "Network tf_efficientnet_lite0: 2,562 of 3,373,570 parameters train.",
        "  batch size: Small groups.",
    ]


def test_a_warning_cannot_write_on_the_terminal() -> None:
    out = io.StringIO()
    ProgressPrinter(out).record({"kind": "warned", "message": "'\x1b[2J' was skipped"})
    assert out.getvalue() == "Note: '\\x1b[2J' was skipped\n"


def test_the_ending_tells_time_accuracy_and_where_the_run_lies() -> None:
    result = RunResult.from_dict(
        {
            "measured_on": "test", "images": 10, "correct": 9, "accuracy": 0.9, "accuracy_low": 0.6,
            "accuracy_high": 0.98, "baseline": 0.5, "baseline_class": "daisy", "macro_f1": 0.9, "auroc": 0.95,
            "balanced_accuracy": 0.9, "log_loss": 0.3, "classes": ["daisy", "tulip"], "confusion": [[5, 0], [1, 4]],
            "per_class": [],
        }
    )  # fmt: skip
    record = {"kind": "stopped", "seconds": 12.34, "run": "/ws/run", "result": result.to_dict()}
    stopped, sentence, run = ending_in_words(record)
    assert stopped == "Stopped; the model so far is kept, 12.3 s after the command."
    assert sentence.startswith("Right on 9 of 10 new pictures (90 %)")
    assert run == "Run: /ws/run"
    assert ending_in_words({**record, "kind": "finished", "result": {}}) == [
        "Done, 12.3 s after the command.",
        "Run: /ws/run",
    ]


def test_whoever_goes_on_is_told_after_how_many_epochs() -> None:
    out = io.StringIO()
    printer = ProgressPrinter(out)
    for epoch in (-1, 1, 3):
        printer.record({"kind": "resumed", "epoch": epoch, "step": 7})
    assert out.getvalue().splitlines() == ["Going on after 1 whole epoch.", "Going on after 3 whole epochs."]
