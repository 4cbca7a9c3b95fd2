"""Reads a folder or a zip once: every file is opened, judged, hashed and accounted for, in limited children.

A folder's pictures stay where they are; a zip's are unpacked under their content's hash. It knows no job and no screen.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from tl_core.data import findings, layout, sources, store
from tl_core.data.building import ColumnsBuilder
from tl_core.data.counting import counted
from tl_core.data.decoder import DecoderPool, Inspected
from tl_core.data.entries import Entry, Listing
from tl_core.data.index import DatasetReport, ImageIndex, ImageRecord, Skipped
from tl_core.data.layout import Layout, Place
from tl_core.data.limits import LOCAL, Limits
from tl_core.data.names import looks_like_picture, shown
from tl_core.data.near_duplicates import with_near_groups
from tl_core.data.planning import plan_of
from tl_core.data.reading import Reading, read_all
from tl_core.data.sources import Source
from tl_core.errors import DataError

LOOKED_FOR = "JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF"
FOLDERS_HINT = "Put each kind in a folder of its own."
NO_ROOM = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)


def nobody_watches(done: int, total: int) -> None:
    """The progress of an import that nobody looks at."""


def never() -> bool:
    return False


def import_into(
    source: Path,
    folder: Path,
    *,
    limits: Limits = LOCAL,
    name: str = "",
    on_progress: Callable[[int, int], None] = nobody_watches,
    should_stop: Callable[[], bool] = never,
    pool: DecoderPool | None = None,
) -> None:
    """Fills `folder`, with children of its own or those of `pool`. Raises DataError, ImportStopped; see dataset.py."""
    opened = sources.open_source(source, limits)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.nullcontext(pool) if pool else DecoderPool(limits=limits) as reader:
            _import(Reading(opened, folder, reader, on_progress, should_stop), name, limits)
    except OSError as error:
        _tidy(folder)
        raise disk_error(error) from error
    except BaseException:
        _tidy(folder)
        raise
    finally:
        opened.close()


def _import(task: Reading, name: str, limits: Limits) -> None:
    fingerprint = task.source.fingerprint()
    plan = plan_of(task.source, limits)
    read_all(task, plan)
    index, report = _judged(task, plan)
    _check_usable(task.source.path, index, report)
    _remove_unused(task.folder, {digest.tobytes().hex() for digest in index.columns.sha256})
    if task.source.fingerprint() != fingerprint:
        raise DataError(f"'{shown(task.source.path.name)}' changed while it was read.", "Bring it in again.")
    store.write_dataset(task.folder, _facts(task, name, fingerprint, index), index, report)


def _judged(task: Reading, plan: Layout) -> tuple[ImageIndex, DatasetReport]:
    """Every file that was sent lands in exactly one of images, skipped and system files."""
    listing = task.source.listing
    builder = ColumnsBuilder()
    skipped = list(listing.refused)
    system_files = 0
    for entry, place in zip(listing.entries, plan.places, strict=True):
        found = task.inspected.get(entry.path)
        if place is None:
            system_files += 1
        elif found is None:
            skipped.append(Skipped(entry.path, task.problems[entry.path]))
        elif isinstance(place, Place):
            record = record_of(task.source, entry, place, found)
            position = builder.append(record, format=found.format, notes=found.notes)
            builder.look(position, found.looked)
        else:
            skipped.append(Skipped(entry.path, place))
    index = ImageIndex.of(with_near_groups(builder.columns().sorted_by_path()))
    skipped.sort(key=lambda item: item.path)
    empty = layout.empty_classes(plan, _folders(listing), index.columns.paths())
    report = DatasetReport(
        classes=index.counts(),
        images=len(index.records),
        skipped=tuple(skipped),
        system_files=system_files,
        findings=findings.find_all(index, skipped, listing.findings + plan.findings, empty),
    )
    return index, report


def _folders(listing: Listing) -> set[str]:
    """Every folder that was sent: archives need not list those that hold a file."""
    return {*listing.folders, *(entry.path.rsplit("/", 1)[0] for entry in listing.entries if "/" in entry.path)}


def record_of(source: Source, entry: Entry, place: Place, found: Inspected) -> ImageRecord:
    return ImageRecord(
        path=entry.path,
        stored=bool(source.root) and source.local_path(entry) is None,
        label=place.label,
        split=place.split,
        sha256=found.sha256,
        width=found.width,
        height=found.height,
        bytes=found.bytes,
        group=place.group,
    )


def _check_usable(source: Path, index: ImageIndex, report: DatasetReport) -> None:
    if index.records:
        return
    name = shown(source.name)
    loose = [item for item in report.skipped if item.reason == layout.OUTSIDE]
    if loose:
        raise DataError(f"{counted(len(loose), 'picture')} in '{name}', and no class folder.", FOLDERS_HINT)
    reasons = "".join(f" {shown(item.path)}: {item.reason}" for item in report.skipped if looks_like_picture(item.path))
    looked = f" {counted(len(report.skipped), 'other file')} passed over." if report.skipped and not reasons else ""
    few = reasons if len(reasons) <= 400 else reasons[:400] + " ..."
    raise DataError(f"No pictures ({LOOKED_FOR}) were found in '{name}'.{looked}{few}", FOLDERS_HINT)


def _facts(task: Reading, name: str, fingerprint: str, index: ImageIndex) -> store.DatasetFacts:
    return store.DatasetFacts(
        id=task.folder.name,
        name=name or task.source.title,
        source=task.source.origin,
        root=task.source.root,
        created=time.time(),
        state=store.READY,
        fingerprint=fingerprint,
        images=len(index.records),
        classes=len(index.classes),
        bytes=store.own_bytes(index.columns, has_root=bool(task.source.root)),
    )


def _remove_unused(folder: Path, used: set[str]) -> None:
    for path in (folder / store.FILES_FOLDER).glob("*/*"):
        if path.name not in used:
            path.unlink()


def _tidy(folder: Path) -> None:
    """Removes what an import wrote, and the folder itself when nothing else (a job's journal) lies in it."""
    for name in (store.DATASET_FILE, store.INDEX_FILE, store.LINES_FILE, store.REPORT_FILE):
        (folder / name).unlink(missing_ok=True)
    for name in (store.FILES_FOLDER, store.THUMBNAILS_FOLDER):
        shutil.rmtree(folder / name, ignore_errors=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def disk_error(error: OSError) -> DataError:
    if error.errno in NO_ROOM:
        return DataError("The disk is full; nothing was kept.", "Free some space, then bring the pictures in again.")
    return DataError(f"The pictures could not be kept ({error.strerror or error}).", "Check the workspace's folder.")


def fingerprint_of(source: Path, limits: Limits = LOCAL) -> str:
    """What changes when the source changes; reads names, sizes and times alone. Raises DataError as open_source."""
    opened = sources.open_source(source, limits)
    try:
        return opened.fingerprint()
    finally:
        opened.close()
