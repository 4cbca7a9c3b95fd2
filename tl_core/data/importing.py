"""Reads a folder or a zip once: every file is opened, judged, hashed and accounted for, in limited children.

A folder's pictures stay where they are; a zip's are unpacked under their content's hash. It knows no job and no screen.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tl_core.data import findings, layout, store
from tl_core.data.archives import zip_fingerprint
from tl_core.data.columns import Columns
from tl_core.data.counting import counted
from tl_core.data.decoder import DecoderPool
from tl_core.data.entries import Listing
from tl_core.data.index import DatasetReport, ImageIndex
from tl_core.data.layout import Layout
from tl_core.data.limits import LOCAL, Limits
from tl_core.data.names import looks_like_picture, shown
from tl_core.data.near_duplicates import with_near_groups
from tl_core.data.planning import plan_of
from tl_core.data.reading import OnProgress, Reading, SquareKeeper, Taken, read_all
from tl_core.data.several import open_sources, together
from tl_core.data.sources import TABLES
from tl_core.errors import DataError
from tl_core.platform import Lock

LOOKED_FOR = "JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF"
FOLDERS_HINT = "Put each kind in a folder of its own."
LOOSE_HINT = (
    "Put each kind in a folder of its own, or put a table labels.csv with the columns path and label beside them."
)
LOCK_FILE = "import.lock"
LOCK_SECONDS = 1.0  # a sweep that looks whether somebody is at work holds it for a moment
NO_ROOM = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)


def nobody_watches(phase: str, done: int, total: int) -> None:
    """The progress of an import that nobody looks at."""


def never() -> bool:
    return False


def import_into(
    source: Path | Sequence[Path],
    folder: Path,
    *,
    limits: Limits = LOCAL,
    name: str = "",
    on_progress: OnProgress = nobody_watches,
    should_stop: Callable[[], bool] = never,
    pool: DecoderPool | None = None,
    squares: SquareKeeper | None = None,
) -> None:
    """Fills `folder`, with children of its own or those of `pool`. Raises DataError, ImportStopped; see dataset.py."""
    opened = open_sources([source] if isinstance(source, Path) else source, limits)
    try:
        with _claimed(folder), contextlib.nullcontext(pool) if pool else DecoderPool(limits=limits) as reader:
            thumbnails = folder / store.THUMBNAILS_FOLDER
            reading = Reading(opened, folder, reader, on_progress, should_stop, thumbnails, squares=squares)
            _import(reading, name, limits)
    except OSError as error:
        raise disk_error(error) from error
    finally:
        opened.close()


@contextlib.contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """Holds a lock that tells a sweep that somebody is at work here; a failure leaves nothing but a job's own files."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = Lock(folder / LOCK_FILE)
    if not lock.acquire(wait_seconds=LOCK_SECONDS):
        raise DataError(f"Pictures are being brought into '{folder.name}' already.", "Wait until that is done.")
    try:
        yield
    except BaseException:
        tidy(folder)
        raise
    finally:
        lock.release()
        (folder / LOCK_FILE).unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()


def _import(task: Reading, name: str, limits: Limits) -> None:
    fingerprint = task.source.fingerprint()
    plan = plan_of(task.source, limits)
    index, report = _judged(task.source.listing, plan, read_all(task, plan))
    _check_usable(task.source.path, index, report)
    _remove_unused(task.folder / store.FILES_FOLDER, index.columns)
    if task.source.fingerprint() != fingerprint:
        raise DataError(f"'{shown(task.source.path.name)}' changed while it was read.", "Bring it in again.")
    store.write_dataset(task.folder, _facts(task, name, fingerprint, index), index, report)


def _judged(listing: Listing, plan: Layout, taken: Taken) -> tuple[ImageIndex, DatasetReport]:
    index = ImageIndex.of(with_near_groups(taken.columns))
    empty = layout.empty_classes(plan, _folders(listing), index.columns.paths())
    report = DatasetReport(
        classes=index.counts(),
        images=len(index.records),
        skipped=taken.skipped,
        system_files=taken.system_files,
        findings=findings.find_all(index, taken.skipped, listing.findings + plan.findings, empty),
        tables=plan.tables,
    )
    return index, report


def _folders(listing: Listing) -> set[str]:
    """Every folder that was sent: archives need not list those that hold a file."""
    return {*listing.folders, *(entry.path.rsplit("/", 1)[0] for entry in listing.entries if "/" in entry.path)}


def _check_usable(source: Path, index: ImageIndex, report: DatasetReport) -> None:
    if index.records:
        return
    name = shown(source.name)
    loose = [item for item in report.skipped if item.reason in (layout.OUTSIDE, layout.NO_CLASS_IN_SPLIT)]
    if loose:
        raise DataError(f"{counted(len(loose), 'picture')} in '{name}', and no class folder.", LOOSE_HINT)
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


def _remove_unused(files: Path, columns: Columns) -> None:
    """Unpacked files that are no pictures of the set."""
    if files.exists():
        used = {content.tobytes() for content in columns.sha256}
        for path in files.glob("*/*"):
            if bytes.fromhex(path.name) not in used:
                path.unlink()


def tidy(folder: Path) -> None:
    """Removes what an import wrote; what else lies there (a job's journal) stays."""
    for name in (store.DATASET_FILE, store.INDEX_FILE, store.LINES_FILE, store.REPORT_FILE):
        (folder / name).unlink(missing_ok=True)
    for name in (store.FILES_FOLDER, store.THUMBNAILS_FOLDER):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in folder.glob(".*.tmp"):  # what a killed process was writing
        path.unlink(missing_ok=True)


def disk_error(error: OSError) -> DataError:
    if error.errno in NO_ROOM:
        return DataError("The disk is full; nothing was kept.", "Free some space, then bring the pictures in again.")
    return DataError(f"The pictures could not be kept ({error.strerror or error}).", "Check the workspace's folder.")


def fingerprint_of(source: Path | Sequence[Path], limits: Limits = LOCAL) -> str:
    """What changes when the source changes; reads names, sizes and times alone. Raises DataError as open_source.

    No archive is opened: the screen asks, and only the limited worker reads what strangers packed.
    """
    prints = [_fingerprint(path, limits) for path in ([source] if isinstance(source, Path) else source)]
    return prints[0] if len(prints) == 1 else together(prints)


def _fingerprint(path: Path, limits: Limits) -> str:
    if path.is_file() and not path.name.lower().endswith(TABLES):
        return zip_fingerprint(path)
    opened = open_sources([path], limits)
    try:
        return opened.fingerprint()
    finally:
        opened.close()
