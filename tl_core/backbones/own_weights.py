"""A person's own weights file: read without running anything in it, and fitted to a network strictly.

Knows files, pickles and wrappers; which network the tensors belong to, it is told.
"""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from tl_core.backbones.differences import differences_in_words, fill
from tl_core.backbones.network import Network
from tl_core.backbones.record import TORCHVISION
from tl_core.backbones.torchvision_networks import adapted
from tl_core.backbones.weights import State
from tl_core.backbones.weights_file import AGAIN, SAFE, check_weights_file
from tl_core.errors import WeightsError

OVERHEAD = 1.01  # of a zip of tensors over the sum of its members; a bomb unpacks to a hundred times its size
WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "weights")
PREFIXES = ("module.", "_orig_mod.", "model.", "backbone.")
COUNTER = ".num_batches_tracked"  # old files lack these; nothing that Thaw does reads them
_DAMAGE = (
    OSError, EOFError, RuntimeError, ValueError, KeyError, IndexError, TypeError, AttributeError, MemoryError,
    OverflowError, RecursionError, pickle.UnpicklingError, zipfile.BadZipFile, safetensors.SafetensorError,
)  # fmt: skip
_ASKS_FOR = re.compile(r"(?:GLOBAL|Unsupported (?:global|class)[: ]*(?:GLOBAL)?)\s*'?([\w.]+)'?")


def load_own_weights(network: Network, path: Path) -> tuple[str, ...]:
    """Fills `network` from the file; returns sentences about what was unwrapped or left out.

    The head of other classes is left out: it stays as it is. Raises WeightsError for a file that is none, is damaged,
    carries code, or does not fit, with the first five differences.
    """
    state, told = fitting_weights(network, path)
    fill(network.module, state)
    return told


def fitting_weights(network: Network, path: Path) -> tuple[State, tuple[str, ...]]:
    """The same without filling: every tensor of `network`, those of a head of other classes its own."""
    state, told = read_own_weights(path)
    if network.name.startswith(TORCHVISION):
        state = adapted(network.name.removeprefix(TORCHVISION), state)
    wanted = network.module.state_dict()
    head = [name for name in wanted if name.startswith(f"{network.classifier}.")]
    if any(name not in state or state[name].shape != wanted[name].shape for name in head):
        outputs = next((state[name].shape[0] for name in head if name in state and state[name].dim()), None)
        told.append(
            f"The head of '{path.name}' answers {outputs:,} other classes and was left out."
            if outputs
            else f"'{path.name}' has no head; yours begins at random."
        )
        state |= {name: wanted[name] for name in head}
    state |= {name: wanted[name] for name in wanted if name.endswith(COUNTER) and name not in state}
    differences = differences_in_words(wanted, state)
    if differences:
        raise WeightsError(
            f"The weights in '{path.name}' do not fit '{network.name}': {differences}.",
            "Choose the network that they were made with, and its picture size.",
        )
    return state, tuple(told)


def read_own_weights(path: Path) -> tuple[State, list[str]]:
    """The tensors of the file under their own names, and sentences about what lay around them."""
    check_weights_file(path)
    try:
        found = _loaded(path)
    except pickle.UnpicklingError as error:
        asked = _ASKS_FOR.search(str(error))
        if asked:
            raise WeightsError(
                f"'{path.name}' is no plain table of tensors: it asks to run '{asked[1]}'. Thaw opens no such file.",
                "Save it as .safetensors, or only its state_dict with torch.save.",
            ) from None
        if str(error).startswith("Weights only load failed"):  # what follows advises to open it all the same
            raise WeightsError(
                f"'{path.name}' cannot be read as a plain table of tensors. Thaw opens nothing else.",
                "Save it as .safetensors, or only its state_dict with torch.save.",
            ) from None
        raise _damaged(path, error) from None
    except _DAMAGE as error:
        raise _damaged(path, error) from None
    told: list[str] = []
    state = _without_prefix(_unwrapped(path, found, told), told)
    if not state:
        raise WeightsError(f"'{path.name}' holds no tensors.", AGAIN)
    return state, told


def _loaded(path: Path) -> Any:
    if path.suffix.lower() in SAFE:
        return safetensors.torch.load_file(path)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > path.stat().st_size * OVERHEAD:
            raise ValueError(f"it claims to unpack to {unpacked / 1e6:,.0f} MB, which no weights do")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Detected pickle protocol")  # whatever comes of it is said
        return torch.load(path, map_location="cpu", weights_only=True)


def _unwrapped(path: Path, found: Any, told: list[str]) -> State:
    """The table of tensors inside what training programs save around it."""
    while isinstance(found, Mapping):
        wrapper = next((name for name in WRAPPERS if isinstance(found.get(name), Mapping)), None)
        if wrapper is None:
            break
        told.append(f"The tensors were taken from '{wrapper}' in '{path.name}'.")
        found = found[wrapper]
    if not isinstance(found, Mapping) or not all(isinstance(name, str) for name in found):
        raise WeightsError(f"'{path.name}' holds a {type(found).__name__} in place of a table of tensors.", AGAIN)
    others = [name for name, value in found.items() if not isinstance(value, torch.Tensor)]
    if others:
        told.append(f"'{others[0]}' in '{path.name}' is no tensor and was left out.")
    return {name: value.detach() for name, value in found.items() if isinstance(value, torch.Tensor)}


def _without_prefix(state: State, told: list[str]) -> State:
    while True:
        prefix = next((one for one in PREFIXES if state and all(name.startswith(one) for name in state)), None)
        if prefix is None:
            return state
        told.append(f"'{prefix}' before every name was left out.")
        state = {name.removeprefix(prefix): value for name, value in state.items()}


def _damaged(path: Path, error: BaseException) -> WeightsError:
    lines = str(error).strip().splitlines()
    reason = lines[0][:200] if lines else type(error).__name__
    return WeightsError(f"The weights file '{path.name}' is damaged ({reason}).", AGAIN)
