"""The self-test: a file that was made is opened in a fresh process and must answer as its run does.

Knows processes and probabilities by class; it loads no network itself. Torch-free.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tl_core.errors import BundleError
from tl_core.export.manifest import ONNX, PREDICT, read_manifest, verified
from tl_core.export.members import open_members

TOLERANCE = 1e-4  # the largest difference between two probabilities of the same class and picture
SECONDS = 900.0  # a large network on a slow machine; whoever takes longer hangs
PROGRAM_ROOT = Path(__file__).resolve().parents[2]
NOT_OFFERED = (
    "It is not offered, since it would answer otherwise than the model you know. The other forms may be right."
)
Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Check:
    """What the self-test of one file found: over how many pictures, and the largest difference."""

    what: str
    pictures: int
    largest: float


def check_thaw(file: Path, pictures: Sequence[Path], expected: Sequence[Scores]) -> Check:
    """A bundle as Thaw itself opens it. Raises BundleError where it does not open, or answers otherwise."""
    words = ["-m", "tl_core", "predict", str(file), *map(str, pictures), "--json"]
    return compared("model.safetensors", _answers("model.safetensors", words, PROGRAM_ROOT), expected)


def check_program(file: Path, pictures: Sequence[Path], expected: Sequence[Scores]) -> Check:
    words = ["-m", "tl_core.export.program_answers", str(file), *map(str, pictures)]
    return compared("The torch program", _answers("The torch program", words, PROGRAM_ROOT), expected)


def check_onnx(onnx: bytes, script: bytes, pictures: Sequence[Path], expected: Sequence[Scores]) -> Check:
    """The ONNX file through the bundle's own predict.py, alone in a folder."""
    with tempfile.TemporaryDirectory(prefix="thaw-check-") as folder:
        (Path(folder) / ONNX).write_bytes(onnx)
        (Path(folder) / PREDICT).write_bytes(script)
        # Isolated: neither Thaw's own modules nor settings of the environment can help it.
        answers = _answers(ONNX, ["-I", str(Path(folder) / PREDICT), *map(str, pictures)], Path(folder))
    return compared(ONNX, answers, expected)


def check_bundle(file: Path, pictures: Sequence[Path], expected: Sequence[Scores]) -> tuple[Check, ...]:
    """Both ways to use a bundle, out of the zip as it will be handed over."""
    members = open_members(file)
    manifest = read_manifest(members)
    checks = [check_thaw(file, pictures, expected)]
    if ONNX in manifest:
        onnx, script = verified(members, manifest, ONNX), verified(members, manifest, PREDICT)
        checks.append(check_onnx(onnx, script, pictures, expected))
    return tuple(checks)


def compared(what: str, found: Sequence[Scores], expected: Sequence[Scores]) -> Check:
    """Raises BundleError for other classes, another number of answers, or a difference above the tolerance."""
    if len(found) != len(expected):
        raise BundleError(f"{what} failed its check: {len(found)} of {len(expected)} pictures were read.", NOT_OFFERED)
    largest = 0.0
    for number, (own, wanted) in enumerate(zip(found, expected, strict=True), start=1):
        if own.keys() != wanted.keys():
            raise BundleError(f"{what} failed its check: it names other classes than the run.", NOT_OFFERED)
        name = max(wanted, key=lambda one: abs(own[one] - wanted[one]))
        difference = abs(own[name] - wanted[name])
        if not difference <= TOLERANCE:  # also where it is no number
            raise BundleError(
                f"{what} failed its check: on picture {number} of {len(expected)} it gives '{name}' "
                f"{own[name]:.4f}, the run {wanted[name]:.4f}.",
                NOT_OFFERED,
            )
        largest = max(largest, difference)
    return Check(what, len(expected), largest)


def _answers(what: str, words: Sequence[str], folder: Path) -> list[Scores]:
    """The scores that a fresh Python prints, one JSON line a picture."""
    environment = {**os.environ, "PYTHONUTF8": "1", "CUDA_VISIBLE_DEVICES": ""}
    try:
        done = subprocess.run(
            [sys.executable, "-X", "utf8", *words],
            cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        lines = [json.loads(line) for line in done.stdout.splitlines()]
    except subprocess.TimeoutExpired:
        raise BundleError(f"{what} failed its check: it gave no answer in time.", NOT_OFFERED) from None
    except ValueError:
        raise BundleError(f"{what} failed its check: what it printed is no answer.", NOT_OFFERED) from None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[0][:200]
        raise BundleError(f"{what} failed its check: it does not open in a fresh process ({reason}).", NOT_OFFERED)
    return [line["scores"] for line in lines if "scores" in line]
