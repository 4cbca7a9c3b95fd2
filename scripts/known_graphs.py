"""Writes what a probe finds in the graphs of the networks that come with Thaw, so that no first model waits for it.

`python -m scripts.known_graphs` rewrites tl_core/backbones/known_graphs.json; a test holds the two equal.
"""

from __future__ import annotations

import json
from typing import Any

from tl_core.backbones.build import build_network
from tl_core.backbones.known_graphs import TABLE, linear_of, mark_of
from tl_core.backbones.probing import probed
from tl_core.backbones.recommended import BUNDLED
from tl_core.backbones.tracing import graph_of

OUTPUTS = 2


def row_of(name: str, outputs: int = OUTPUTS) -> tuple[str, dict[str, Any]]:
    """The mark of a network's graph and what a probe finds there. Raises ValueError for what the table cannot hold."""
    network = build_network(name, outputs, pretrained=False)
    module, size = network.module, network.preprocessing.image_size
    graph = graph_of(module.eval())
    values = probed(module, graph, size).values()
    if any(value.plain is not None for value in values):
        raise ValueError(f"'{name}' has values that are no tensors")
    rows = [[int(value.carries_picture), list(value.shape or ()) or None, value.flops] for value in values]
    found = {"network": name, "outputs": linear_of(module, network.classifier).out_features, "values": rows}
    return mark_of(module, graph, size, network.classifier), found


def table_text() -> str:
    """A line for each network."""
    rows = dict(row_of(name) for name in BUNDLED)
    lines = (f"{json.dumps(mark)}:{json.dumps(row, separators=(',', ':'))}" for mark, row in rows.items())
    return "{" + ",\n".join(lines) + "}\n"


if __name__ == "__main__":
    TABLE.write_text(table_text(), encoding="utf-8")
