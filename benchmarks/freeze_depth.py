"""How far to freeze: accuracy on new pictures, time for an epoch and trainable parameters, line by line.

`python -m benchmarks.freeze_depth` trains EfficientNet-Lite0 on 200 pictures of each of the ten kinds of Fashion-MNIST
once for every stage that the ice line can stand on, each in a process of its own, as the command line does it; the test
is 1,000 other pictures. Writes benchmarks/results/freeze_depth.json and prints a table. Knows the command line only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "freeze_depth.json"
BACKBONE = "tf_efficientnet_lite0"


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backbone", default=BACKBONE)
    parser.add_argument("--a-class", type=int, default=200, help="training pictures of each kind")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--freeze", nargs="*", help="only these lines; else every stage, all and none")
    parser.add_argument("--out", type=Path, default=RESULT)
    arguments = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        pictures, workspace = Path(folder, "pictures"), Path(folder, "workspace")
        counts = ["--train", str(10 * arguments.a_class), "--test", "1000"]
        subprocess.run([sys.executable, "-m", "benchmarks.fashion_mnist", str(pictures), *counts], cwd=ROOT, check=True)
        lines = arguments.freeze or ["all", *reversed(stages_of(arguments.backbone)[:-2]), "none"]
        rows = []
        for line in lines:
            rows.append(measured(pictures, workspace, arguments, line))
            print(as_text(rows[-1]), flush=True)
    what = {"backbone": arguments.backbone, "a_class": arguments.a_class, "epochs": arguments.epochs}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({**what, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    return 0


def stages_of(backbone: str) -> list[str]:
    """The stages in order, the head last; to freeze the one before the head is to freeze all."""
    return [stage["name"] for stage in records(["layers", backbone])]


def measured(pictures: Path, workspace: Path, arguments: argparse.Namespace, line: str) -> dict[str, Any]:
    """One training with the ice line at a stage. The first one reads the pictures and fits the head for all."""
    words = ["--workspace", str(workspace), "train", str(pictures), "--backbone", arguments.backbone, "--freeze", line]
    steps = [] if line == "all" else ["--epochs", str(arguments.epochs)]
    started = time.monotonic()
    journal = records([*words, *steps])
    seconds = time.monotonic() - started
    plan = next(record["plan"] for record in journal if record["kind"] == "planned")
    epochs = [record for record in journal if record["kind"] == "epoch_done"]
    result = journal[-1]["result"]
    return {
        "freeze": line,
        "accuracy": result["accuracy"],
        "accuracy_low": result["accuracy_low"],
        "accuracy_high": result["accuracy_high"],
        "trainable_parameters": plan["trainable_parameters"],
        "total_parameters": plan["total_parameters"],
        "augment": plan["augment"],
        "prefix_cached": plan["prefix_cached"],
        "learning_rate": plan["learning_rate"],
        "seconds_an_epoch": seconds_an_epoch(epochs, plan["pictures"]["train"]),
        "seconds": round(seconds, 1),
        "epochs": [[record["train_loss"], record["val_loss"], record["val_accuracy"]] for record in epochs],
    }


def seconds_an_epoch(epochs: list[dict[str, Any]], pictures: int) -> float | None:
    """The median over the epochs; None for the head alone, which makes none."""
    rates = sorted(record["images_per_second"] for record in epochs if record["epoch"] > 0)
    return round(pictures / rates[len(rates) // 2], 2) if rates else None


def records(words: list[str]) -> list[dict[str, Any]]:
    """The JSON lines of a command of Thaw's."""
    done = subprocess.run(
        [sys.executable, "-m", "tl_core", *words, "--json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def table(rows: list[dict[str, Any]]) -> str:
    return "\n".join([f"{'frozen up to':14} {'accuracy':>24} {'trains':>12} {'an epoch':>10}", *map(as_text, rows)])


def as_text(row: dict[str, Any]) -> str:
    interval = f"{row['accuracy']:.1%} ({row['accuracy_low']:.1%} to {row['accuracy_high']:.1%})"
    epoch = "-" if row["seconds_an_epoch"] is None else f"{row['seconds_an_epoch']:.1f} s"
    return f"{row['freeze']:14} {interval:>24} {row['trainable_parameters']:>12,} {epoch:>10}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
