"""A model that answers: pictures or squares in, probabilities out, in fp32, the same alone and in any batch.

Training's scores, Try, `predict` and `evaluate` all come through here, so they agree. It knows no labels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from tl_core.data.decoder import ItemDecoder, Problem
from tl_core.data.index import Skipped
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.tensors import to_batch
from tl_core.engines.choosing import OPENVINO, makers
from tl_core.engines.openvino_part import EngineError
from tl_core.engines.task import Task
from tl_core.errors import BundleError
from tl_core.export.loading import load_network
from tl_core.export.model_config import ModelConfig
from tl_core.processes import cpu_count

Row = npt.NDArray[np.float32]
BATCH_SIZE = 32  # squares in one forward; more gains nothing on a CPU and costs memory
AHEAD = 4 * BATCH_SIZE  # paths handed to the decoder together
# Making the same network ready for a faster engine takes seconds: worth it where so many are ahead without it.
WORTH_SECONDS = 4.0
SAME = 1e-4  # how far its probabilities may be from PyTorch's; on EfficientNet-Lite0 they were 4e-6


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer for one picture: its class, and every class's probability, the likeliest first.

    `is_sure` is None where the model always answers, else whether this answer is more than "I don't know".
    """

    path: str
    label: str
    probability: float
    scores: dict[str, float]
    is_sure: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        sure = {} if self.is_sure is None else {"sure": self.is_sure}
        answer = {"path": self.path, "class": self.label, "probability": self.probability}
        return {**answer, **sure, "scores": self.scores}


class Predictor:
    """Owns a network in memory, ready to answer."""

    def __init__(self, config: ModelConfig, module: nn.Module, device: str) -> None:
        self.config = config
        self.device = device
        module = module.to(device=device, dtype=torch.float32)
        self._module = module.to(memory_format=torch.channels_last).eval()
        self._hurried = False

    @classmethod
    def open(cls, path: Path, *, device: str | None = None) -> Predictor:
        """From a run's folder, a model's folder or a bundle zip; on the GPU where there is one of NVIDIA's.

        Raises BundleError or RunError with what is wrong and what to do.
        """
        config, network = load_network(path)
        return cls(config, network.module, device or ("cuda" if torch.cuda.is_available() else "cpu"))

    @property
    def classes(self) -> tuple[str, ...]:
        return self.config.classes

    @property
    def preprocessing(self) -> Preprocessing:
        return self.config.preprocessing

    @property
    def module(self) -> nn.Module:
        """The network as it answers now: PyTorch's own, until `hurry` finds a faster one."""
        return self._module

    def answered(self, squares: npt.NDArray[np.uint8]) -> int:
        """The class that the first of the squares is called."""
        return int(self.config.decision.answers(self.probabilities(squares[:1]), self.classes)[0][0])

    def probabilities(self, squares: npt.NDArray[np.uint8]) -> Row:
        """uint8 (n, resize_size, resize_size, 3) -> float32 (n, classes), each row adding up to 1.

        Raises BundleError when the weights give no numbers.
        """
        parts = [self._forward(squares[start : start + BATCH_SIZE]) for start in range(0, len(squares), BATCH_SIZE)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.classes)), dtype=np.float32)

    def hurry(
        self,
        squares: npt.NDArray[np.uint8],
        ahead: int,
        *,
        make: Callable[[nn.Module, Task], nn.Module] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> Row:
        """The probabilities of some squares; from here on a faster engine where that pays for so many more pictures.

        It takes over where its answers to these squares are PyTorch's and come sooner. `make` makes the same network
        ready for it; by default OpenVINO does, where it is installed.
        """
        few = squares[:BATCH_SIZE]
        rows, seconds = self._timed(few, clock)
        make = make or makers().get(OPENVINO)
        worth = ahead * seconds / max(len(few), 1) >= WORTH_SECONDS
        if worth and make is not None and self.device == "cpu" and not self._hurried:
            self._hurried, usual = True, self._module
            task = Task(self.preprocessing.image_size, "fp32", self.device, cpu_count())
            try:
                self._module = make(usual, task)
                found, _ = self._timed(few, clock)  # what an engine prepares for a new shape is prepared once
                _, sooner = self._timed(few, clock)
            except (EngineError, BundleError):
                self._module = usual
            else:
                same = np.abs(found - rows).max(initial=0.0) <= SAME
                self._module = self._module if same and sooner < seconds else usual
        return np.concatenate([rows, self.probabilities(squares[BATCH_SIZE:])])

    def _timed(self, squares: npt.NDArray[np.uint8], clock: Callable[[], float]) -> tuple[Row, float]:
        before = clock()
        rows = self.probabilities(squares)
        return rows, clock() - before

    def rows(self, paths: Sequence[Path], pool: ItemDecoder) -> Iterator[Row | Problem]:
        """The probabilities (classes,) of each path, in order, or why there are none; as they are ready."""
        for start in range(0, len(paths), AHEAD):
            some = paths[start : start + AHEAD]
            found = dict(pool.squares(some, self.preprocessing))
            squares = {index: item for index, item in found.items() if not isinstance(item, Problem)}
            stacked, ahead = np.stack(list(squares.values())) if squares else None, len(paths) - start - len(some)
            answers = () if stacked is None else self.hurry(stacked, ahead)
            rows: dict[int, Row] = dict(zip(squares, answers, strict=True))
            for index in range(len(some)):
                item = found[index]
                yield item if isinstance(item, Problem) else rows[index]

    def predict(self, paths: Sequence[Path], pool: ItemDecoder) -> Iterator[Prediction | Skipped]:
        """An answer for each path, in order, or a Skipped with the reason; as they are ready."""
        for path, row in zip(paths, self.rows(paths, pool), strict=True):
            yield Skipped(str(path), row.reason) if isinstance(row, Problem) else self.prediction(str(path), row)

    def prediction(self, path: str, probabilities: Row) -> Prediction:
        """The answer that one row of probabilities (classes,) means; of equals the earlier class stands first."""
        order = np.argsort(-probabilities, kind="stable")
        scores = {self.classes[position]: float(probabilities[position]) for position in order}
        answered, is_sure = self.config.decision.answers(probabilities[None], self.classes)
        label = self.classes[answered[0]]
        sure = bool(is_sure[0]) if self.config.decision.unsure_below else None
        return Prediction(path, label, scores[label], scores, sure)

    def _forward(self, squares: npt.NDArray[np.uint8]) -> Row:
        looks = [self._look(squares, view) for view in self.config.views]
        rows = (sum(looks[1:], looks[0]) / len(looks)).float().numpy()
        if not np.isfinite(rows).all():
            raise BundleError(
                "The model's answers are no numbers: its weights grew without bound in training.",
                "Train again with a lower learning rate.",
            )
        numbers: Row = rows
        return numbers

    def _look(self, squares: npt.NDArray[np.uint8], view: str) -> torch.Tensor:
        """What one look at each picture says: probabilities (n, classes) in double precision."""
        batch = to_batch(squares, self.preprocessing, view)  # (n, 3, image_size, image_size)
        with torch.inference_mode(), _exact_float32(self.device):
            outputs = self._module(batch.to(self.device, memory_format=torch.channels_last)).cpu()  # (n, classes)
        return torch.softmax(outputs.double() / self.config.temperature, dim=1)


@contextmanager
def _exact_float32(device: str) -> Iterator[None]:
    """NVIDIA GPUs round convolutions to 10 bits (TF32) by default, which moves probabilities by 1e-3."""
    if device.startswith("cuda"):
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("highest")
        try:
            with torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False):
                yield
        finally:
            torch.set_float32_matmul_precision(before)
    else:
        yield
