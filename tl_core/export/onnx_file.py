"""A model's graph as an ONNX file that any runtime opens. Knows graphs and bytes, no run and no picture.

The packages for it are optional: without them, this alone cannot be made, and says so.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch.export import ExportedProgram

from tl_core.errors import BundleError
from tl_core.export.whole_model import UNREADABLE

NEEDED = ("onnx", "onnxscript", "onnxruntime")
OPSET = 20  # antialiasing and all that networks use have been in since 18; runtimes of 2024 know 20
MAX_BYTES = 2**31 - 2**20  # of one protobuf message, with room for the graph itself
PICTURE, PROBABILITIES = "picture", "probabilities"
SCRIPT = Path(__file__).with_name("alone.py")  # a bundle's predict.py, word for word
ABOUT = "thaw"  # the name under which the file says what its outputs mean


def script_bytes() -> bytes:
    return SCRIPT.read_bytes()


def missing_packages() -> tuple[str, ...]:
    return tuple(name for name in NEEDED if importlib.util.find_spec(name) is None)


def onnx_bytes(program: ExportedProgram, about: Mapping[str, Any], *, largest: int = MAX_BYTES) -> bytes:
    """The file: input `picture`, uint8 (height, width, 3); output `probabilities`; `about` as JSON in its metadata.

    Raises BundleError where an operator has no form in ONNX, weights take more than `largest` bytes, or the packages
    are not installed.
    """
    if missing := missing_packages():
        raise BundleError(
            f"An ONNX file needs {', '.join(missing)}, which are not installed.",
            "Install what requirements.txt lists, then export again.",
        )
    size = sum(tensor.numel() * tensor.element_size() for tensor in program.state_dict.values())
    if size > largest:
        raise BundleError(
            f"This network takes {size / 1e9:.1f} GB; one ONNX file holds at most {largest / 1e9:.1f}.",
            "Take the bundle without it, or a torch program.",
        )
    import torch.onnx

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the exporter's own workings
            _say_less()
            made = torch.onnx.export(
                program, input_names=[PICTURE], output_names=[PROBABILITIES], opset_version=OPSET, verbose=False
            )
    except (*UNREADABLE, torch.onnx.OnnxExporterError) as error:
        reason = " ".join(str(error).split())[:160]
        raise BundleError(
            f"This network cannot be written as ONNX ({reason}).", "The other forms can still be taken away."
        ) from error
    if made is None:
        raise BundleError("This network cannot be written as ONNX.", "The other forms can still be taken away.")
    model = made.model_proto
    _without_traces(model)
    _named_sides(model)
    model.metadata_props.add(key=ABOUT, value=json.dumps(about))
    data: bytes = model.SerializeToString()
    return data


def _say_less() -> None:
    """The exporter tells loggers what it does; what matters comes as an error."""
    for name in ("torch.onnx", "onnxscript", "onnx_ir"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _named_sides(model: Any) -> None:
    """The picture's free sides by their names; what lies between is for each runtime to infer."""
    del model.graph.value_info[:]
    sides = model.graph.input[0].type.tensor_type.shape.dim
    sides[0].dim_param, sides[1].dim_param = "height", "width"


def _without_traces(model: Any) -> None:
    """The exporter notes with each node which lines of whose files it came from: nobody else's business."""
    graph = model.graph
    holders = [model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer]
    holders += [part for function in model.functions for part in (function, *function.node)]
    for holder in holders:
        del holder.metadata_props[:]
        holder.doc_string = ""
