"""Makes what a person takes away of a run, and offers it only after it has answered as the run does.

The order of things: the run's own answers, the file, its self-test in a fresh process, its place. Knows no screen;
what each form holds, tl_core.export knows.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tl_core import __version__
from tl_core.backbones.network import Network
from tl_core.data.decoder import DecoderPool
from tl_core.data.index import Skipped
from tl_core.data.pictures import smallest_for
from tl_core.errors import BundleError
from tl_core.evaluation.predictor import Predictor
from tl_core.export.build_code import build_lines
from tl_core.export.card import model_card
from tl_core.export.checking import Check, Scores, check_onnx, check_program, check_thaw
from tl_core.export.described import model_path
from tl_core.export.licences import licences_text
from tl_core.export.loading import load_network
from tl_core.export.manifest import CLASSES, CONFIG, LICENCES, MANIFEST, ONNX, PREDICT, README, SAMPLES, WEIGHTS
from tl_core.export.model_config import ModelConfig
from tl_core.export.onnx_file import onnx_bytes, script_bytes
from tl_core.export.packing import zip_model
from tl_core.export.torch_file import torch_bytes
from tl_core.export.whole_model import whole_program
from tl_core.jobs.export_facts import card_facts, licence_and_source
from tl_core.jobs.export_kept import check_kept_answers
from tl_core.jobs.export_pictures import Compared, compared_pictures, sample_pictures
from tl_core.jobs.rundir import RunDir

FORMS = ("bundle", "onnx", "torch")
SAMPLE_SIDE = 512  # pixels of a sample picture's long side
OnProgress = Callable[[str, int, int], None]
FILE_WORDS = {
    WEIGHTS: "the weights under the library's own names",
    ONNX: "the whole model, preprocessing inside: a picture of any size in (uint8), probabilities out",
    PREDICT: "answers pictures with model.onnx",
    CONFIG: "architecture, classes in the order of the outputs, preprocessing, how good it was",
    CLASSES: "the classes, one a line, in the same order",
    SAMPLES: "what the sample pictures' answers should be",
    LICENCES: "whose work this is, and under which terms",
    MANIFEST: "SHA-256 of each file: Thaw notices damage and changes by hand",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that passed its self-test. `notes` are sentences about what is not in it, and why."""

    path: Path
    size: int
    sha256: str
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()

    @property
    def largest(self) -> float:
        """The largest difference of a probability from the run's own."""
        return max(check.largest for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        checks = [{"what": one.what, "pictures": one.pictures, "largest": one.largest} for one in self.checks]
        values = {"path": str(self.path), "bytes": self.size, "sha256": self.sha256}
        return {**values, "checks": checks, "notes": list(self.notes)}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is exported, and how it answers: row i of `expected` is for `pictures[i]`."""

    run: RunDir
    config: ModelConfig
    network: Network
    pictures: tuple[Compared, ...]
    expected: tuple[Scores, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(picture.path.absolute() for picture in self.pictures)


def export_model(
    run: RunDir, to: str, out: Path, *, samples: bool = True, tell: OnProgress = lambda _name, _done, _total: None
) -> Exported:
    """Write the run's model as one file of the form `to`; nothing is at `out` unless it passed.

    Raises BundleError or RunError with what is in the way; OSError where `out` cannot be written.
    """
    folder = out.absolute().parent
    with tempfile.TemporaryDirectory(dir=folder, prefix=".thaw-export-") as scratch, DecoderPool() as pool:
        subject = opened(run, Path(scratch), pool, tell)
        made = Path(scratch) / "made"
        tell("saving", 0, 1)
        if to == "bundle":
            checks, notes = make_bundle(subject, made, pool if samples else None)
        else:
            checks, notes = make_graph(subject, to, made), ()
        tell("saving", 1, 1)
        size = made.stat().st_size
        with open(made, "rb") as file:
            os.fsync(file.fileno())
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.replace(made, out)
    return Exported(out, size, sha256, checks, notes)


def opened(run: RunDir, scratch: Path, pool: DecoderPool, tell: OnProgress) -> Subject:
    """The model with its answers to the pictures that the file has to answer in the same way."""
    tell("loading", 0, 1)
    config, network = load_network(run.path)
    predictor = Predictor(config, network.module, "cpu")
    tell("loading", 1, 1)
    pictures, expected = [], []
    chosen = compared_pictures(run, scratch)
    for picture, answer in zip(chosen, predictor.predict([one.path for one in chosen], pool), strict=True):
        if not isinstance(answer, Skipped):
            pictures.append(picture)
            expected.append(answer.scores)
        tell("scoring", len(pictures), len(chosen))
    check_kept_answers(run, config, pictures, expected)
    return Subject(run, config, network, tuple(pictures), tuple(expected))


def make_graph(subject: Subject, to: str, made: Path) -> tuple[Check, ...]:
    """An ONNX file or a torch program, after its self-test."""
    program = whole_program(subject.network.module, subject.config)
    if to == "onnx":
        data = onnx_bytes(program, about(subject.config))
        check = check_onnx(data, script_bytes(), subject.paths, subject.expected)
        made.write_bytes(data)
    else:
        made.write_bytes(torch_bytes(program, about(subject.config)))
        check = check_program(made, subject.paths, subject.expected)
    return (check,)


def make_bundle(subject: Subject, made: Path, pool: DecoderPool | None) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """The zip after its self-test, and what is not in it. Without `pool` no sample pictures are made."""
    more: dict[str, bytes] = {}
    checks: list[Check] = []
    notes: list[str] = []
    try:
        data = onnx_bytes(whole_program(subject.network.module, subject.config), about(subject.config))
        checks.append(check_onnx(data, script_bytes(), subject.paths, subject.expected))
        more |= {ONNX: data, PREDICT: script_bytes()}
    except BundleError as error:  # what else is in a bundle is of use without it
        notes.append(f"{ONNX} and {PREDICT} are not in it: {error.message}")
    licence, source = licence_and_source(subject.config.backbone)
    more[LICENCES] = licences_text(subject.config.backbone, licence=licence, source=source).encode()
    if pool is not None:
        more |= _samples(subject, made.with_name("samples"), pool)
    more[CONFIG] = _config(subject, has_onnx=ONNX in more)
    more[README] = _card(subject, more, tuple(notes))
    zip_model(model_path(subject.run.path), made, more=more)
    checks.append(check_thaw(made, subject.paths, subject.expected))
    return tuple(checks), tuple(notes)


def about(config: ModelConfig) -> dict[str, Any]:
    """What a graph's file says of its outputs; `smallest` is for reading large JPEGs as Thaw does."""
    return {
        "classes": list(config.classes),
        "smallest": smallest_for(config.preprocessing),
        "rule": config.decision.to_dict(),
        "backbone": config.backbone,
        "thaw": __version__,
    }


def _config(subject: Subject, *, has_onnx: bool) -> bytes:
    """As the model's own, and where its preprocessing is done; a Thaw that opens it passes over that."""
    values = subject.config.to_dict()
    if has_onnx:
        picture = "uint8 (height, width, 3), upright RGB, any size"
        values["onnx"] = {"file": ONNX, "input": picture, "output": "probabilities", "preprocessing": "in the graph"}
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode("utf-8", "surrogatepass") + b"\n"


def _samples(subject: Subject, folder: Path, pool: DecoderPool) -> dict[str, bytes]:
    """Three pictures without their metadata, and the run's own answers to just these files."""
    chosen = sample_pictures(subject.pictures)
    files = {
        f"sample-{number}.jpg": pool.thumbnail(picture.path, SAMPLE_SIDE) for number, picture in enumerate(chosen, 1)
    }
    if not files:
        return {}
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    predictor = Predictor(subject.config, subject.network.module, "cpu")
    answers = predictor.predict([folder / name for name in files], pool)
    told = [
        {**answer.to_dict(), "path": name, "truth": picture.label}
        for name, picture, answer in zip(files, chosen, answers, strict=True)
        if not isinstance(answer, Skipped)
    ]
    return {SAMPLES: json.dumps(told, indent=1).encode("ascii") + b"\n", **files}


def _card(subject: Subject, more: dict[str, bytes], notes: Sequence[str]) -> bytes:
    words = {name: text for name, text in FILE_WORDS.items() if name in more or name in (WEIGHTS, CLASSES, MANIFEST)}
    given = [name for name in more if name.startswith("sample-")]
    if given:
        words[f"{given[0]} ... {given[-1]}"] = (
            "pictures of the owner that training did not learn from, without metadata"
        )
    own = sum(picture.is_own for picture in subject.pictures)
    drawn = "" if own == len(subject.pictures) else f", {len(subject.pictures) - own} of them drawn by Thaw"
    tested = (
        f"Before this bundle was handed over, its weights{' and model.onnx' if ONNX in more else ''} were opened in a "
        f"fresh process and answered {len(subject.pictures)} pictures{drawn} as the run does: no probability was more "
        "than 0.0001 away."
    )
    facts = card_facts(subject.run, subject.config, files=words, checks=(tested, *notes), has_onnx=ONNX in more)
    build = build_lines(subject.config, subject.network.module)
    return model_card(subject.config, build, facts).encode("utf-8", "surrogatepass")
