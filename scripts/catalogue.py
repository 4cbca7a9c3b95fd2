"""Writes tl_core/backbones/catalogue.csv from timm's and torchvision's own registries: `python -m scripts.catalogue`.

Parameters, bytes and GMACs are counted on networks without content; that takes ten minutes. `--counts FILE` keeps the
counts, so that a run that was broken off goes on. Top-1 of timm's comes from scripts/timm_imagenet.csv, copied from
results/results-imagenet.csv of huggingface/pytorch-image-models (Apache-2.0), at the smaller size where it has two.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import timm
import torch
import torchvision
from torch.utils.flop_counter import FlopCounterMode

from tl_core.backbones.catalogue import COLUMNS, TABLE
from tl_core.backbones.recommended import RECOMMENDED
from tl_core.backbones.record import TORCHVISION
from tl_core.backbones.small import CLASSES, HALF, IMAGE_SIZE, SMALL
from tl_core.backbones.torchvision_networks import torchvision_network

TOP1 = Path(__file__).with_name("timm_imagenet.csv")
LICENCES = {"apache-2.0": "Apache-2.0", "mit": "MIT", "bsd-3-clause": "BSD-3-Clause", "cc-by-4.0": "CC-BY-4.0",
            "cc-by-nc-4.0": "CC-BY-NC-4.0"}  # fmt: skip
# The start of an architecture's name -> its family, the first that fits; else the name of timm's module.
FAMILIES = (
    ("EfficientViT", "efficientvit"), ("EfficientFormer", "efficientformer"), ("EfficientVim", "efficientvim"),
    ("EfficientNet", "efficientnet tf_efficientnet gc_efficientnet efficientnetv2"), ("MobileNet", "mobilenet "
     "tf_mobilenet"), ("MobileViT", "mobilevit"), ("MobileOne", "mobileone"), ("MNASNet", "mnasnet semnasnet spnasnet"),
    ("ConvNeXt", "convnext"), ("CoAtNet", "coatnet coatnext"), ("MaxViT", "maxvit maxxvit"), ("Swin", "swin"),
    ("DeiT", "deit"), ("BEiT", "beit"), ("EVA", "eva"), ("TinyViT", "tiny_vit"), ("FastViT", "fastvit"),
    ("ResNeXt", "resnext seresnext skresnext legacy_seresnext"), ("RegNet", "regnet"), ("DenseNet", "densenet"),
    ("ResNeSt", "resnest"), ("ResMLP", "resmlp"), ("Res2Net", "res2net res2next"), ("NFNet", "dm_nfnet eca_nfnet nf"),
    ("ResNet", "resnet seresnet ecaresnet skresnet legacy_seresnet wide_resnet gcresnet test_resnet"),
    ("VGG", "vgg"), ("RepVGG", "repvgg"), ("Inception", "inception googlenet"), ("ShuffleNet", "shufflenet"),
    ("SqueezeNet", "squeezenet"), ("AlexNet", "alexnet"), ("CLIP", "vit_base_patch16_clip"), ("XCiT", "xcit"),
    ("Vision transformer", "vit_ vit3 test_vit flexivit naflexvit aimv2 samvit"), ("FlexiViT", "flexivit"),
    ("LeViT", "levit"), ("HRNet", "hrnet"), ("DPN", "dpn"), ("DLA", "dla"), ("VOLO", "volo"), ("CaiT", "cait"),
)  # fmt: skip
MODULES = {
    "resnet": "ResNet", "convnext": "ConvNeXt", "efficientnet": "EfficientNet", "mobilenetv3": "MobileNet", "nfnet":
    "NFNet", "maxxvit": "MaxViT", "senet": "ResNet", "gcvit": "GCViT", "pvt_v2": "PVT", "davit": "DaViT",
    "coat": "CoaT", "crossvit": "CrossViT", "edgenext": "EdgeNeXt", "focalnet": "FocalNet",
    "ghostnet": "GhostNet", "hgnet": "HGNet",
    "mambaout": "MambaOut", "mlp_mixer": "MLP-Mixer", "mvitv2": "MViT", "nasnet": "NASNet", "pnasnet": "NASNet",
    "nextvit": "NextViT", "pit": "PiT", "rdnet": "RDNet", "repghost": "RepGhost", "repvit": "RepViT",
    "rexnet": "ReXNet",
    "selecsls": "SelecSLS", "shvit": "SHViT", "starnet": "StarNet", "swiftformer": "SwiftFormer", "tnt": "TNT",
    "tresnet": "TResNet", "vitamin": "ViTamin", "vovnet": "VoVNet", "xception_aligned": "Xception", "cspnet": "CSPNet",
    "cspnext": "CSPNeXt", "convit": "ConViT", "convmixer": "ConvMixer", "fasternet": "FasterNet", "iformer": "iFormer",
    "hardcorenas": "HardCoRe-NAS", "qwen3_vit": "Qwen3 ViT", "gemma4_vit": "Gemma 4 ViT", "deepseek_vit":
    "DeepSeek ViT", "hieradet_sam2": "Hiera (SAM 2)", "byoanet": "BYOANet", "byobnet": "BYOBNet", "metaformer":
    "MetaFormer", "lowformer": "LowFormer", "lcnetv2": "LCNet", "csatv2": "CSATv2",
}  # fmt: skip
Made = TypeVar("Made")
DINO_AND_TOWERS = (("DINOv2", "dinov2"), ("DINOv3", "dinov3"), ("SigLIP", "siglip"), ("CLIP", "_clip_"))


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=Path, help="a JSON file with the counts of an earlier run")
    counts = Counts(parser.parse_args(words).counts)
    rows = [*own_rows(), *torchvision_rows(), *timm_rows(counts)]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows):,} networks in {TABLE}")
    return 0


def own_rows() -> Iterator[dict[str, Any]]:
    for name, make in SMALL.items():
        module = make(CLASSES, IMAGE_SIZE)
        counted = count(module, IMAGE_SIZE)
        yield row(name, "", "Thaw's own", counted, IMAGE_SIZE, HALF, HALF, None, None, "Apache-2.0", "")


def torchvision_rows() -> Iterator[dict[str, Any]]:
    """Every classification network; what its metadata says of the default weights, which Thaw takes."""
    for key in sorted(torchvision.models.list_models(module=torchvision.models)):
        weights = torchvision.models.get_model_weights(key).DEFAULT
        network = without_content(partial(torchvision_network, TORCHVISION + key, None, None, None))
        size = network.preprocessing.image_size
        counted = {"parameters": count_parameters(network.module), "gmacs": weights.meta["_ops"]}
        top1 = weights.meta["_metrics"]["ImageNet-1K"]["acc@1"]
        # SWAG's weights are Meta's, under CC-BY-NC 4.0 (their repository says so); the others come with torchvision.
        licence = "CC-BY-NC-4.0" if "SWAG" in weights.name else "BSD-3-Clause"
        yield row(
            TORCHVISION + key, "", family(key), counted, size, network.preprocessing.mean, network.preprocessing.std,
            top1, weights.meta["_file_size"] * 2**20 / 1e6, licence, weights.url.rpartition("/")[2],
        )  # fmt: skip


def timm_rows(counts: Counts) -> Iterator[dict[str, Any]]:
    """Every pretrained one, then the architectures that nobody trained (they can begin from scratch)."""
    with TOP1.open(encoding="utf-8", newline="") as file:
        top1 = {entry["name"]: float(entry["top1"]) for entry in csv.DictReader(file)}
    usual_sizes = {one.name: one.image_size for one in RECOMMENDED if one.image_size}
    pretrained = timm.list_pretrained()
    for name in pretrained:
        config, architecture = timm.get_pretrained_cfg(name), name.partition(".")[0]
        is_default = timm.get_pretrained_cfg(architecture).tag == config.tag
        own_size = config.input_size[-1]
        size = usual_sizes.get(name, own_size)
        licence = LICENCES.get(config.license, config.license) or "unknown"
        megabytes = counts.of(name, own_size)["bytes"] / 1e6
        yield row(
            name, architecture if is_default else "", family(name), counts.of(name, size), size, config.mean,
            config.std, top1.get(name), megabytes, licence, config.hf_hub_id or config.url,
        )  # fmt: skip
    trained = {name.partition(".")[0] for name in pretrained}
    for name in sorted(set(timm.list_models()) - trained):
        config = timm.get_pretrained_cfg(name, allow_unregistered=True)
        size = config.input_size[-1] if config else 224
        with torch.device("meta"):
            counted = {"parameters": count_parameters(timm.create_model(name)), "gmacs": None}
        mean, std = (config.mean, config.std) if config else (HALF, HALF)
        yield row(name, "", family(name), counted, size, mean, std, None, None, "", "")


def row(*values: Any) -> dict[str, Any]:
    """The cells of a network: names, family, counts, size, mean, std, top-1, megabytes, licence, source."""
    name, short, kind, counted, size, mean, std, top1, megabytes, licence, source = values
    cells = (
        name, short, kind, counted["parameters"], rounded(counted["gmacs"]), size, three(mean), three(std),
        rounded(top1), rounded(megabytes), licence, source,
    )  # fmt: skip
    return dict(zip(COLUMNS, cells, strict=True))


def rounded(value: float | None) -> str:
    """Three digits that count, and no fewer than two behind the point of a percentage."""
    if value is None:
        return ""
    return f"{value:.2f}" if value >= 1 else f"{value:.3g}"


def three(values: tuple[float, float, float]) -> str:
    return " ".join(f"{value:.8g}" for value in values)


def family(name: str) -> str:
    for kind, part in DINO_AND_TOWERS:
        if part in name:
            return kind
    for kind, starts in FAMILIES:
        if name.startswith(tuple(starts.split())):
            return kind
    module = timm.model_entrypoint(name.partition(".")[0]).__module__.rpartition(".")[2]
    return MODULES.get(module) or module.replace("_", " ").capitalize()


def without_content(make: Callable[[], Made]) -> Made:
    """Made on the device that holds no numbers, where the code of the network allows it."""
    try:
        with torch.device("meta"):
            return make()
    except NotImplementedError:  # RegNet reads numbers while it is built
        return make()


def count(module: torch.nn.Module, size: int) -> dict[str, Any]:
    device = next(module.parameters()).device
    counter = FlopCounterMode(display=False)
    # With gradients, because the fused attention of torch.nn hides its work from the counter without them.
    with torch.enable_grad(), counter:
        module.eval()(torch.zeros(1, 3, size, size, device=device))
    tensors = module.state_dict().values()
    return {
        "parameters": count_parameters(module),
        "bytes": sum(tensor.numel() * tensor.element_size() for tensor in tensors),
        "gmacs": counter.get_total_flops() / 2e9,
    }


def count_parameters(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


class Counts:
    """Counted once for an architecture, a number of outputs and a size; kept in a file where one is given."""

    def __init__(self, kept: Path | None) -> None:
        self._file = kept
        self._known: dict[str, dict[str, Any]] = json.loads(kept.read_text()) if kept and kept.is_file() else {}

    def of(self, name: str, size: int) -> dict[str, Any]:
        config = timm.get_pretrained_cfg(name)
        key = f"{name.partition('.')[0]}|{config.num_classes}|{size}"
        if key not in self._known:
            options = {"img_size": size} if size != config.input_size[-1] else {}
            with torch.device("meta"):
                module = timm.create_model(name, pretrained=False, num_classes=config.num_classes, **options)
            self._known[key] = count(module, size)
            print(f"{len(self._known):5} {key}", file=sys.stderr)
            if self._file:
                self._file.write_text(json.dumps(self._known))
        return self._known[key]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
