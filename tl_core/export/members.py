"""Reads the few files of a model out of a folder or a zip that a stranger may have made. Knows sizes, no meanings.

Nothing is ever unpacked to disk: a member is read into memory, its bytes counted as they come.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tl_core.data.archives import REPACK, odd_methods
from tl_core.errors import BundleError

MAX_ENTRIES = 1000
MAX_BYTES = 8 * 2**30  # the biggest network that timm knows has 7.8 GB of weights
MAX_RATIO = 200.0  # a bomb packs a thousand to one; weights hardly pack at all
RATIO_FROM_BYTES = 2**20  # small files may pack well
SYSTEM_NAMES = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
EXPORT_AGAIN = "Export or download the model again."
# What zipfile raises on damaged archives, cut off at every length or edited at random.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, OverflowError, NotImplementedError)
OTHER_KINDS = {
    "a PyTorch file": (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".joblib"),
    "an ONNX file": (".onnx",),
    "a Keras file": (".h5", ".hdf5", ".keras"),
    "a TensorFlow file": (".pb", ".tflite"),
}


@dataclass(frozen=True, slots=True)
class Members:
    """`sizes` are what is said of each file; `read` gives its bytes, or raises BundleError where they disagree."""

    shown: str
    sizes: dict[str, int]
    read: Callable[[str], bytes]


def open_members(path: Path) -> Members:
    """The files of a model folder or of a bundle zip. Raises BundleError with the file's name and the remedy."""
    if path.is_dir():
        return _of_folder(path)
    if not path.is_file():
        raise BundleError(f"There is no model at '{path}'.", "Give a run's folder, or a bundle that Thaw exported.")
    _refuse_other_kinds(path)
    return _of_zip(path)


def damaged(shown: str, what: str) -> BundleError:
    return BundleError(f"The model '{shown}' is damaged: {what}.", EXPORT_AGAIN)


def _refuse_other_kinds(path: Path) -> None:
    remedy = "Give a run's folder, or a bundle (zip) that Thaw exported."
    for kind, endings in OTHER_KINDS.items():
        if path.suffix.lower() in endings:
            raise BundleError(f"'{path.name}' is {kind}. Thaw opens no such file, since it may run a program.", remedy)
    if path.suffix.lower() == ".safetensors":
        raise BundleError(f"'{path.name}' holds weights alone, without class names and preprocessing.", remedy)
    try:
        with open(path, "rb") as file:
            start = file.read(2)
    except OSError as error:
        raise BundleError(f"'{path.name}' cannot be read ({error.strerror}).", "Check its permissions.") from None
    if not start:
        raise damaged(path.name, "the file is empty")
    if start != b"PK":
        raise BundleError(f"'{path.name}' is no zip, so it is no bundle of Thaw.", remedy)


def _of_folder(folder: Path) -> Members:
    try:
        sizes = {
            item.name: item.stat().st_size for item in folder.iterdir() if item.is_file() and not _is_system(item.name)
        }
    except OSError as error:
        raise damaged(folder.name, f"the folder cannot be read ({error.strerror})") from None
    _check_sizes(folder.name, sizes)

    def read(name: str) -> bytes:
        try:
            with open(folder / name, "rb") as file:
                data = file.read(sizes[name] + 1)
        except OSError as error:
            raise damaged(folder.name, f"'{name}' cannot be read ({error.strerror})") from None
        return _counted(folder.name, name, data, sizes[name])

    return Members(folder.name, sizes, read)


def _of_zip(path: Path) -> Members:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except DAMAGE as error:
        raise damaged(path.name, f"it is no whole zip ({_short(error)})") from None
    entries = _entries(path.name, infos)
    sizes = {name: entry.file_size for name, entry in entries.items()}
    _check_sizes(path.name, sizes)

    def read(name: str) -> bytes:
        try:
            with zipfile.ZipFile(path) as archive, archive.open(entries[name]) as file:
                data = file.read(sizes[name] + 1)
        except DAMAGE as error:
            raise damaged(path.name, f"'{name}' cannot be read ({_short(error)})") from None
        return _counted(path.name, name, data, sizes[name])

    return Members(path.name, sizes, read)


def _entries(shown: str, infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Members by name, below the one folder that a person's own zip program may have put around them."""
    if len(infos) > MAX_ENTRIES:
        raise BundleError(f"'{shown}' holds {len(infos):,} files; a bundle of Thaw holds a handful.", EXPORT_AGAIN)
    files = [info for info in infos if not info.filename.endswith("/") and not _is_system(info.filename)]
    if methods := odd_methods(files):
        raise BundleError(f"'{shown}' is packed with {methods}, which cannot be unpacked here.", REPACK)
    tops = {PurePosixPath(info.filename).parts[0] for info in files if "/" in info.filename}
    wrapper = f"{tops.pop()}/" if len(tops) == 1 and all("/" in info.filename for info in files) else ""
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in files:
        name = info.filename.removeprefix(wrapper)
        if name in entries:
            raise damaged(shown, f"'{name}' is in it twice")
        if info.flag_bits & 0x1:
            raise BundleError(f"'{shown}' is locked with a password.", "Save it without one.")
        if info.file_size > RATIO_FROM_BYTES and info.file_size > MAX_RATIO * max(1, info.compress_size):
            raise damaged(shown, f"'{name}' claims to unpack to {info.file_size / 1e6:,.0f} MB, which no weights do")
        entries[name] = info
    return entries


def _check_sizes(shown: str, sizes: dict[str, int]) -> None:
    total = sum(sizes.values())
    if total > MAX_BYTES:
        raise BundleError(
            f"'{shown}' holds {total / 1e9:,.1f} GB; a model has at most {MAX_BYTES / 1e9:.1f}.", EXPORT_AGAIN
        )


def _counted(shown: str, name: str, data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise damaged(shown, f"'{name}' is not as long as it says")
    return data


def _is_system(name: str) -> bool:
    return any(part in SYSTEM_NAMES or part.startswith("._") for part in PurePosixPath(name).parts)


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 100 else text[:97] + "..."
