"""Parts that OpenVINO has made ready, on disk: read again in a tenth of a second where making one takes a second.

Knows their keys and bytes. A part is kept once its features were found right; a file is its SHA-256, then the part.
The files count for the cache's limit like rows (`caching.limits`), by when they were last read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

from torch import fx, nn

from tl_core.backbones.weights import weights_hash
from tl_core.engines.folding import graph_of
from tl_core.engines.openvino_part import EngineError, OpenVinoPart, openvino_version, read_part
from tl_core.engines.task import Task, processor
from tl_core.platform import atomic_write_bytes

VERSION = 1  # of how parts are made
FOLDER, ENDING = "engines", ".compiled"
MOST_FILES, MOST_BYTES = 8, 200 * 2**20
DIGEST_BYTES = 32


def keep_part(cache: Path, part: nn.Module, task: Task, made: nn.Module) -> None:
    """Keeps what was made of the part, the last few of them; huge ones and parts that are no graph are not kept."""
    graph = graph_of(part)
    if graph is None or not isinstance(made, OpenVinoPart) or weight_bytes(part) > MOST_BYTES:
        return
    try:
        content = made.content()
    except RuntimeError:  # it runs all the same
        return
    if len(content) > MOST_BYTES:
        return
    path = path_of(cache, part, graph, task)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write_bytes(path, hashlib.sha256(content).digest() + content)
    except OSError:  # a full disk costs a second the next time, and no run
        return
    dated = sorted(path.parent.glob(f"*{ENDING}"), key=changed, reverse=True)
    for old in dated[MOST_FILES:]:
        with contextlib.suppress(OSError):
            old.unlink()


def kept_part(cache: Path, part: nn.Module, task: Task) -> OpenVinoPart | None:
    """What was made of the very same part for the same task; None where there is none, or it is damaged."""
    graph = graph_of(part)
    if graph is None:
        return None
    try:
        path = path_of(cache, part, graph, task)
        data = path.read_bytes()
    except OSError:
        return None
    with contextlib.suppress(OSError):  # it was used now
        os.utime(path)
    digest, content = data[:DIGEST_BYTES], data[DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest:
        return None
    try:
        return read_part(content, task)
    except EngineError:
        return None


def weight_bytes(part: nn.Module) -> int:
    """Nearly what is kept of a part, in 32 bits and in 16 alike (98 % of it on EfficientNet-Lite0)."""
    return sum(tensor.numel() * tensor.element_size() for tensor in part.state_dict().values())


def path_of(cache: Path, part: nn.Module, graph: fx.GraphModule, task: Task) -> Path:
    """Another for other weights, another graph, processor, OpenVINO or task."""
    made_by = [VERSION, openvino_version(), processor()]
    for_what = [task.image_size, task.precision, task.device, task.threads]
    text = json.dumps([made_by, for_what, weights_hash(part), graph.code])
    return cache / FOLDER / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}{ENDING}"


def changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process has just removed it
        return 0.0
