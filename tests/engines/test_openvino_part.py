"""OpenVINO against PyTorch on small networks of several families, and what it does not do behind one's back."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.engines.offered import openvino_only
from tl_core.backbones.build import build_network
from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import stage_network
from tl_core.engines.choosing import noise, relative_error
from tl_core.engines.openvino_part import EngineError, openvino_part
from tl_core.engines.task import Task
from tl_core.engines.torch_part import TorchPart

pytestmark = openvino_only
ROOT = Path(__file__).resolve().parents[2]
SIZE = 32
FP32 = Task(SIZE, "fp32", "cpu", 1)


def prefix(backbone: str) -> nn.Module:
    torch.manual_seed(0)
    network = stage_network(build_network(backbone, 3, pretrained=False, image_size=SIZE))
    last = [stage.name for stage in network.stages if stage.name != HEAD][-1]
    return network.cut(last, train=False)[0]


@pytest.mark.parametrize("backbone", ["test_efficientnet.r160_in1k", "test_vit.r160_in1k", "test_convnext.r160_in1k"])
def test_features_are_pytorchs_for_any_number_of_pictures(backbone: str) -> None:
    part = prefix(backbone)
    engine = openvino_part(part, FP32)
    with torch.inference_mode():
        for count in (5, 1, 32, 3):
            wanted = part(noise(SIZE, count))
            found = engine(noise(SIZE, count))
            assert found.shape == wanted.shape
            torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5 * float(wanted.abs().max()))


def test_pictures_in_any_memory_order_give_the_same() -> None:
    engine, pictures = openvino_part(prefix("test_efficientnet.r160_in1k"), FP32), noise(SIZE, 4)
    assert torch.equal(engine(pictures.contiguous(memory_format=torch.channels_last)), engine(pictures))


def test_an_answer_is_not_written_over_by_the_next_one() -> None:
    engine = openvino_part(prefix("test_efficientnet.r160_in1k"), FP32)
    first = engine(noise(SIZE, 4))
    before = first.clone()
    engine(-noise(SIZE, 4))
    assert torch.equal(first, before)


def test_sixteen_bits_are_about_as_near_as_pytorchs_own() -> None:
    part, pictures = prefix("test_efficientnet.r160_in1k"), noise(SIZE, 8)
    ours = relative_error(openvino_part(part, replace(FP32, precision="bf16")), part, pictures)
    assert ours <= max(0.01, 2 * relative_error(TorchPart(part, "bf16"), part, pictures))


class Unheard(nn.Module):
    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return torch.linalg.svdvals(pictures.flatten(2))


def test_a_network_that_openvino_cannot_read_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="svd"):
        openvino_part(Unheard(), FP32)


def test_the_networks_weights_are_copied_so_that_training_on_does_not_change_the_engine() -> None:
    part = prefix("test_efficientnet.r160_in1k")
    engine = openvino_part(part, FP32)
    before = engine(noise(SIZE, 2)).clone()
    with torch.no_grad():
        for parameter in part.parameters():
            parameter.add_(1.0)
    assert torch.equal(engine(noise(SIZE, 2)), before)


LOOK = """
import socket, sys
asked = []
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, lambda *words: asked.append(words))
socket.getaddrinfo = lambda *words, **named: asked.append(words)
import torch
from torch import nn
from tl_core.engines.openvino_part import openvino_part
from tl_core.engines.task import Task
engine = openvino_part(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), Task(8, "fp32", "cpu", 1))
assert engine(torch.ones(2, 3, 8, 8)).shape == (2, 4, 6, 6)
for name in list(sys.modules):
    if sys.modules[name] is not None and ("telemetry" in name or "tools.ovc" in name):
        asked.append(name)
sys.exit(repr(asked) if asked else 0)
"""


def test_it_asks_no_server_loads_no_telemetry_and_leaves_no_file(tmp_path: Path) -> None:
    homes = {name: tmp_path / name for name in ("home", "temporary", "here")}
    for folder in homes.values():
        folder.mkdir()
    environment = {
        "HOME": str(homes["home"]), "USERPROFILE": str(homes["home"]), "XDG_CACHE_HOME": str(homes["home"]),
        "TMPDIR": str(homes["temporary"]), "TEMP": str(homes["temporary"]), "TMP": str(homes["temporary"]),
        "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "",
    }  # fmt: skip
    command = [sys.executable, "-W", "error", "-c", LOOK]
    done = subprocess.run(command, cwd=homes["here"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [path for folder in homes.values() for path in folder.rglob("*")] == []
