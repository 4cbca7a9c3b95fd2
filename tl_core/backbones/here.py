"""Which pretrained weights are on this computer already, and where. Reads no tensor and needs no torch."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from tl_core.backbones.catalogue import record_of
from tl_core.backbones.recommended import BUNDLED
from tl_core.backbones.record import HUB, TORCHVISION, BackboneRecord
from tl_core.errors import WeightsError


def weights_are_here(record: BackboneRecord) -> bool:
    """Whether a training with this network could start without an internet connection."""
    if record.bundled:
        return bundled_file(record.name) is not None
    if not record.source:
        return False
    if record.name.startswith(TORCHVISION) or is_address(record.source):
        return torch_file(record.source.rpartition("/")[2]).is_file()
    return hub_file(record.source) is not None


def needs_no_fetching(name: str) -> bool:
    """The same for a name: one of the catalogue, or one of the Hugging Face hub."""
    if name.startswith(HUB):
        return hub_file(name.removeprefix(HUB)) is not None
    record = record_of(name)
    return record is not None and weights_are_here(record)


def check_here(name: str) -> None:
    """Raises WeightsError where the weights would have to be fetched first."""
    if not needs_no_fetching(name):
        raise WeightsError(
            f"The pretrained weights of '{name}' are not on this computer yet.",
            "They are fetched when a training with it starts.",
        )


def works_offline() -> tuple[str, ...]:
    """The networks whose weights came with Thaw and are in place."""
    return tuple(name for name in BUNDLED if bundled_file(name) is not None)


def bundled_file(name: str) -> Path | None:
    """The checkpoint inside its Python package, if that is installed; the package is not imported."""
    bundle = BUNDLED[name]
    found = find_spec(bundle.package.replace("-", "_"))
    folders = (found.submodule_search_locations or ()) if found else ()
    return next((path for folder in folders if (path := Path(folder) / bundle.file).is_file()), None)


def is_address(source: str) -> bool:
    return source.startswith(("https://", "http://"))


def torch_file(filename: str) -> Path:
    """Where torch.hub keeps (or would keep) a file; the rules are those of `torch.hub.get_dir`."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache"))
    home = Path(os.environ.get("TORCH_HOME", cache / "torch"))
    return home.expanduser() / "hub" / "checkpoints" / filename


def hub_file(repository: str, filename: str | None = None) -> Path | None:
    """The weights of a repository of the Hugging Face hub, if its cache holds them."""
    import huggingface_hub

    name, revision = repository_and_revision(repository)
    for candidate in hub_filenames(filename):
        found = huggingface_hub.try_to_load_from_cache(name, candidate, revision=revision)
        if isinstance(found, str):
            return Path(found)
    return None


def repository_and_revision(repository: str) -> tuple[str, str | None]:
    """timm writes `owner/name@revision` where it means one revision."""
    name, _, revision = repository.partition("@")
    return name, revision or None


def hub_filenames(filename: str | None) -> tuple[str, ...]:
    """The names under which weights may lie there, in the order in which timm tries them: safetensors first."""
    if filename is None or filename == "pytorch_model.bin":
        return "model.safetensors", "pytorch_model.bin"
    if filename == "open_clip_pytorch_model.bin":
        return "open_clip_model.safetensors", filename
    if filename.endswith(".bin"):
        return filename.removesuffix(".bin") + ".safetensors", filename
    return (filename,)
