"""A person's changes to a dataset: another label, left out, brought back, added, another split; undo and redo.

The person's own files are never touched: a change is a line in edits.jsonl and a new state beside the old one. It
knows no screen; long work (adding thousands of files) reports progress and can be stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tl_core.data import edit_log, edit_state
from tl_core.data.adding import Batch, gathered
from tl_core.data.copies import LooseFiles
from tl_core.data.dataset import Dataset, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.edit_log import Action, Edit, HistoryEntry
from tl_core.data.edit_replay import Content, check_chosen, replay, spelled
from tl_core.data.importing import disk_error, never, nobody_watches
from tl_core.data.index import Skipped
from tl_core.data.layout import Layout, Place
from tl_core.data.limits import LOCAL, Limits
from tl_core.data.names import checked_class_name, class_key, is_system, shown
from tl_core.data.planning import plan_of
from tl_core.data.reading import OnProgress, SquareKeeper
from tl_core.data.sources import Source, open_source
from tl_core.data.split_rows import match_rows
from tl_core.data.splits import SplitRow
from tl_core.data.store import DatasetFacts, read_facts
from tl_core.data.telling import as_it_came, told_batch
from tl_core.errors import DataError
from tl_core.platform import Lock

LOCK_FILE = "edits.lock"
LOCK_SECONDS = 30.0  # a change of a large dataset takes seconds; whoever waits longer hears of it
__all__ = ["Added", "DatasetEditor", "HistoryEntry"]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of files that were added: images + skipped + system_files is every one of them."""

    dataset: Dataset
    images: int
    skipped: tuple[Skipped, ...]
    system_files: int


class DatasetEditor:
    """Makes changes one after the other, whoever else makes some at the same time. Every one raises DataError with
    what does not fit, and then nothing has changed.
    """

    def __init__(
        self,
        folder: Path,
        pool: DecoderPool | None = None,
        limits: Limits = LOCAL,
        *,
        squares: SquareKeeper | None = None,
    ) -> None:
        """`pool` reads the pictures that are added; without one, children are started for it. `squares` gets what a
        network will see of them.
        """
        self._squares = squares
        self._folder = folder
        self._pool = pool
        self._limits = limits

    def relabel(self, paths: Sequence[str], label: str) -> Dataset:
        """Gives pictures another kind; a new name makes a new kind, a known one is taken as it is spelled already."""

        def values(content: Content) -> dict[str, Any]:
            check_chosen(content, paths)
            return {"paths": list(dict.fromkeys(paths)), "label": spelled(content, checked_class_name(label))}

        return self._change("relabel", values)

    def leave_out(self, paths: Sequence[str], why: str = "") -> Dataset:
        """The pictures count as passed over, and can be brought back."""

        def values(content: Content) -> dict[str, Any]:
            check_chosen(content, paths)
            return {"paths": [path for path in dict.fromkeys(paths) if path not in content.out], "why": why.strip()}

        return self._change("leave_out", values)

    def bring_back(self, paths: Sequence[str]) -> Dataset:
        def values(content: Content) -> dict[str, Any]:
            check_chosen(content, paths)
            inside = [path for path in paths if path not in content.out]
            if inside:
                raise DataError(f"'{shown(inside[0])}' is not left out.", "Reload the list of pictures.")
            return {"paths": list(dict.fromkeys(paths))}

        return self._change("bring_back", values)

    def rename_class(self, old: str, new: str) -> Dataset:
        """Where a kind of the new name is there already, the two become one."""

        def values(content: Content) -> dict[str, Any]:
            name = checked_class_name(new)
            if old not in content.labels:
                raise DataError(f"There is no kind '{shown(old)}'.", "Reload the list of pictures.")
            return {"old": old, "new": name if class_key(name) == class_key(old) else spelled(content, name)}

        return self._change("rename_class", values)

    def set_splits(self, rows: Sequence[SplitRow]) -> Dataset:
        """Puts pictures on the sides that rows say, matched by content and then by path. Rows that fit no picture
        are told by a finding of the new state.
        """
        return self._change("set_splits", lambda content: match_rows(content.columns, rows))

    def add(
        self,
        label: str,
        files: Sequence[tuple[str, Path]],
        *,
        on_progress: OnProgress = nobody_watches,
        should_stop: Callable[[], bool] = never,
    ) -> Added:
        """Adds copies of files (name, where its bytes lie) as pictures of one kind.

        Raises ImportStopped when asked to stop; then none of them was added.
        """
        name = checked_class_name(label)
        source = LooseFiles.of(name, files, self._limits)
        places = tuple(None if is_system(entry.path) else Place(name, None) for entry in source.listing.entries)
        return self._add(source, Layout(places, ()), on_progress, should_stop)

    def tell(self, label: str, name: str, file: Path, measuring: Collection[str]) -> Added:
        """Adds a copy of a picture that a model had answered wrong: it teaches, and measures nothing.

        Raises DataError where it is among the pictures already, or nearly the same as one that measures: one that
        stands on such a side, or whose content is among `measuring`.
        """
        named = checked_class_name(label)
        source = LooseFiles.of(named, [(name, file)], self._limits)
        places = tuple(Place(named, None) for _ in source.listing.entries)
        return self._add(source, Layout(places, ()), nobody_watches, never, partial(told_batch, measuring=measuring))

    def add_source(
        self,
        source: Path,
        *,
        on_progress: OnProgress = nobody_watches,
        should_stop: Callable[[], bool] = never,
    ) -> Added:
        """Adds copies of the pictures of a folder, a zip or a table, their kinds as an import would find them."""
        opened = open_source(source, self._limits)
        try:
            return self._add(opened, plan_of(opened, self._limits), on_progress, should_stop)
        finally:
            opened.close()

    def undo(self) -> Dataset:
        """Takes the last change back that holds."""
        return self._step("undo")

    def redo(self) -> Dataset:
        """Makes the change again that was undone last."""
        return self._step("redo")

    def history(self) -> tuple[HistoryEntry, ...]:
        facts = read_facts(self._folder)
        return edit_log.history(edit_log.read_edits(self._folder, facts.edits))

    def _add(
        self,
        source: Source,
        plan: Layout,
        on_progress: OnProgress,
        should_stop: Callable[[], bool],
        judge: Callable[[Content, Batch], Batch] = as_it_came,
    ) -> Added:
        """`judge` sees what the dataset holds; it may change what was read, and refuse it."""
        told: dict[str, Any] = {}
        with gathered(
            self._folder,
            source,
            plan,
            self._pool,
            self._limits,
            on_progress=on_progress,
            should_stop=should_stop,
            squares=self._squares,
        ) as batch:

            def values(content: Content) -> dict[str, Any]:
                facts = read_facts(self._folder)
                given = judge(content, batch)
                told.update(given.written(self._folder, facts.edits + 1, content, has_root=bool(facts.root)))
                return told

            dataset = self._change("add", values)
        skipped = tuple(Skipped(**item) for item in told["skipped"])
        return Added(dataset, told["images"], skipped, told["system_files"])

    def _change(self, action: Action, values: Callable[[Content], dict[str, Any]]) -> Dataset:
        """`values` sees what the dataset holds now, judges the change against it and says what to write down."""
        with self._locked() as facts:
            edits = edit_log.read_edits(self._folder, facts.edits)
            done, _ = edit_log.in_force(edits)
            content = replay(self._folder, edit_state.base_content(self._folder, facts), done)
            edit = Edit(action, time.time(), values(content))
            content = replay(self._folder, content, [edit])
            self._check_classes(content)
            edit_log.append_edit(self._folder, facts.edits, edit)
            edit_state.publish(self._folder, facts, content, edits=facts.edits + 1, edited=len(done) + 1)
        return open_dataset(self._folder)

    def _step(self, action: Action) -> Dataset:
        with self._locked() as facts:
            edits = edit_log.read_edits(self._folder, facts.edits)
            done, undone = edit_log.in_force(edits)
            if action == "undo" and not done:
                raise DataError("There is no change to undo.", "Reload the list of changes.")
            if action == "redo" and not undone:
                raise DataError("There is no change to redo.", "Reload the list of changes.")
            edit = Edit(action, time.time(), {})
            done, _ = edit_log.in_force((*edits, edit))
            content = replay(self._folder, edit_state.base_content(self._folder, facts), done)
            edit_log.append_edit(self._folder, facts.edits, edit)
            edit_state.publish(self._folder, facts, content, edits=facts.edits + 1, edited=len(done))
        return open_dataset(self._folder)

    @contextmanager
    def _locked(self) -> Iterator[DatasetFacts]:
        """The facts as the change before left them; one change at a time, in all processes."""
        read_facts(self._folder)  # before a lock's file is made in a folder that holds no dataset
        lock = Lock(self._folder / LOCK_FILE)
        if not lock.acquire(wait_seconds=LOCK_SECONDS):
            raise DataError("Another change to these pictures is under way.", "Wait a little, then try again.")
        try:
            yield read_facts(self._folder)
        except OSError as error:
            raise disk_error(error) from error
        finally:
            lock.release()

    def _check_classes(self, content: Content) -> None:
        count = len(content.labels)
        if count > self._limits.classes:
            raise DataError(f"That makes {count:,} kinds; at most {self._limits.classes:,} are taken.", "Use fewer.")
