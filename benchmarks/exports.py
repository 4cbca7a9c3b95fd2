"""How far exported models are from the run itself, over six kinds of networks: `python -m benchmarks.exports`.

Each gets a head fitted to Thaw's drawn flowers, is exported as a bundle (weights and ONNX) and as a torch program, and
each file answers 32 pictures in a fresh process. EfficientNet-Lite0 has its real weights; the others have random ones
from a seed where theirs are not on this computer, which says as much about the arithmetic.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from benchmarks.limits import processor
from benchmarks.recording import RESULTS, Goal, record, table
from tl_core.backbones.build import Network, build_network
from tl_core.backbones.here import needs_no_fetching
from tl_core.data.pictures import square
from tl_core.data.samples import SAMPLES
from tl_core.data.tensors import to_batch
from tl_core.export.bundle import save_model
from tl_core.export.checking import TOLERANCE
from tl_core.export.model_config import ModelConfig
from tl_core.jobs.exporting import export_model
from tl_core.jobs.rundir import RunDir
from tl_core.training.heads import fit_ridge_head

BACKBONES = (
    "tf_efficientnet_lite0", "torchvision/resnet18", "torchvision/convnext_tiny", "vit_small_patch16_224",
    "swin_tiny_patch4_window7_224", "torchvision/mobilenet_v3_large",
)  # fmt: skip
FILE = RESULTS / "exports.json"


@dataclass(frozen=True, slots=True)
class Row:
    """Largest differences of a probability, megabytes of the bundle, seconds of both exports with their self-tests."""

    backbone: str
    weights: str
    pictures: int
    onnx: float
    safetensors: float
    program: float
    megabytes: float
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("backbones", nargs="*", default=list(BACKBONES))
    parser.add_argument("--record", action="store_true", help=f"keep the figures in {FILE.name}")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        SAMPLES["garden"](Path(folder) / "garden")
        for backbone in arguments.backbones:
            rows.append(measured(backbone, Path(folder)))
            print(rows[-1], flush=True)
    print(
        table(("network", "weights", "ONNX", "safetensors", "torch program", "MB", "s"), [cells(row) for row in rows])
    )
    worst = max(max(row.onnx, row.safetensors, row.program) for row in rows)
    goal = Goal(
        f"exported files against the run, {len(rows)} architectures, largest difference of a probability",
        f"at most {TOLERANCE:g}", f"{worst:.1e}", worst <= TOLERANCE,
    )  # fmt: skip
    print(goal.words())
    if arguments.record:
        here = {"processor": processor(), "threads": torch.get_num_threads()}
        record(FILE, here, {"rows": [vars_of(row) for row in rows]}, [goal])


def measured(backbone: str, folder: Path) -> Row:
    torch.manual_seed(0)
    is_here = needs_no_fetching(backbone)
    network = build_network(backbone, 4, pretrained=is_here)
    classes = fitted(network, folder / "garden" / "train")
    run = RunDir(folder / backbone.replace("/", "-"))
    save_model(run.model, network.module, ModelConfig(network.name, classes, network.preprocessing))
    begun = time.perf_counter()
    bundle = export_model(run, "bundle", folder / "bundle.zip")
    program = export_model(run, "torch", folder / "program.pt2")
    largest = {check.what: check.largest for check in (*bundle.checks, *program.checks)}
    return Row(
        backbone,
        "pretrained" if is_here else "random",
        bundle.checks[0].pictures,
        largest.get("model.onnx", float("nan")),
        largest["model.safetensors"],
        largest["The torch program"],
        bundle.size / 1e6,
        time.perf_counter() - begun,
    )


def fitted(network: Network, pictures: Path) -> tuple[str, ...]:
    """A head that is sure of its answers, as after training; the classes by name."""
    classes = tuple(sorted(item.name for item in pictures.iterdir() if item.is_dir()))
    seen: list[torch.Tensor] = []
    classifier = network.module.get_submodule(network.classifier)
    assert isinstance(classifier, nn.Linear)
    listening = classifier.register_forward_pre_hook(lambda _layer, given: seen.append(given[0]))
    files = [(place, file) for place, name in enumerate(classes) for file in sorted((pictures / name).glob("*.jpg"))]
    with torch.inference_mode():
        for _, file in files:
            pixels = np.asarray(square(Image.open(file).convert("RGB"), network.preprocessing))
            network.module(to_batch(pixels[None], network.preprocessing))
    listening.remove()
    labels = np.array([place for place, _ in files])
    head = fit_ridge_head(torch.cat(seen).numpy().astype(np.float32), labels, len(classes))
    with torch.no_grad():
        classifier.weight.copy_(torch.from_numpy(head.weight))
        classifier.bias.copy_(torch.from_numpy(head.bias))
    return classes


def cells(row: Row) -> tuple[str, ...]:
    figures = (f"{value:.1e}" for value in (row.onnx, row.safetensors, row.program))
    return (row.backbone, row.weights, *figures, f"{row.megabytes:.0f}", f"{row.seconds:.0f}")


def vars_of(row: Row) -> dict[str, str | float]:
    return {name: getattr(row, name) for name in Row.__slots__}


if __name__ == "__main__":
    main()
