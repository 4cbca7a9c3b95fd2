"""Small real models for the tests: a network of timm's of 0.4 million parameters with seeded random weights."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from tl_core.backbones.build import Network, build_network
from tl_core.export.bundle import save_model
from tl_core.export.manifest import MANIFEST
from tl_core.export.model_config import ModelConfig
from tl_core.export.packing import zip_model

BACKBONE = "test_resnet.r160_in1k"
CLASSES = ("daisy", "tulip", "violet")


def small_network(backbone: str = BACKBONE, num_classes: int = len(CLASSES), seed: int = 0) -> Network:
    torch.manual_seed(seed)
    network = build_network(backbone, num_classes, pretrained=False, image_size=64)
    for name, buffer in network.module.named_buffers():
        if name.endswith("running_mean"):  # statistics that matter, as after training
            buffer.normal_(0, 0.1)
    with torch.no_grad():  # answers that are sure of something, as after training
        network.module.get_submodule(network.classifier).weight.mul_(40.0)
    return network


def small_config(network: Network, classes: tuple[str, ...] = CLASSES, **values: Any) -> ModelConfig:
    return ModelConfig(network.name, classes, values.pop("preprocessing", network.preprocessing), **values)


def save_small_model(folder: Path, classes: tuple[str, ...] = CLASSES, **values: Any) -> Network:
    network = small_network(num_classes=len(classes))
    save_model(folder, network.module, small_config(network, classes, **values))
    return network


def small_bundle(folder: Path) -> Path:
    save_small_model(folder / "model")
    zip_model(folder / "model", folder / "bundle.zip")
    return folder / "bundle.zip"


def edited(bundle: Path, change: Callable[[dict[str, bytes]], Any], *, renew_manifest: bool = False) -> Path:
    """The bundle with its files changed; `renew_manifest` makes the hashes fit again, as a careful stranger would."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if renew_manifest:
        manifest = json.loads(files[MANIFEST])
        for name in manifest["files"]:
            manifest["files"][name] = {"sha256": hashlib.sha256(files[name]).hexdigest(), "bytes": len(files[name])}
        files[MANIFEST] = json.dumps(manifest).encode()
    out = bundle.with_name("edited.zip")
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out


def edit_json(name: str, **values: Any) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files[name] = json.dumps({**json.loads(files[name]), **values}).encode()

    return change
