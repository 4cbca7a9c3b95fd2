"""Recognises sets of pictures that are made to find things in pictures: COCO, Pascal VOC, YOLO.

By names first; a few of the files beside the pictures then have to say so too, for many a set has a text to each.
Their pictures have boxes around things and no kind of their own; taken as class folders they would train on nonsense.
It opens no picture.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from tl_core.data.archives import EntryDamaged
from tl_core.data.file_names import holds_all
from tl_core.data.folder_shape import SPLIT_NAMES
from tl_core.data.index import Finding
from tl_core.data.layout import Layout, Place
from tl_core.data.names import looks_like_picture, shown
from tl_core.data.sources import Source
from tl_core.errors import DataError

PEEKED_AT = 5  # files of boxes that are opened to be sure
PEEKED_BYTES = 64_000
HALF = 0.5  # of the pictures have a file of boxes
HINT = "Thaw tells whole pictures apart. Cut the things out, and put the pieces of each kind in a folder of its own."
_COCO = re.compile(r"(instances|person_keypoints|_annotations\.coco|annotations_coco|coco)[^/]*\.json")
_YOLO_LINE = re.compile(rb"\s*(\d+(\s+-?\d*\.?\d+){4,})?\s*")
_VOC = re.compile(rb"<\s*annotation[\s>]")
_NO_KIND = re.compile(r"(train|val|test|unlabeled)\d{2,4}|labels?|annotations?|masks?|segmentation(class|object)", re.I)


def boxes_of(paths: Sequence[str]) -> str:
    """ "COCO", "Pascal VOC" or "YOLO" where the files of such a set lie among the paths, else ""."""
    others = [path.lower() for path in paths if path.lower().endswith((".json", ".xml", ".txt"))]
    if not others:  # nearly always: a million names are not looked at twice
        return ""
    if any(_COCO.fullmatch(path.rsplit("/", 1)[-1]) for path in others):
        return "COCO"
    pictures = {_stem(path.lower()) for path in paths if looks_like_picture(path) and "." in path.rsplit("/", 1)[-1]}
    for ending, name in ((".xml", "Pascal VOC"), (".txt", "YOLO")):
        stems = {_stem(path) for path in others if path.endswith(ending)}
        if len(stems & pictures) >= max(2, HALF * len(pictures)):
            return name
    return ""


def told(source: Source, layout: Layout) -> Layout:
    """The layout, with a finding where there are boxes beside class folders. Raises DataError where there are boxes
    and no class folders.
    """
    name = boxes_of([entry.path for entry in source.listing.entries])
    if not name or not _contents_agree(source, name):
        return layout
    kinds = {place.label for place in layout.places if isinstance(place, Place)}
    real = {kind for kind in kinds if not (holds_all(kind) or kind.lower() in SPLIT_NAMES or _NO_KIND.fullmatch(kind))}
    if len(real) < 2:
        raise DataError(
            f"'{shown(source.path.name)}' is a {name} set: boxes around things in pictures, and no kinds.", HINT
        )
    message = f"Boxes of a {name} set lie beside the pictures; they were not used, the folders give the kinds."
    return dataclasses.replace(layout, findings=(*layout.findings, Finding("asked", "warning", message)))


def _contents_agree(source: Source, name: str) -> bool:
    """False where the texts beside the pictures hold anything but boxes. COCO's names are telling enough."""
    if name == "COCO":
        return True
    ending = ".txt" if name == "YOLO" else ".xml"
    entries = source.listing.entries
    pictures = {_stem(entry.path.lower()) for entry in entries if looks_like_picture(entry.path)}
    texts = [
        entry
        for entry in entries
        if entry.path.lower().endswith(ending) and _stem(entry.path.lower()) in pictures and entry.size <= PEEKED_BYTES
    ]
    try:
        contents = [b"".join(source.unpack(entry)) for entry in texts[:: max(1, len(texts) // PEEKED_AT)][:PEEKED_AT]]
    except EntryDamaged:
        return False
    if name == "YOLO":
        return any(map(bytes.strip, contents)) and all(
            _YOLO_LINE.fullmatch(line) for content in contents for line in content.splitlines()
        )
    return bool(contents) and all(map(_VOC.search, contents))


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
