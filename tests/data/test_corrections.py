"""What was changed since a moment: pictures are counted once, and what was undone counts for nothing."""

from __future__ import annotations

from typing import Any

from tl_core.data.corrections import Changes, counted_since
from tl_core.data.edit_log import Edit


def edit(action: Any, at: float, *paths: str, **values: Any) -> Edit:
    return Edit(action, at, {**({"paths": list(paths)} if paths else {}), **values})


def test_each_picture_counts_once_and_earlier_changes_do_not() -> None:
    edits = [
        edit("relabel", 1.0, "a", "b", label="fox"),
        edit("relabel", 5.0, "a", "c", label="dog"),
        edit("leave_out", 6.0, "c", "d", why=""),
        edit("add", 7.0, images=4, to="'fox'"),
        edit("rename_class", 8.0, old="fox", new="vixen"),
    ]
    assert counted_since(edits, 2.0) == Changes(corrected=3, added=4)
    assert counted_since(edits, 0.0).corrected == 4
    assert not counted_since(edits, 9.0).is_any


def test_what_was_undone_or_brought_back_is_as_it_was() -> None:
    undone = [edit("relabel", 5.0, "a", label="dog"), edit("undo", 6.0)]
    assert not counted_since(undone, 2.0).is_any
    assert counted_since([*undone, edit("redo", 7.0)], 2.0) == Changes(1)
    back = [edit("leave_out", 5.0, "a", "b", why=""), edit("bring_back", 6.0, "a")]
    assert counted_since(back, 2.0) == Changes(1)


def test_undoing_what_held_before_is_a_change_too() -> None:
    edits = [edit("leave_out", 1.0, "a", "b", why=""), edit("undo", 5.0)]
    assert counted_since(edits, 2.0) == Changes(2)
    assert counted_since(edits, 0.5) == Changes()
