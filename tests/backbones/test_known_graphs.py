"""What is known of a graph beforehand is what a probe finds, and nothing of another graph."""

from __future__ import annotations

import subprocess
import sys

import pytest
from torch import nn

from scripts.known_graphs import row_of, table_text
from tl_core.backbones.build import build_network
from tl_core.backbones.known_graphs import TABLE, known_values, mark_of
from tl_core.backbones.libraries import compiler_stands_aside, load
from tl_core.backbones.probing import probed
from tl_core.backbones.recommended import BUNDLED
from tl_core.backbones.stages import stage_network
from tl_core.backbones.tracing import graph_of

LITE = "tf_efficientnet_lite0"


def test_the_table_holds_what_a_probe_finds() -> None:
    assert TABLE.read_text(encoding="utf-8") == table_text()


@pytest.mark.parametrize("name", BUNDLED)
def test_with_other_classes_it_is_still_what_a_probe_finds(name: str) -> None:
    network = build_network(name, 7, pretrained=False)
    graph = graph_of(network.module.eval())
    size = network.preprocessing.image_size
    assert known_values(network.module, graph, size, network.classifier) == probed(network.module, graph, size)


def test_a_network_that_is_built_in_another_way_is_not_known() -> None:
    network = build_network(LITE, 7, pretrained=False)
    module, size = network.module, network.preprocessing.image_size
    usual = mark_of(module, graph_of(module.eval()), size, network.classifier)
    assert known_values(module, graph_of(module), size + 32, network.classifier) is None
    stem = module.get_submodule("conv_stem")
    assert isinstance(stem, nn.Conv2d)
    stem.stride = (1, 1)
    graph = graph_of(module)
    assert mark_of(module, graph, size, network.classifier) != usual
    assert known_values(module, graph, size, network.classifier) is None


def test_stages_are_the_same_with_and_without_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    known = stage_network(build_network(LITE, 7, pretrained=False)).stages
    monkeypatch.setattr("tl_core.backbones.known_graphs.table", dict)
    assert stage_network(build_network(LITE, 7, pretrained=False)).stages == known


def test_a_graph_whose_end_is_no_linear_layer_has_no_mark() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten())
    assert mark_of(network, graph_of(network), 8, "1") == ""
    assert mark_of(network, graph_of(network), 8, "") == ""


def test_what_is_written_holds_only_networks_without_other_values() -> None:
    with pytest.raises(ValueError, match="values that are no tensors"):
        row_of("vit_small_patch16_224")


STAGED = f"""
import sys
from tl_core.backbones.build import build_network
from tl_core.backbones.stages import stage_network
print(len(stage_network(build_network("{LITE}", 3, pretrained=False)).stages), "torch._dynamo" in sys.modules)
import torch._dynamo
print(torch._dynamo.utils.is_compile_supported("cpu") in (True, False), callable(torch._dynamo.disable))
import timm.models.naflexvit, torchvision.ops
print(torch._dynamo.is_compiling())
"""


def test_the_compiler_is_not_loaded_for_a_known_network_and_works_afterwards() -> None:
    done = subprocess.run([sys.executable, "-c", STAGED], capture_output=True, text=True, check=True)
    stages, is_loaded, *after = done.stdout.split()
    assert int(stages) > 3
    assert is_loaded == "False"
    assert after == ["True", "True", "False"]


def test_a_library_that_wants_more_of_the_compiler_is_loaded_with_all_of_it() -> None:
    tries = []

    def libraries() -> tuple[object, object]:
        tries.append(1)
        if len(tries) == 1:
            raise AttributeError("module 'torch._dynamo' has no attribute 'config'")
        return ("timm", "torchvision")

    assert load(libraries) == ("timm", "torchvision")  # type: ignore[arg-type, comparison-overlap]


def test_a_compiler_that_is_loaded_already_stays_what_it_is() -> None:
    import torch._dynamo

    with compiler_stands_aside():
        assert sys.modules["torch._dynamo"] is torch._dynamo
    assert sys.modules["torch._dynamo"] is torch._dynamo
