"""A model that answers and tells by which features: what its last step was given. Knows no label and no file of photos.

The features are those of the model itself, as it stands at the end of its training.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from tl_core.backbones.build import Network
from tl_core.data.decoder import ItemDecoder, Problem
from tl_core.data.preprocessing import Preprocessing
from tl_core.evaluation.predictor import BATCH_SIZE, Predictor
from tl_core.export.loading import load_network
from tl_core.export.model_config import ModelConfig

Row = npt.NDArray[np.float32]


class Featured:
    """Owns a network in memory; one thread at a time."""

    def __init__(self, config: ModelConfig, network: Network, device: str) -> None:
        self.predictor = Predictor(config, network.module, device)
        self._given: list[torch.Tensor] = []
        network.module.get_submodule(network.classifier).register_forward_pre_hook(self._keep)

    @classmethod
    def open(cls, path: Path) -> Featured:
        """From a run's folder, a model's folder or a bundle. Raises BundleError or RunError."""
        config, network = load_network(path)
        return cls(config, network, "cuda" if torch.cuda.is_available() else "cpu")

    @property
    def preprocessing(self) -> Preprocessing:
        return self.predictor.preprocessing

    def ask(self, squares: npt.NDArray[np.uint8]) -> tuple[Row, Row]:
        """Probabilities (n, classes) and features (n, d), of the first look where an answer is the mean of several."""
        rows, features = [], []
        for start in range(0, len(squares), BATCH_SIZE):
            self._given.clear()
            rows.append(self.predictor.probabilities(squares[start : start + BATCH_SIZE]))
            features.append(self._given[0].float().flatten(1).numpy())
        self._given.clear()
        return np.concatenate(rows), np.concatenate(features)

    def features(self, paths: Sequence[Path], hashes: Sequence[str], pool: ItemDecoder) -> Iterator[Row]:
        """Of each picture (d,) in some order; of files that changed or cannot be read there are none."""
        waiting: list[npt.NDArray[np.uint8]] = []
        for _, square in pool.squares(paths, self.preprocessing, sha256=hashes):
            if not isinstance(square, Problem):
                waiting.append(square)
            if len(waiting) == BATCH_SIZE:
                yield from self.ask(np.stack(waiting))[1]
                waiting.clear()
        if waiting:
            yield from self.ask(np.stack(waiting))[1]

    def _keep(self, _module: nn.Module, given: tuple[Any, ...]) -> None:
        self._given.append(given[0].detach().cpu())
