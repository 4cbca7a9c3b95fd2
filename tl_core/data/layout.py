"""From relative paths to classes and splits: which folder is a class, which a split, which a wrapper. Pure.

It sees names only: no file is opened, so that one rule serves folders, archives and tests.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tl_core.data import file_names, names
from tl_core.data.folder_shape import SPLIT_NAMES, Shape, shape_of, splits_inside_classes
from tl_core.data.index import Finding, Split, TablePreview
from tl_core.data.look_alikes import look_alikes

OUTSIDE = "It lies outside the class folders. Put it in the folder of its kind."
NO_CLASS_IN_SPLIT = "It lies beside the class folders of its split. Put it in the folder of its kind."
NOT_IN_SPLIT = "It lies beside the train and test folders, not in one."
BLANK_NAME = "Its folder's name shows nothing, so it can name no kind. Rename the folder."
NO_ROW = "The table has no row for it. Write one to use it."
THERE_ALREADY = "The same picture is there already"  # how the reason of one that is added twice begins
BESIDE = (OUTSIDE, NO_CLASS_IN_SPLIT, NOT_IN_SPLIT, BLANK_NAME, NO_ROW, file_names.NO_KIND_IN_NAME)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file belongs; `group` is what lies around the class folder, if anything does."""

    label: str
    split: Split | None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """`places[i]` for path i: a Place, a reason for passing it over, or None for a system file."""

    places: tuple[Place | str | None, ...]
    findings: tuple[Finding, ...]
    prefix: tuple[str, ...] = ()  # wrapper folders
    splits: tuple[str, ...] = ()  # the folders that are splits
    kinds_from: Literal["folders", "names", "table"] = "folders"
    tables: tuple[TablePreview, ...] = ()  # that gave the kinds


def plan_layout(paths: Sequence[str]) -> Layout:
    """A place for every relative path ('/' between parts)."""
    parts = [None if names.is_system(path) else tuple(path.split("/")) for path in paths]
    likely = [item[:-1] for path, item in zip(paths, parts, strict=True) if item and names.looks_like_picture(path)]
    shape = shape_of(likely)
    by_name = _named_by_files(paths, parts, likely, shape)
    if by_name is not None:
        shape, raw, asked = by_name
    else:
        inner_split = splits_inside_classes(likely, shape)
        raw, asked = _named_by_folders(
            [None if item is None else _raw_place(item, shape, inner_split) for item in parts]
        )
    places, merged = merged_places(raw)
    alike = look_alikes(sorted({place.label for place in places if isinstance(place, Place)}))
    findings = [*merged, *alike, *asked, *_outside(paths, places, shape)]
    kinds_from: Literal["folders", "names"] = "folders" if by_name is None else "names"
    return Layout(tuple(places), tuple(findings), shape.prefix, tuple(shape.splits), kinds_from)


@dataclass(frozen=True, slots=True)
class Raw:
    """A place before spellings are merged: the last of `folders` names the kind, those around it the group."""

    split: Split | None
    folders: tuple[str, ...]  # from the outermost to the one that holds the file; never empty


def _raw_place(item: tuple[str, ...], shape: Shape, inner_split: bool) -> Raw | str:
    depth = len(shape.prefix)
    if item[:depth] != shape.prefix or len(item) == depth + 1:
        return OUTSIDE
    folders = item[depth:-1]
    if names.is_blank(folders[-1]):
        return BLANK_NAME
    if inner_split and len(folders) == 2 and folders[1].lower() in SPLIT_NAMES:
        return Raw(SPLIT_NAMES[folders[1].lower()], folders[:1])
    if not shape.splits:
        return Raw(None, folders)
    if folders[0] not in shape.splits:
        return NOT_IN_SPLIT
    return Raw(shape.splits[folders[0]], folders[1:]) if len(folders) > 1 else NO_CLASS_IN_SPLIT


def _named_by_files(
    paths: Sequence[str],
    parts: Sequence[tuple[str, ...] | None],
    likely: Sequence[tuple[str, ...]],
    shape: Shape,
) -> tuple[Shape, list[Raw | str | None], list[Finding]] | None:
    """Where no picture lies in a class folder but their names tell kinds clearly: places by file name."""
    depth = len(shape.prefix)
    tops = {folders[depth] for folders in likely if len(folders) > depth}
    if not shape.splits and len(tops) == 1 and file_names.holds_all(*tops):
        shape = Shape((*shape.prefix, *tops), {})  # images/cat_1.jpg: the folder names no kind
    depth = len(shape.prefix) + bool(shape.splits)
    start = len(shape.prefix)
    if not likely or any(len(folders) != depth or folders[:start] != shape.prefix for folders in likely):
        return None
    pictures = [item for path, item in zip(paths, parts, strict=True) if item and names.looks_like_picture(path)]
    labels: dict[tuple[str, ...], str] = {}
    for folder in {item[:-1] for item in pictures}:
        here = [item for item in pictures if item[:-1] == folder]
        labels.update(zip(here, file_names.labels_in_names([item[-1] for item in here]) or (), strict=False))
    if not labels:
        return None
    raw: list[Raw | str | None] = []
    for item in parts:
        split = shape.splits.get(item[depth - 1]) if item and shape.splits and len(item) > depth else None
        if item in labels:
            raw.append(Raw(split, (labels[item],)) if labels[item] else file_names.NO_KIND_IN_NAME)
        else:
            raw.append(None if item is None else NO_CLASS_IN_SPLIT if split else OUTSIDE)
    kinds = names.listed(sorted({label for label in labels.values() if label}))
    message = f"No class folders: the kinds were read from the file names ({kinds})."
    return shape, raw, [Finding("asked", "warning", message)]


def _named_by_folders(
    raw: Sequence[Raw | str | None],
) -> tuple[list[Raw | str | None], list[Finding]]:
    """Nested folders: the innermost name is the class, and what lies around it a group.

    Where inner names meet under several outer folders by accident (fewer than half of them do), they keep the outer
    name too, so that `food/cartoon` and `animals/cartoon` stay two kinds.
    """
    chains = {item.folders for item in raw if isinstance(item, Raw)}
    if all(len(chain) == 1 for chain in chains):
        return list(raw), []
    outer: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for chain in chains:
        outer[names.class_key(names.class_name(chain[-1]))].add(chain[:-1])
    recurring = {key for key, around in outer.items() if len(around) > 1}
    keep_outer = recurring if 2 * len(recurring) < len(outer) else set()
    renamed: list[Raw | str | None] = []
    for item in raw:
        if isinstance(item, Raw) and names.class_key(names.class_name(item.folders[-1])) in keep_outer:
            item = Raw(item.split, ("", "/".join(item.folders[-2:])))
        renamed.append(item)
    counts = Counter(item.folders for item in raw if isinstance(item, Raw))
    nested = sorted(chain for chain in chains if len(chain) > 1)[:3]
    examples = ", ".join(f"{'/'.join(map(names.shown, chain))}: {counts[chain]:,}" for chain in nested)
    message = f"Folders lie inside folders ({examples}); each kind is named by its innermost folder."
    if keep_outer:
        message += " Inner names that lie in several folders keep the outer name too."
    elif recurring:
        message += " The outer folders are kept as groups."
    return renamed, [Finding("asked", "warning", message)]


def merged_places(raw: Sequence[Raw | str | None]) -> tuple[list[Place | str | None], list[Finding]]:
    """Classes by name: letter case and Unicode form do not count; the commonest spelling names the class."""
    counts = Counter(item for item in raw if isinstance(item, Raw))  # few, however many files there are
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    keys = {item: names.class_key(names.class_name(item.folders[-1])) for item in counts}
    for item, count in counts.items():
        spellings[keys[item]][item.folders[-1]] += count
    chosen = {
        key: names.class_name(min(found, key=lambda name: (-found[name], name))) for key, found in spellings.items()
    }
    findings = []
    for key, found in sorted(spellings.items()):
        if len(found) > 1:
            written = ", ".join(f"'{names.shown(name)}'" for name in sorted(found))
            findings.append(Finding("merged_classes", "warning", f"{written} were taken as one kind: '{chosen[key]}'."))
    placed = {
        item: Place(chosen[key], item.split, "/".join(part for part in item.folders[:-1] if part))
        for item, key in keys.items()
    }
    return [placed[item] if isinstance(item, Raw) else item for item in raw], findings


def _outside(paths: Sequence[str], places: Sequence[Place | str | None], shape: Shape) -> list[Finding]:
    """Pictures that stand beside the folders that count, in one finding for each reason."""
    outside: dict[str, list[str]] = defaultdict(list)
    for path, place in zip(paths, places, strict=True):
        if isinstance(place, str) and names.looks_like_picture(path):
            outside[place].append(path)
    findings = []
    for reason, found in outside.items():
        folders = sorted({path.split("/")[len(shape.prefix)] for path in found if path.count("/") > len(shape.prefix)})
        where = f" in {names.listed(folders)}" if folders else ""
        message = f"{len(found):,} passed over{where}. {reason}"
        findings.append(Finding("ignored_folder", "warning", message, tuple(found)))
    return findings


def empty_classes(layout: Layout, folders: Iterable[str], used: Iterable[str]) -> tuple[str, ...]:
    """Paths of the innermost folders that would be kinds but hold no accepted picture. `used`: the accepted ones."""
    if layout.kinds_from == "table":
        return ()
    full: set[str] = set()
    for path in used:
        while "/" in path:
            path = path.rsplit("/", 1)[0]
            if path in full:
                break
            full.add(path)
    kinds = {names.class_key(names.class_name(folder.rsplit("/", 1)[-1])) for folder in full}
    listed = [folder for folder in folders if not names.is_system(folder)]
    outer = {folder.rsplit("/", 1)[0] for folder in listed if "/" in folder}
    depth = len(layout.prefix) + bool(layout.splits)
    empty = set()
    for folder in listed:
        parts = folder.split("/")
        name = names.class_name(parts[-1])
        if folder not in full | outer and len(parts) > depth and names.class_key(name) not in kinds:
            empty.add(folder)
    return tuple(sorted(empty))
