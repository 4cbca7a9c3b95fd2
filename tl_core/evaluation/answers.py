"""What a run keeps of its answers: for every picture that it was measured on, its probabilities and the truth.

One safetensors file, read and written through numpy: the screen's process reads it without torch. Knows no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors
import safetensors.numpy

from tl_core.data.index import SPLITS
from tl_core.errors import RunError
from tl_core.evaluation.answers_check import CHECKED, problem_of, problem_of_values
from tl_core.evaluation.scores import MeasuredOn
from tl_core.platform import atomic_write_bytes

ANSWERS = "answers.safetensors"  # in the run's folder: what its result was counted from
LEFT_OUT = "left_out.safetensors"  # the training pictures, by closed-form heads that were fitted without each
FORMAT, VERSION = "thaw-answers", "1"
MOST_BYTES = 8 << 30  # far above a million pictures of a thousand classes
TRAIN_AGAIN = "Train again: a new run keeps its answers."


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Row i of every array is a picture. Probabilities are those of temperature 1, each row adding up to 1.

    `splits` holds positions in SPLITS; `folds` (n, repeats) has a column for each repeat of a cross-validation, none
    otherwise. `weights` is the SHA-256 of the model's weights file, "" where the model that answered was none of its
    own (heads fitted without each fold).
    """

    classes: tuple[str, ...]
    measured_on: MeasuredOn
    probabilities: npt.NDArray[np.float32]  # (n, classes)
    labels: npt.NDArray[np.int64]  # (n,)
    sha256: npt.NDArray[np.uint8]  # (n, 32)
    paths: tuple[str, ...]
    splits: npt.NDArray[np.uint8]  # (n,)
    folds: npt.NDArray[np.int16]  # (n, repeats)
    weights: str = ""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def hashes(self) -> tuple[str, ...]:
        """The SHA-256 of each picture, in hexadecimal."""
        text = np.ascontiguousarray(self.sha256).tobytes().hex()
        return tuple(text[start : start + 64] for start in range(0, len(text), 64))

    @property
    def answered(self) -> npt.NDArray[np.int64]:
        """The likeliest class of each picture; of equals the earlier."""
        likeliest: npt.NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return likeliest

    @property
    def is_right(self) -> npt.NDArray[np.bool_]:
        right: npt.NDArray[np.bool_] = self.answered == self.labels
        return right

    def rows(self, chosen: npt.NDArray[Any]) -> Answers:
        """The rows of a mask or of positions, in that order."""
        places = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        arrays = {name: getattr(self, name)[places] for name in CHECKED if name not in ("path_bytes", "path_ends")}
        return replace(self, **arrays, paths=tuple(self.paths[place] for place in places.tolist()))


def make_answers(
    classes: Sequence[str],
    measured_on: MeasuredOn,
    probabilities: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    hashes: Sequence[str],
    paths: Sequence[str],
    split: str,
    folds: Sequence[npt.NDArray[np.int64]] = (),
    weights: str = "",
) -> Answers:
    """Of pictures that all stand on one side of the split; `hashes` are SHA-256 in hexadecimal."""
    truth = np.asarray(labels, dtype=np.int64)
    columns = [np.asarray(fold, dtype=np.int16) for fold in folds]
    return Answers(
        classes=tuple(classes),
        measured_on=measured_on,
        probabilities=np.ascontiguousarray(probabilities, dtype=np.float32),
        labels=truth,
        sha256=np.frombuffer(bytes.fromhex("".join(hashes)), dtype=np.uint8).reshape(-1, 32),
        paths=tuple(paths),
        splits=np.full(len(truth), SPLITS.index(split), dtype=np.uint8),
        folds=np.stack(columns, axis=1) if columns else np.zeros((len(truth), 0), dtype=np.int16),
        weights=weights,
    )


def joined(one: Answers, other: Answers) -> Answers:
    """Both sets of pictures as one, by heads that saw none of them; folds are forgotten. They know the same classes."""
    if one.classes != other.classes:
        raise ValueError("answers of other classes cannot be joined")
    names = [name for name in CHECKED if not name.startswith("path_") and name != "folds"]
    arrays: dict[str, Any] = {name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in names}
    count = len(one) + len(other)
    return replace(
        one,
        **arrays,
        measured_on="cross-validation",
        paths=one.paths + other.paths,
        folds=np.zeros((count, 0), dtype=np.int16),
        weights="",
    )


def write_answers(path: Path, answers: Answers) -> None:
    """Atomically. Raises ValueError where the values do not fit one another."""
    encoded = [name.encode("utf-8", "surrogatepass") for name in answers.paths]
    tensors: dict[str, npt.NDArray[Any]] = {
        name: np.ascontiguousarray(getattr(answers, name)) for name in CHECKED if not name.startswith("path_")
    }
    tensors["path_bytes"] = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    tensors["path_ends"] = np.cumsum([len(name) for name in encoded], dtype=np.int64)
    problem = problem_of({name: (str(array.dtype), array.shape) for name, array in tensors.items()}, answers.classes)
    problem = problem or problem_of_values(tensors, len(answers.classes))
    if problem:
        raise ValueError(f"answers do not fit: {problem}")
    told = {
        "format": FORMAT,
        "version": VERSION,
        "classes": json.dumps(list(answers.classes)),  # in ASCII: names may hold halves of letters
        "measured_on": answers.measured_on,
        "weights": answers.weights,
    }
    atomic_write_bytes(path, safetensors.numpy.save(tensors, metadata=told))


def read_answers(path: Path) -> Answers:
    """Believes nothing that the file says. Raises RunError: none there, damaged, or made by a newer version."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _damaged(path, f"it has {path.stat().st_size:,} bytes")
        with safetensors.safe_open(path, framework="numpy") as file:
            told = file.metadata() or {}
            classes = _classes(path, told)
            names = set(file.keys())
            if not CHECKED.keys() <= names:
                raise _damaged(path, f"{', '.join(sorted(CHECKED.keys() - names))} is missing")
            slices = {name: file.get_slice(name) for name in CHECKED}
            shapes = {name: (_dtype(part.get_dtype()), tuple(part.get_shape())) for name, part in slices.items()}
            problem = problem_of(shapes, classes)
            if problem:
                raise _damaged(path, problem)
            tensors = {name: np.array(file.get_tensor(name)) for name in CHECKED}
    except FileNotFoundError:
        raise RunError(
            "This run kept no answers to its pictures: it did not reach its end, or an older Thaw made it.", TRAIN_AGAIN
        ) from None
    except OSError as error:
        raise RunError(f"'{path.name}' cannot be read ({error.strerror or error}).", TRAIN_AGAIN) from error
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RuntimeError, OverflowError) as error:
        raise _damaged(path, str(error)) from None
    problem = problem_of_values(tensors, len(classes))
    if problem:
        raise _damaged(path, problem)
    return _answers(path, told, classes, tensors)


def _answers(
    path: Path, told: Mapping[str, str], classes: tuple[str, ...], tensors: dict[str, npt.NDArray[Any]]
) -> Answers:
    text, ends = tensors.pop("path_bytes").tobytes(), tensors.pop("path_ends").tolist()
    try:
        paths = [text[start:end].decode("utf-8", "surrogatepass") for start, end in zip([0, *ends], ends, strict=False)]
    except UnicodeDecodeError:
        raise _damaged(path, "its paths are no text") from None
    measured_on: Any = told["measured_on"]
    return Answers(classes=classes, measured_on=measured_on, paths=tuple(paths), weights=told["weights"], **tensors)


def _classes(path: Path, told: Mapping[str, str]) -> tuple[str, ...]:
    if told.get("format") != FORMAT:
        raise _damaged(path, "it holds no answers")
    if told.get("version") != VERSION:
        raise RunError(f"'{path.name}' was written by a newer Thaw.", "Please update Thaw.")
    weights = told.get("weights", "?")
    if told.get("measured_on") not in ("test", "validation", "cross-validation") or len(weights) not in (0, 64):
        raise _damaged(path, "it does not say what was measured")
    classes = json.loads(told.get("classes", ""))
    if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
        raise _damaged(path, "it names no classes")
    return tuple(classes)


def _dtype(name: str) -> str:
    return {"F32": "float32", "I64": "int64", "U8": "uint8", "I16": "int16"}.get(name, name)


def _damaged(path: Path, what: str) -> RunError:
    return RunError(f"The answers that this run kept ('{path.name}') are damaged: {what}.", TRAIN_AGAIN)
