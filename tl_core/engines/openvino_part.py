"""A part of a network run by OpenVINO on the processor: converted from its graph, compiled once, called like a module.

Knows no picture and no cache. OpenVINO is optional: `openvino_version()` is None where it is not installed. Its
converter would report to a server, so neither that nor its telemetry is ever loaded: the graph goes straight to the
reader that OpenVINO has for PyTorch.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import Any, cast

import torch
from torch import Tensor, nn

from tl_core.engines.folding import fast_copy
from tl_core.engines.task import Task

# These speak to a server: `openvino_telemetry` is the sender, `openvino.tools.ovc` the converter that calls it.
NEVER_LOADED = ("openvino_telemetry", "openvino.tools.ovc")
# What tracing raises for a network that it does not know; the reader has kinds of its own.
UNREADABLE = (RuntimeError, TypeError, ValueError, AttributeError, KeyError, NotImplementedError, IndexError)
NO_RULE = re.compile(r"No conversion rule found for operations: (.+)")
LONGEST_REASON = 120
PRECISIONS = {"bf16": "bf16", "fp32": "f32"}


class EngineError(Exception):
    """An engine cannot run this part; the text says why in a few words."""


def openvino_version() -> str | None:
    """The version that is installed, or None."""
    if importlib.util.find_spec("openvino") is None:
        return None
    try:
        return version("openvino")
    except PackageNotFoundError:
        return None


class OpenVinoPart(nn.Module):
    """Owns a compiled graph: float32 pictures (n, 3, size, size) in, float32 out, any n. One caller at a time."""

    def __init__(self, compiled: Any) -> None:
        super().__init__()
        self._compiled = compiled
        self._request = compiled.create_infer_request()

    def forward(self, pictures: Tensor) -> Tensor:
        last = pictures.detach().float().contiguous(memory_format=torch.channels_last)
        rows = self._request.infer([last.permute(0, 2, 3, 1).numpy()], share_inputs=True)
        return torch.from_numpy(rows[0])

    def content(self) -> bytes:
        """What `read_part` reads, with the weights in it."""
        content: bytes = self._compiled.export_model().getvalue()
        return content


def openvino_part(part: nn.Module, task: Task) -> OpenVinoPart:
    """The part compiled for this processor. Raises EngineError where OpenVINO cannot be loaded or cannot read it."""
    openvino = imported()
    unreadable: tuple[type[Exception], ...] = (*UNREADABLE, *reader_errors(openvino))
    try:
        model = converted(openvino, part.eval(), task.image_size)
        compiled = openvino.Core().compile_model(model, "CPU", settings(task))
    except unreadable as error:
        raise EngineError(in_short(error)) from error
    return OpenVinoPart(compiled)


def reader_errors(openvino: ModuleType) -> tuple[type[Exception], ...]:
    kinds = ("GeneralFailure", "InitializationFailure", "NotImplementedFailure", "OpConversionFailure",
             "OpValidationFailure")  # fmt: skip
    return tuple(getattr(openvino.frontend, kind) for kind in kinds)


def in_short(error: Exception) -> str:
    """What cannot be done, of a report that goes over many lines."""
    text = str(error)
    named = NO_RULE.search(text)
    short = f"no rule for {named[1]}" if named else " ".join(text.split())
    return short[:LONGEST_REASON].rstrip(". ") or type(error).__name__


def read_part(content: bytes, task: Task) -> OpenVinoPart:
    """A part from its bytes. Raises EngineError where this OpenVINO cannot read them."""
    openvino = imported()
    try:
        return OpenVinoPart(openvino.Core().import_model(content, "CPU", settings(task)))
    except UNREADABLE as error:
        raise EngineError(in_short(error)) from error


def settings(task: Task) -> dict[str, Any]:
    """Threads are not bound to cores: torch's own share them."""
    return {
        "INFERENCE_PRECISION_HINT": PRECISIONS[task.precision],
        "INFERENCE_NUM_THREADS": task.threads,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,
    }


def converted(openvino: ModuleType, part: nn.Module, image_size: int) -> Any:
    """The part as OpenVINO's own, for any number of pictures of one size, channels last as PyTorch has them here.

    Traced as a function of its pictures, with folded batch norms: that takes half as long as tracing all its modules.
    """
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder
    from openvino.preprocess import PrePostProcessor

    example, fast = torch.zeros(2, 3, image_size, image_size), fast_copy(part, "fp32")
    learns = any(parameter.requires_grad for parameter in fast.parameters())  # such are no constants to the tracer
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # torch announces another way to trace, which OpenVINO reads slower
        traced = torch.jit.trace(fast if learns else as_function(fast), example, check_trace=False, strict=False)  # type: ignore[no-untyped-call]
        reader = FrontEndManager().load_by_framework("pytorch")
        decoder = TorchScriptPythonDecoder(traced, example_input=example)  # has to live as long as it is read
        model = reader.convert(reader.load(decoder))
    model.reshape({0: openvino.PartialShape([-1, 3, image_size, image_size])})
    order = PrePostProcessor(model)
    order.input().tensor().set_layout(openvino.Layout("NHWC"))
    order.input().model().set_layout(openvino.Layout("NCHW"))
    return order.build()


def as_function(module: nn.Module) -> Callable[[Tensor], Tensor]:
    """The module as something that the tracer does not know for one."""
    return lambda pictures: cast(Tensor, module(pictures))


def imported() -> ModuleType:
    """OpenVINO without what speaks to a server. Raises EngineError where it cannot be loaded."""
    for name in NEVER_LOADED:
        sys.modules.setdefault(name, cast(ModuleType, None))  # Python's own way to say that it is not there
    try:
        import openvino
    except (ImportError, OSError) as error:
        raise EngineError(f"OpenVINO cannot be loaded ({error})") from error
    found: ModuleType = openvino
    return found
