"""Find, fetch and check pretrained weights; a network that is not on this computer is fetched on first use.

Knows files and addresses, not networks: `build` fills a network with what this gives. Nothing is asked of the network
when the file is here, and nothing waits for minutes when there is no network.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import huggingface_hub
import safetensors
import safetensors.torch
import torch
from huggingface_hub import constants
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled
from torch import nn

from tl_core.backbones.here import hub_file, hub_filenames, repository_and_revision, torch_file
from tl_core.errors import WeightsError

SECONDS_TO_ANSWER = 10.0
HINT = (
    "Connect to the internet and try again, or choose tf_efficientnet_lite0, whose weights came with Thaw. "
    "Starting from scratch (the setting 'start') needs no weights."
)
_UNREADABLE = (OSError, pickle.UnpicklingError, RuntimeError, ValueError, EOFError, safetensors.SafetensorError)
State = dict[str, torch.Tensor]


def weights_hash(module: nn.Module) -> str:
    """SHA-256 over every tensor's name, type, shape and content, in the order of the names."""
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        content = tensor.detach().cpu().contiguous()
        digest.update(f"{name} {content.dtype} {tuple(content.shape)}\n".encode())
        digest.update(content.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def hub_state(name: str, repository: str, filename: str | None) -> State:
    """The state dict of a timm network from the Hugging Face hub (HF_ENDPOINT respected) or its cache."""
    path = hub_file(repository, filename) or _downloaded(name, repository, filename)
    return _read(name, path)


def _downloaded(name: str, repository: str, filename: str | None) -> Path:
    repo, revision = repository_and_revision(repository)
    if not constants.HF_HUB_OFFLINE:
        # The hub's client tries again for most of a minute before it says that nobody is there.
        _must_answer(name, f"{constants.ENDPOINT}/{repo}/resolve/{revision or 'main'}/config.json")
    try:
        for candidate in hub_filenames(filename):
            try:
                return Path(huggingface_hub.hf_hub_download(repo, candidate, revision=revision))
            except LocalEntryNotFoundError:
                raise  # not here, and the hub cannot be reached: another file name would not help
            except EntryNotFoundError:
                continue
    except (OfflineModeIsEnabled, HfHubHTTPError, OSError) as error:
        raise _missing(name, f"{constants.ENDPOINT}/{repo}", error) from error
    raise WeightsError(f"{constants.ENDPOINT}/{repo} holds no weights of '{name}' that can be read.", HINT)


def url_state(name: str, url: str) -> State:
    """The state dict at `url`, whose file name ends in the start of its hash, kept where torch.hub keeps its files."""
    filename = url.rpartition("/")[2]
    path = torch_file(filename)
    expected = Path(filename).stem.rpartition("-")[2]
    if path.is_file() and not _sha256(path).startswith(expected):
        path.unlink()  # cut off by an earlier program: fetched again
    if not path.is_file():
        _fetch(name, url, path, expected)
    return _read(name, path)


def _fetch(name: str, url: str, path: Path, expected: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary_name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(temporary_name)
    try:
        with os.fdopen(handle, "wb") as file, urllib.request.urlopen(url, timeout=SECONDS_TO_ANSWER) as answer:
            for piece in _pieces(answer):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        found = _sha256(temporary)
        if not found.startswith(expected):
            raise WeightsError(
                f"What came from {url} is not the weights of '{name}': the hash begins with {found[:8]}, "
                f"not with {expected}.",
                "Try again; if it stays so, something between this computer and the server changes the file.",
            )
        temporary.replace(path)
    except (OSError, HTTPException) as error:
        raise _missing(name, url, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _pieces(file: Any) -> Iterator[bytes]:
    while piece := file.read(1 << 20):
        yield piece


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _must_answer(name: str, url: str) -> None:
    request = urllib.request.Request(url, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER).close()
    except urllib.error.HTTPError:
        return  # somebody is there; what is missing, the download itself says
    except (OSError, HTTPException) as error:
        raise _missing(name, url, error) from error


def _missing(name: str, source: str, error: Exception) -> WeightsError:
    reason = getattr(error, "reason", None) or str(error).strip().splitlines()[0:1] or type(error).__name__
    told = reason[0] if isinstance(reason, list) else reason
    return WeightsError(
        f"The pretrained weights of '{name}' are not on this computer and could not be fetched from {source} ({told}).",
        HINT,
    )


def _read(name: str, path: Path) -> State:
    try:
        if path.suffix == ".safetensors":
            return dict(safetensors.torch.load_file(path))
        # As it is: MNASNet reads the version that torch keeps beside the tensors.
        state: State = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(state, dict):
            raise ValueError(f"a {type(state).__name__} where a table of tensors belongs")
        return state
    except _UNREADABLE as error:
        raise WeightsError(
            f"The weights of '{name}' in '{path}' are damaged or are no plain tensors: {error}",
            "Delete that file; it is fetched again when it is needed.",
        ) from error
