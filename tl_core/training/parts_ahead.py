"""The frozen parts that a network can be cut into, as a training's rows and an engine's files are named by them.

Computes nothing of any picture; which parts a plan wants, `rows_ahead` knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from torch import nn

from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import StagedNetwork
from tl_core.backbones.weights import weights_hash
from tl_core.engines.choosing import OPENVINO
from tl_core.engines.folding import graph_of
from tl_core.engines.kept_parts import MOST_BYTES, path_of
from tl_core.engines.task import Task
from tl_core.processes import cpu_count
from tl_core.training.head_phase import classifier_of, head_prefix
from tl_core.training.plan_values import DeviceFacts
from tl_core.training.prefix import ClassifierInput

BYTES_A_NUMBER = 4
# Of weights that are read to name all parts of a network: some two seconds. Parts of a larger one count as new.
MOST_READ = 2 * 10**9


@dataclass(frozen=True, slots=True)
class PartAhead:
    """`shape` is of what it says of one picture. `weights` is "" where nobody asked for their hash: its rows count as
    new. `files` are where what an engine made of it would lie, by precision; `file_bytes` is the size of one.
    """

    shape: tuple[int, ...]
    weights: str = ""
    files: dict[str, Path] = field(default_factory=dict)
    file_bytes: int = 0


def parts_ahead(
    network: StagedNetwork, device: DeviceFacts, *, precision: str, engine: str, cache: Path
) -> dict[str, PartAhead]:
    """By their cut: "head" for all before the classifier, and each stage of the body where the network can be cut."""
    tasks = {one: task_for(network, device, one) for one in ("fp32", precision)} if engine == OPENVINO else {}
    whole, body = head_prefix(network).module, [stage for stage in network.stages if stage.name != HEAD]
    width = (classifier_of(network).in_features,)
    has_shape = not isinstance(whole, ClassifierInput) and bool(body)
    parts = {HEAD: part_ahead(whole, body[-1].output_shape, tasks, cache) if has_shape else PartAhead(width)}
    read = 0
    own = {precision: tasks[precision]} if precision in tasks else {}
    for stage in body if network.has_cuts else ():
        part, shape = network.cut(stage.name, train=False)[0], stage.output_shape
        read += bytes_of(part)
        parts[stage.name] = part_ahead(part, shape, own, cache) if read <= MOST_READ else PartAhead(shape)
    return parts


def part_ahead(part: nn.Module, shape: tuple[int, ...], tasks: dict[str, Task], cache: Path) -> PartAhead:
    size, graph = bytes_of(part), graph_of(part)
    is_kept = graph is not None and size <= MOST_BYTES
    files = {one: path_of(cache, part, graph, task) for one, task in tasks.items()} if graph and is_kept else {}
    return PartAhead(shape, weights_hash(part), files, size)


def task_for(network: StagedNetwork, device: DeviceFacts, precision: str) -> Task:
    return Task(network.network.preprocessing.image_size, precision, device.device, cpu_count())


def bytes_of(part: nn.Module) -> int:
    """An engine keeps weights in 32 bits, whatever it computes in."""
    return sum(tensor.numel() * BYTES_A_NUMBER for tensor in part.state_dict().values())
