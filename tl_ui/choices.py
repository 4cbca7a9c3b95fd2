"""What a visitor has chosen on the screen, kept in the browser so that a reload finds it. Knows no component."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from tl_core.config import DEFAULT_BACKBONE
from tl_ui.words import DEFAULT_LANGUAGE, LANGUAGES

LEVELS = ("simple", "expert")


@dataclass(frozen=True, slots=True)
class Choices:
    """`dataset` and `run` are identifiers, empty where none is chosen; `freeze` is what `--freeze` takes."""

    language: str = DEFAULT_LANGUAGE
    level: str = "simple"
    dataset: str = ""
    backbone: str = DEFAULT_BACKBONE
    freeze: str = "all"
    run: str = ""

    @property
    def is_expert(self) -> bool:
        return self.level == "expert"

    def but(self, **changes: str) -> Choices:
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, str]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Any) -> Choices:
        """From what the browser kept: anybody may have edited it, so only short texts of known fields are taken."""
        if not isinstance(values, dict):
            return cls()
        names = {field.name for field in dataclasses.fields(cls)}
        kept = {name: value for name, value in values.items() if name in names and _is_short_text(value)}
        if kept.get("level") not in LEVELS:
            kept.pop("level", None)
        if kept.get("language") not in LANGUAGES:
            kept.pop("language", None)
        return cls(**kept)


def _is_short_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 200
