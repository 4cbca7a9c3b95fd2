"""How tensors meet a network on this machine: precision, memory format, device. Knows no plan's reasons, no file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tl_core.data.preprocessing import Preprocessing
from tl_core.data.tensors import to_batch
from tl_core.training.depthwise import DepthwiseInFull
from tl_core.training.pictures import Positions, Squares

Feed = Callable[[Positions], Tensor]
MEMORY_ERRORS = (MemoryError, RuntimeError)  # torch's own error is a RuntimeError, and on a CPU a nameless one


def is_out_of_memory(error: BaseException) -> bool:
    said = str(error).lower()
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        words in said for words in ("out of memory", "can't allocate memory", "not enough memory")
    )


@dataclass(frozen=True, slots=True)
class Engine:
    """Runs parts of a network in the plan's precision; results come back as float32."""

    device: str
    precision: str

    def autocast(self) -> AbstractContextManager[Any]:
        return torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.precision == "bf16")

    @contextmanager
    def learning(self) -> Iterator[None]:
        """Around the way forwards of a step."""
        slow_back = self.device == "cpu" and self.precision == "bf16"
        with self.autocast(), DepthwiseInFull() if slow_back else nullcontext():
            yield

    def place(self, batch: Tensor) -> Tensor:
        if batch.ndim == 4:
            return batch.to(self.device, memory_format=torch.channels_last)
        return batch.to(self.device)

    def place_network(self, module: nn.Module) -> None:
        module.to(self.device)
        module.to(memory_format=torch.channels_last)

    def infer(self, module: nn.Module, batch: Tensor) -> Tensor:
        """The module's output without gradients, on the CPU; the caller has put the module in eval."""
        return self.answers(module, batch).cpu()

    def answers(self, module: nn.Module, batch: Tensor) -> Tensor:
        """The same where it was computed, for whoever does not wait for it.

        A batch that does not fit into the memory goes in halves.
        """
        try:
            with torch.inference_mode(), self.autocast():
                result: Tensor = module(self.place(batch))
        except MEMORY_ERRORS as error:
            if not is_out_of_memory(error) or len(batch) == 1:
                raise
            self.let_go()
        else:
            return result
        middle = len(batch) // 2
        return torch.cat([self.answers(module, batch[:middle]), self.answers(module, batch[middle:])])

    def let_go(self) -> None:
        """Gives memory back that torch holds ready."""
        if self.device == "cuda":
            torch.cuda.empty_cache()


def square_feed(squares: Squares, preprocessing: Preprocessing) -> Feed:
    """Unchanged pictures as a network wants them."""
    return lambda positions: to_batch(np.asarray(squares[positions]), preprocessing)


def to_stored(features: Tensor, stored: str) -> NDArray[Any]:
    """numpy has no bfloat16: such numbers are kept as int16 with the same bits."""
    if stored == "bf16":
        return features.to(torch.bfloat16).contiguous().view(torch.int16).numpy()
    return features.float().contiguous().numpy()


def from_stored(rows: NDArray[Any]) -> Tensor:
    return as_numbers(torch.from_numpy(rows))


def as_numbers(rows: Tensor) -> Tensor:
    """Kept rows, on any device, as the float32 numbers that they mean."""
    return rows.view(torch.bfloat16).float() if rows.dtype == torch.int16 else rows
