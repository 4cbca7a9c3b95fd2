"""Zip archives of strangers: judged by their table of contents before a byte is unpacked, counted while it is.

It knows nothing about classes and pictures, writes no file, and follows no link.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tl_core.data.counting import counted, sized
from tl_core.data.entries import Entry, Listing
from tl_core.data.index import Finding, Skipped
from tl_core.data.limits import Limits
from tl_core.data.names import listed, shown
from tl_core.data.zip_directory import check_directory
from tl_core.data.zip_names import Names, names_of
from tl_core.errors import DataError

LOCAL_HEADER_BYTES = 30
CHUNK = 1 << 20
# LZMA would be unpacked by the standard library, but an entry may ask for a dictionary of 4 GB.
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
METHOD_NAMES = {9: "Deflate64", 14: "LZMA", 93: "Zstandard", 95: "XZ", 96: "JPEG", 98: "PPMd", 99: "AES encryption"}
REPACK = "Zip the folder again with the usual method (Deflate), without a password."
HOSTILE = "It is built to overwhelm the program that opens it. Zip the pictures again."
ENCRYPTED = 0x1


class EntryDamaged(Exception):
    """One file inside cannot be unpacked; the reason is in words. The rest of the archive may be fine."""


@dataclass(frozen=True, slots=True)
class ZipSource:
    """An open archive."""

    path: Path
    listing: Listing
    archive: zipfile.ZipFile
    infos: tuple[zipfile.ZipInfo, ...]
    limits: Limits
    table: str = ""

    @property
    def root(self) -> str:
        return ""

    @property
    def title(self) -> str:
        return shown(self.path.stem)

    @property
    def origin(self) -> str:
        return os.path.realpath(self.path)

    def local_path(self, entry: Entry) -> None:
        """Every entry has to be unpacked."""

    def unpack(self, entry: Entry) -> Iterator[bytes]:
        """The entry's bytes, counted. Raises EntryDamaged for this file, DataError when the archive is a bomb."""
        packed, count = self.infos[entry.key].compress_size, 0
        try:
            with self.archive.open(self.infos[entry.key]) as stream:
                while chunk := stream.read(CHUNK):
                    count += len(chunk)
                    if count > self.limits.file_bytes:
                        raise EntryDamaged(f"It has more than {sized(self.limits.file_bytes)}.")
                    if count > self.limits.ratio_from_bytes and count > self.limits.ratio * packed:
                        raise _bomb(
                            self.path, f"'{shown(entry.path)}' unpacks to over {self.limits.ratio:g} times its size"
                        )
                    yield chunk
        except OSError as error:
            if error.errno is not None:  # bzip2 reports damage as an OSError without a number
                raise
            raise EntryDamaged(f"It is damaged inside the archive ({error}). Zip it again.") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
            raise EntryDamaged(f"It is damaged inside the archive ({error}). Zip it again.") from None

    def fingerprint(self) -> str:
        return zip_fingerprint(self.path)

    def close(self) -> None:
        self.archive.close()


def zip_fingerprint(path: Path) -> str:
    """By size and time of writing: reading 20 GB to find that nothing changed would cost more than it saves."""
    status = path.stat()
    return hashlib.sha256(f"zip 1\0{status.st_size}\0{status.st_mtime_ns}".encode()).hexdigest()


def open_zip(path: Path, limits: Limits) -> ZipSource:
    """Raises DataError, with the true format, for what is no zip, is cut off, encrypted, split, too big or a bomb."""
    check_directory(path, limits)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, OverflowError) as error:
        raise DataError(
            f"'{shown(path.name)}' is damaged ({error}).", "Zip the pictures and send them again."
        ) from None
    try:
        infos = tuple(archive.infolist())
        _check_infos(path, infos, archive.start_dir, limits)
        return ZipSource(path, _listing(infos, limits), archive, infos, limits)
    except BaseException:
        archive.close()
        raise


def _check_infos(path: Path, infos: Sequence[zipfile.ZipInfo], start_of_directory: int, limits: Limits) -> None:
    name = shown(path.name)
    files = [info for info in infos if not _is_folder(info)]
    if files and all(info.flag_bits & ENCRYPTED for info in files):
        raise DataError(f"'{name}' is protected by a password.", "Zip the folder again without a password.")
    if methods := odd_methods(files):
        raise DataError(f"'{name}' is packed with {methods}, which cannot be unpacked here.", REPACK)
    declared, allowed = sum(info.file_size for info in files), limits.unpacked_bytes(path.stat().st_size)
    if declared > allowed:
        raise _bomb(path, f"it says that it unpacks to {sized(declared)}, more than the {sized(allowed)} allowed")
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise _bomb(path, f"its entries overlap, at '{shown(info.filename)}'")
        end = info.header_offset + LOCAL_HEADER_BYTES + info.compress_size
    if end > start_of_directory:
        raise _bomb(path, "its entries overlap its table of contents")


def odd_methods(infos: Sequence[zipfile.ZipInfo]) -> str:
    """Ways of packing that are not unpacked, in words; "" where there are none."""
    odd = sorted({info.compress_type for info in infos} - METHODS)
    return ", ".join(METHOD_NAMES.get(method, f"method {method}") for method in odd)


def _bomb(path: Path, what: str) -> DataError:
    return DataError(f"'{shown(path.name)}' was refused: {what}.", HOSTILE)


def _listing(infos: Sequence[zipfile.ZipInfo], limits: Limits) -> Listing:
    entries: list[Entry] = []
    refused: list[Skipped] = []
    unsafe: list[str] = []
    decoded = names_of(infos)
    is_guessed, guessed = frozenset(decoded.guessed), []
    folders: set[str] = set()
    for key, info in enumerate(infos):
        path = decoded.names[key].replace("\\", "/")
        reason = _unsafe(path)
        if reason is None:
            path = "/".join(part for part in path.split("/") if part not in ("", "."))
        if _is_folder(info):
            if reason is None and path:
                folders.add(path)
            continue
        if key in is_guessed:
            guessed.append(path)
        if reason is not None:
            unsafe.append(path)
        reason = reason or _unwanted(info, path, limits)
        if reason is not None:
            refused.append(Skipped(path, reason))
        else:
            entries.append(Entry(path, info.file_size, 0, key))
    entries, doubled = _told_apart(entries)
    findings = (*_findings(unsafe, doubled), *_alphabet(decoded, guessed))
    return Listing(tuple(entries), tuple(sorted(folders)), tuple(refused), findings)


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.orig_filename.endswith(("/", "\\"))


def _unsafe(path: str) -> str | None:
    parts = path.split("/")
    if not path.strip("/."):
        return "It has no name. Zip the folder again."
    if "\0" in path:
        return "Its name holds a NUL character. Rename it."
    if path.startswith("/") or (len(parts[0]) == 2 and parts[0][1] == ":"):
        return "Its name is an absolute path, which could point outside the archive. Zip the folder again."
    if ".." in parts:
        return "Its name leads outside the archive ('..'). Zip the folder again."
    return None


def _unwanted(info: zipfile.ZipInfo, path: str, limits: Limits) -> str | None:
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        return "It is a link; links inside archives are not followed. Put the file itself in."
    if info.flag_bits & ENCRYPTED:
        return "It is protected by a password."
    if info.file_size > limits.file_bytes:
        return f"It has {sized(info.file_size)}; at most {sized(limits.file_bytes)} are read."
    if path.count("/") > limits.path_depth:
        return f"It lies more than {limits.path_depth} folders deep."
    if any(len(part.encode("utf-8", "surrogatepass")) > limits.name_bytes for part in path.split("/")):
        return f"Its name is longer than {limits.name_bytes} bytes."
    return None


def _told_apart(entries: Sequence[Entry]) -> tuple[list[Entry], list[str]]:
    """Entries of one path stay two files: the later ones get a number behind their name."""
    seen: Counter[str] = Counter()
    taken = {entry.path for entry in entries}
    apart, doubled = [], []
    for entry in entries:
        seen[entry.path] += 1
        path, number = entry.path, seen[entry.path]
        while number > 1 and path in taken:
            path = f"{entry.path} ({number})"
            number += 1
        if path != entry.path:
            taken.add(path)
            doubled.append(path)
        apart.append(Entry(path, entry.size, entry.modified_ns, entry.key))
    return apart, doubled


def _findings(unsafe: list[str], doubled: list[str]) -> tuple[Finding, ...]:
    findings = []
    if unsafe:
        message = f"{counted(len(unsafe), 'file')} passed over: unsafe names, as archives of strangers have them."
        findings.append(Finding("unsafe_name", "warning", message, tuple(unsafe)))
    if doubled:
        message = f"{counted(len(doubled), 'file')} of the same name as another one in the archive; all were kept."
        findings.append(Finding("unsafe_name", "warning", message, tuple(doubled)))
    return tuple(findings)


def _alphabet(names: Names, guessed: Sequence[str]) -> tuple[Finding, ...]:
    """What the names were taken for, with the kinds as a preview: a wrong guess is seen at once."""
    if not guessed:
        return ()
    parts = dict.fromkeys(part for path in guessed for part in path.split("/")[:-1] if not part.isascii())
    preview = listed(tuple(parts) or tuple(guessed), 5)
    what = counted(len(guessed), "name")
    if names.alphabet and names.is_trusted:
        message = f"{what} in an alphabet that the archive does not tell, read as {names.alphabet}: {preview}."
    else:
        message = f"{what} in an unknown alphabet may look wrong, such as '{shown(guessed[0])}'."
    return (Finding("asked", "warning", message, tuple(guessed)),)
