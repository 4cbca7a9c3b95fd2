"""What pictures are in their set now, by path and content: their label, left out, or gone. Knows no run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tl_core.data.columns import Columns
from tl_core.data.dataset import LeftOut
from tl_core.data.edit_replay import find_path
from tl_core.data.index import ImageRecord

Named = tuple[str, str]  # path and SHA-256


@dataclass(frozen=True, slots=True)
class Standing:
    """`label` is what it is called, or was when it was left out; empty where it is gone or another picture by now."""

    label: str
    is_left_out: bool = False

    @property
    def is_gone(self) -> bool:
        return not self.label

    def is_as(self, label: str) -> bool:
        """Whether it is still in the set under that label."""
        return not self.is_left_out and self.label == label


GONE = Standing("")


def standings(columns: Columns, left_out: Sequence[LeftOut], named: Sequence[Named]) -> list[Standing]:
    """In the order of `named`."""
    out = {item.record.path: item.record for item in left_out} if named else {}
    return [_standing(columns, out, *one) for one in named]


def _standing(columns: Columns, out: dict[str, ImageRecord], path: str, sha256: str) -> Standing:
    at = find_path(columns, path)
    if at >= 0:
        same = columns.sha256[at].tobytes().hex() == sha256
        return Standing(columns.labels[columns.label[at]]) if same else GONE
    record = out.get(path)
    return Standing(record.label, is_left_out=True) if record is not None and record.sha256 == sha256 else GONE
