"""The first tab: bring pictures, see what was found. Knows components; what they show comes from the scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tl_ui.components import dropzone, panel, redrawn, shown_if
from tl_ui.markup import Html, join, tag
from tl_ui.present import heading
from tl_ui.present_pictures import found, thumbnails_of
from tl_ui.scene import Scene
from tl_ui.words import Words

SAMPLES = ("garden", "digits")


@dataclass(frozen=True, slots=True)
class PicturesTab:
    head: gr.HTML
    drop: gr.HTML
    samples_head: gr.HTML
    samples: dict[str, gr.Button]
    path: gr.Textbox
    use_path: gr.Button
    choose: gr.Dropdown
    remove: gr.Button
    before: gr.Column
    found_side: gr.Column
    found: gr.HTML

    @classmethod
    def build(cls, words: Words, *, shared: bool) -> PicturesTab:
        head = panel("pictures-head")
        with gr.Row(elem_classes="thaw-columns"):
            with gr.Column(scale=5, min_width=300):
                drop = dropzone(words)
                samples_head = panel("samples-head")
                with gr.Row(elem_classes="samples"):
                    samples = {
                        name: gr.Button(words(f"sample.{name}"), elem_id=f"sample-{name}", size="sm")
                        for name in SAMPLES
                    }
                with gr.Row(visible=not shared, elem_classes="path-row"):
                    path = gr.Textbox(interactive=True, elem_id="folder-path", scale=4, max_lines=1)
                    use_path = gr.Button(elem_id="use-path", scale=1, min_width=120)
                with gr.Column(visible=False) as before, gr.Row(elem_classes="path-row"):
                    choose = gr.Dropdown(interactive=True, elem_id="choose-pictures", scale=4)
                    remove = gr.Button(elem_id="remove-pictures", scale=1, min_width=120)
            with gr.Column(scale=7, min_width=300, visible=False) as found_side:
                found_panel = panel("found")
        return cls(head, drop, samples_head, samples, path, use_path, choose, remove, before, found_side, found_panel)

    def labels(self, words: Words) -> dict[Any, Any]:
        return {
            **{button: gr.update(value=words(f"sample.{name}")) for name, button in self.samples.items()},
            self.path: gr.update(label=words("pictures.path"), placeholder=words("pictures.path_placeholder")),
            self.use_path: gr.update(value=words("pictures.path_go")),
            self.remove: gr.update(value=words("pictures.remove")),
        }

    def show(self, scene: Scene) -> dict[Any, Any]:
        words = scene.words
        chosen = scene.choices.dataset or None
        rows = [(_row_words(row.name, row.images, words), row.id) for row in scene.datasets]
        return {
            self.head: heading(words, "pictures.title", "pictures.lead"),
            self.samples_head: tag("p", words("pictures.or"), class_="muted"),
            self.drop: redrawn({"dataset": scene.importing}, words.part("drop")),
            self.before: shown_if(bool(rows)),
            self.choose: gr.update(label=words("pictures.choose"), choices=rows, value=chosen),
            self.found_side: shown_if(bool(chosen)),
            self.found: _found(scene),
        }


def _row_words(name: str, images: int | None, words: Words) -> str:
    return name if images is None else f"{name} ({words.count('found.images', images)})"


def _found(scene: Scene) -> Html:
    words = scene.words
    if scene.dataset is None:
        return Html("")
    shown = found(
        scene.dataset_name,
        scene.dataset.report,
        words,
        thumbnails=thumbnails_of(scene.choices.dataset, scene.dataset.index.records),
        expert=scene.choices.is_expert,
    )
    go = tag("button", words("go.network"), type="button", data_go="network", class_="thaw-button primary")
    return join(shown, tag("div", go, class_="thaw-next"))


def summary(scene: Scene) -> tuple[str, str]:
    """(name, "120 pictures · 4 kinds") of the chosen pictures, for the Train tab."""
    if scene.dataset is None:
        return "–", scene.words("pictures.none_yet")
    report = scene.dataset.report
    images = scene.words.count("found.images", report.images)
    return scene.dataset_name, f"{images} · {scene.words.count('found.kinds', len(report.classes))}"
