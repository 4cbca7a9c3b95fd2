"""The top of the page: name and promise, the drawer of runs, language and level. Seen from every tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tl_ui.choices import LEVELS
from tl_ui.components import ASSETS, DRAWER, panel, redrawn, runs_drawer, share_panel
from tl_ui.present import header
from tl_ui.scene import Scene
from tl_ui.settings import Settings
from tl_ui.words import DEFAULT_LANGUAGE, LANGUAGES, Words


@dataclass(frozen=True, slots=True)
class Header:
    brand: gr.HTML
    runs: gr.HTML
    language: gr.Radio
    level: gr.Radio
    share: gr.HTML

    @classmethod
    def build(cls, words: Words, settings: Settings) -> Header:
        with gr.Row(elem_id="top"):
            brand = panel("brand", _brand(words, shared=settings.shared, keep_hours=settings.keep_hours))
            with gr.Row(elem_id="top-controls"):
                runs = runs_drawer(words)
                language = gr.Radio(
                    [(name, key) for key, name in LANGUAGES.items()], value=DEFAULT_LANGUAGE, interactive=True,
                    label=words("app.language"), elem_id="language", elem_classes="segmented", container=False,
                )  # fmt: skip
                level = gr.Radio(
                    _levels(words), value="simple", interactive=True, label=words("app.level"), elem_id="level",
                    elem_classes="segmented", container=False,
                )  # fmt: skip
        share = share_panel(words)
        return cls(brand, runs, language, level, share)

    def labels(self, words: Words) -> dict[Any, Any]:
        return {
            self.language: gr.update(label=words("app.language")),
            self.level: gr.update(label=words("app.level"), choices=_levels(words)),
        }

    def show(self, scene: Scene) -> dict[Any, Any]:
        return {
            self.brand: _brand(scene.words, shared=scene.shared, keep_hours=scene.keep_hours),
            self.share: redrawn(
                {"hosted": bool(scene.keep_hours), "hours": scene.keep_hours}, scene.words.part("mine", "drop")
            ),
            self.runs: drawer_of(scene),
            self.language: gr.update(value=scene.choices.language),
            self.level: gr.update(value=scene.choices.level),
        }


def drawer_of(scene: Scene) -> dict[str, Any]:
    """The update of the drawer, which asks for its list itself."""
    return redrawn({"shown": scene.run.id if scene.run else ""}, scene.words.part(*DRAWER))


def _levels(words: Words) -> list[tuple[str, str]]:
    return [(words(f"level.{level}"), level) for level in LEVELS]


def _brand(words: Words, *, shared: bool, keep_hours: int) -> str:
    logo = (ASSETS / "logo.svg").read_text(encoding="utf-8")
    return header(words, shared=shared, logo=logo, keep_hours=keep_hours)
