"""A model's graph as the file of a torch.export program (.pt2). Knows graphs and bytes, no run and no picture."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import torch
from torch.export import ExportedProgram

ABOUT_FILE = "thaw.json"  # beside the graph: what the outputs mean


def torch_bytes(program: ExportedProgram, about: Mapping[str, Any]) -> bytes:
    """`torch.export.load` gives the same graph again: uint8 (height, width, 3) in, probabilities out."""
    file = io.BytesIO()
    torch.export.save(program, file, extra_files={ABOUT_FILE: json.dumps(about)})
    return file.getvalue()
