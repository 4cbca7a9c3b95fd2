"""Kinds that are written in file names: `cat_001.jpg`, `0001 dog.png`. Pure; it sees names and opens no file.

Only a clear pattern counts: names that cameras and programs give to everything (`IMG_0001.jpg`) tell no kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tl_core.data.names import class_key, class_name

LEAST_CLASSES = 2
LEAST_OF_EACH = 2
CLEAR_SHARE = 0.9  # of the pictures fit the pattern; the others are passed over, and said
NO_KIND_IN_NAME = "Its name does not tell its kind, as the names beside it do. Rename it."
# First words of names that cameras, phones and programs give, in casefolded form
OF_CAMERAS = frozenset({
    "img", "image", "images", "imgp", "dsc", "dscn", "dscf", "dji", "gopr", "gp", "pxl", "pict", "pic", "pics",
    "picture", "pictures", "photo", "photos", "foto", "bild", "scan", "screenshot", "screen", "frame", "frames",
    "video", "vid", "mvi", "cimg", "sam", "capture", "snapshot", "snap", "file", "untitled", "unnamed",
    "download", "whatsapp", "signal", "telegram", "train", "training", "test", "testing", "val", "valid",
    "validation", "sample", "page", "crop", "patch", "tile", "thumb", "p", "i", "n", "no", "nr", "x", "фото",
    "图片", "圖片", "照片", "写真", "画像",
})  # fmt: skip
HOLDS_ALL = frozenset({
    "images", "image", "imgs", "img", "pictures", "picture", "pics", "photos", "photo", "jpg", "jpeg", "png", "all",
    "data", "dataset", "jpegimages", "fotos", "bilder", "图片", "照片",
})  # fmt: skip
_NUMBER = r"[\s._\-#(\[]*\d+[)\]]?"
_PATTERNS = (
    re.compile(rf"(?P<label>.*?[^\W\d_].*?)(?:{_NUMBER})+"),  # cat_001, cat.1, cat (3), cat12
    re.compile(r"[\d\s._\-#()]*\d[\s._\-#)]+(?P<label>[^\d]*[^\W\d_][^\d]*)"),  # 001_cat
)


def labels_in_names(names: Sequence[str]) -> tuple[str, ...] | None:
    """The kind of every file name ("" where it tells none), or None where the names follow no clear pattern."""
    for pattern in _PATTERNS:
        labels = tuple(_label(pattern, name) for name in names)
        counts = Counter(class_key(label) for label in labels if label)
        kinds = {key for key, count in counts.items() if count >= LEAST_OF_EACH}
        fitting = sum(counts[key] for key in kinds)
        if len(kinds) >= LEAST_CLASSES and fitting >= CLEAR_SHARE * len(names) and not any(map(_of_camera, kinds)):
            return tuple(label if class_key(label) in kinds else "" for label in labels)
    return None


def holds_all(folder: str) -> bool:
    """Whether a folder's name says that pictures lie there, and not of what kind they are."""
    return class_key(class_name(folder)) in HOLDS_ALL


def _label(pattern: re.Pattern[str], name: str) -> str:
    found = pattern.fullmatch(name.rsplit(".", 1)[0])
    label = found["label"].strip(" ._-#([") if found else ""
    return "" if any(letter.isdigit() for letter in label) else label


def _of_camera(key: str) -> bool:
    return re.split(r"[\W_]+", key, maxsplit=1)[0] in OF_CAMERAS
