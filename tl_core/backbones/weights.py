"""Find, fetch and read pretrained weights; those that are not on this computer are fetched on first use.

Knows files and addresses, not networks: `build` fills a network with what this gives. Nothing is asked of the network
when the file is here, and nothing waits for minutes when there is no network.
"""

from __future__ import annotations

import hashlib
import pickle
import re
from collections.abc import Generator, Sequence
from http.client import HTTPException
from pathlib import Path

import httpx2
import huggingface_hub
import safetensors
import safetensors.torch
import torch
from huggingface_hub import constants
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled
from huggingface_hub.file_download import get_hf_file_metadata, hf_hub_url, repo_folder_name
from huggingface_hub.utils._headers import build_hf_headers
from torch import nn

from tl_core.backbones.fetching import SECONDS_TO_ANSWER, BrokenOffError, Progress, Source, fetch, in_words
from tl_core.backbones.here import hub_file, hub_filenames, repository_and_revision, torch_file
from tl_core.backbones.reaching import missing, must_answer, other_ways
from tl_core.errors import WeightsError

_UNREADABLE = (OSError, pickle.UnpicklingError, RuntimeError, ValueError, EOFError, safetensors.SafetensorError)
_NO_ANSWER = (OfflineModeIsEnabled, HfHubHTTPError, OSError, HTTPException, httpx2.HTTPError)
_HASH_START = re.compile(r"[0-9a-f]{8,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
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
    return _read(name, hub_path(name, repository, hub_filenames(filename)))


def hub_path(name: str, repository: str, filenames: Sequence[str]) -> Path:
    """The first of these files that the hub's cache or else the hub has."""
    for filename in filenames:
        found = hub_file(repository, filename) if filename.endswith((".safetensors", ".bin")) else None
        if found is not None:
            return found
    return _ended(hub_fetching(name, repository, filenames))


def hub_fetching(name: str, repository: str, filenames: Sequence[str]) -> Generator[Progress, None, Path]:
    """Brings the first of `filenames` that the repository has into the hub's own cache; returns where it lies.

    The hub's client (2.4) fetches from the beginning at every try and compares only sizes. So the bytes are brought
    here, resumed and checked by the hash that the hub gives them, and the client then finds them and files them.
    """
    repo, revision = repository_and_revision(repository)
    try:
        if not constants.HF_HUB_OFFLINE:
            # The hub's client tries again for most of a minute before it says that nobody is there.
            must_answer(f"{constants.ENDPOINT}/{repo}/resolve/{revision or 'main'}/config.json", SECONDS_TO_ANSWER)
        for filename in filenames:
            try:
                if not constants.HF_HUB_OFFLINE:
                    yield from _blob_fetching(repo, filename, revision)
                return Path(
                    huggingface_hub.hf_hub_download(repo, filename, revision=revision, endpoint=constants.ENDPOINT)
                )
            except LocalEntryNotFoundError:
                raise  # not here, and the hub cannot be reached: another file name would not help
            except EntryNotFoundError:
                continue
    except BrokenOffError as error:
        raise missing(name, f"{constants.ENDPOINT}/{repo}", error.reason, error.done) from error
    except _NO_ANSWER as error:
        raise missing(name, f"{constants.ENDPOINT}/{repo}", in_words(error)) from error
    raise WeightsError(f"{constants.ENDPOINT}/{repo} holds no weights of '{name}' that can be read.", other_ways())


def _blob_fetching(repo: str, filename: str, revision: str | None) -> Generator[Progress, None, None]:
    url = hf_hub_url(repo, filename, revision=revision, endpoint=constants.ENDPOINT)
    found = get_hf_file_metadata(url, timeout=SECONDS_TO_ANSWER, endpoint=constants.ENDPOINT)
    if found.etag is None or not _SHA256.fullmatch(found.etag):
        return  # a small file kept in git: the client brings it
    folder = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=repo, repo_type="model")
    own_server = found.location.startswith(f"{constants.ENDPOINT}/")
    # Whoever else is pointed to (a content network) has an address that is signed, and must not see a person's token.
    headers = build_hf_headers() if own_server else {}
    yield from fetch(Source(found.location, folder / "blobs" / found.etag, found.etag, headers))


def url_state(name: str, url: str) -> State:
    """The state dict at `url`, whose file name ends in the start of its hash, kept where torch.hub keeps its files."""
    return _read(name, _ended(url_fetching(name, url)))


def url_fetching(name: str, url: str) -> Generator[Progress, None, Path]:
    """Brings the file at `url` to where torch.hub keeps its files, if it is not there whole; returns where it lies."""
    filename = url.rpartition("/")[2]
    path = torch_file(filename)
    expected = Path(filename).stem.rpartition("-")[2]
    if not _HASH_START.fullmatch(expected):
        raise WeightsError(f"The address {url} carries no hash to check the weights of '{name}' by.", other_ways())
    if path.is_file() and not _sha256(path).startswith(expected):
        path.unlink()  # cut off by an earlier program: fetched again
    if not path.is_file():
        try:
            yield from fetch(Source(url, path, expected))
        except BrokenOffError as error:
            raise missing(name, url, error.reason, error.done) from error
    return path


def _ended(fetching: Generator[Progress, None, Path]) -> Path:
    while True:
        try:
            next(fetching)
        except StopIteration as end:
            path: Path = end.value
            return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
