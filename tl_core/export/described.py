"""Where a run's, a folder's or a bundle's model lies, and what it says of itself. Reads no weights; torch-free."""

from __future__ import annotations

from pathlib import Path

from tl_core.errors import RunError
from tl_core.export.manifest import CONFIG, WEIGHTS, read_json, read_manifest, verified
from tl_core.export.members import open_members
from tl_core.export.model_config import ModelConfig


def model_path(path: Path) -> Path:
    """A run's folder -> the model inside it; a model's folder or a bundle -> itself.

    Raises RunError for a run that has no model (yet).
    """
    if (path / "model").is_dir() and not (path / "model.safetensors").exists():
        return path / "model"
    if (path / "events.jsonl").exists() or ((path / CONFIG).exists() and (path / "label.json").exists()):
        raise RunError(f"The run '{path.name}' has no model.", "Wait until it has finished, or train again.")
    return path


def described(path: Path) -> ModelConfig:
    """The config of the model at `path`, checked against its manifest. Raises RunError or BundleError."""
    members = open_members(model_path(path))
    manifest = read_manifest(members)
    return ModelConfig.from_dict(read_json(members, CONFIG, verified(members, manifest, CONFIG)))


def weights_hash(path: Path) -> str:
    """SHA-256 of the weights of the model at `path`, as its manifest says; the weights themselves are not read."""
    return str(read_manifest(open_members(model_path(path)))[WEIGHTS].get("sha256", ""))
