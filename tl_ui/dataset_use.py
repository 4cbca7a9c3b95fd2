"""What a person said of a set of pictures: where the model will be used, what belongs together, which part matters.

Kept with the set, so that it is there again when the set is chosen. Knows no component.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tl_core.config import CHOICES
from tl_core.platform import atomic_write_json

USE_FILE = "use.json"
LONGEST = 80


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """Texts as RunConfig's fields of the same names take them; empty where nothing was said."""

    used_in: str = ""
    group_by: str = ""
    part: str = ""
    image_size: str = ""

    @classmethod
    def read(cls, folder: Path) -> DatasetUse:
        """Nothing where nothing was kept, or the file is damaged: it holds no more than four answers."""
        try:
            values = json.loads((folder / USE_FILE).read_bytes())
        except (OSError, ValueError):
            return cls()
        if not isinstance(values, dict):
            return cls()
        names = {field.name for field in dataclasses.fields(cls)}
        kept = {name: text for name, text in values.items() if name in names and _fits(name, text)}
        return cls(**kept)

    def chosen(self) -> dict[str, Any]:
        """The fields of a run that these answers give; what was not answered is left to the plan."""
        given: dict[str, Any] = {name: text for name, text in dataclasses.asdict(self).items() if text}
        if self.image_size:
            given["image_size"] = int(self.image_size)
        return given

    def write(self, folder: Path) -> None:
        atomic_write_json(folder / USE_FILE, dataclasses.asdict(self))


def _fits(name: str, text: object) -> bool:
    if not isinstance(text, str) or len(text) > LONGEST:
        return False
    return not text or name not in CHOICES or text in CHOICES[name]
