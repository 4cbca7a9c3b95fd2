"""Models that one owner brought as bundles: kept, listed, asked about one picture, dropped. Knows no HTTP.

What a stranger packed is taken in by `export.receiving`; nothing of it is run.
"""

from __future__ import annotations

import json
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tl_core.errors import UserError
from tl_core.export.receiving import keep_bundle
from tl_core.jobs.workspace import IDENTIFIER, Person, new_identifier
from tl_core.platform import atomic_write_json
from tl_ui.guard import NotFoundError, TooLargeError

if TYPE_CHECKING:
    from tl_ui.owned_runs import Assistant

MODELS_FOLDER = "models"  # among a person's folders
MOST_MODELS = 20
BROUGHT = "brought.json"


def answer_to(assistant: Assistant, model: Path, picture: Path) -> dict[str, Any]:
    """`answers` has `{"class", "probability"}` of every class, the likeliest first; `class` is the answer, and `sure`
    False where that is "I don't know".
    """
    try:
        said = assistant.call("predict", model=model, picture=picture)
    except UserError as error:
        message = error.message.replace(f"'{picture.name}'", "This picture")
        raise type(error)(message, error.hint) from error
    ranked = sorted(said["scores"].items(), key=lambda item: -item[1])
    answers = [{"class": name, "probability": probability} for name, probability in ranked]
    return {"answers": answers, "class": said.get("class", ranked[0][0]), "sure": said.get("sure")}


@dataclass(frozen=True, slots=True)
class ModelRow:
    id: str
    name: str
    created: float


class OwnedModels:
    """One owner's `models/`: each with its model's folder, and what it was called."""

    def __init__(self, person: Person, assistant: Assistant) -> None:
        self._person = person
        self._assistant = assistant

    def keep(self, bundle: Path, name: str, limit_bytes: int) -> str:
        """Raises BundleError where it is none that can be trusted; the file stays where it is."""
        if len(self.rows()) >= MOST_MODELS:
            raise TooLargeError(f"{MOST_MODELS} models are open already.", "Close one first.")
        folder = self._person.folder / MODELS_FOLDER / new_identifier()
        try:
            keep_bundle(bundle, folder / "model", limit_bytes=limit_bytes)
            atomic_write_json(folder / BROUGHT, {"name": name, "created": time.time()})
        except UserError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise type(error)(error.message.replace(bundle.name, name), error.hint) from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return folder.name

    def rows(self) -> list[ModelRow]:
        """The newest first."""
        found = []
        for path in (self._person.folder / MODELS_FOLDER).glob(f"*/{BROUGHT}"):
            with suppress(OSError, ValueError, KeyError, TypeError):
                values = json.loads(path.read_text(encoding="utf-8"))
                found.append(ModelRow(path.parent.name, str(values["name"]), float(values["created"])))
        return sorted(found, key=lambda row: -row.created)

    def folder(self, model: str) -> Path:
        folder = self._person.folder / MODELS_FOLDER / model
        if not IDENTIFIER.match(model) or not (folder / BROUGHT).is_file():
            raise NotFoundError("This model is not open here any more.", "Drop its bundle again.")
        return folder

    def try_picture(self, model: str, picture: Path) -> dict[str, Any]:
        """As a run's model answers."""
        return answer_to(self._assistant, self.folder(model), picture)

    def drop(self, model: str) -> None:
        shutil.rmtree(self.folder(model), ignore_errors=True)
