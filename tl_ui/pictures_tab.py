"""The first tab: bring pictures, see what was found, correct it. Knows components; the scene says what they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tl_ui.components import panel, redrawn, shown_if
from tl_ui.markup import Html, tag
from tl_ui.picture_components import acting_panel, album, dropzone, part_marker, shelf, split_table
from tl_ui.present import heading
from tl_ui.scene import Scene
from tl_ui.shown_pictures import ShownPictures
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
    shelf: gr.HTML
    found_side: gr.Column
    found: gr.HTML
    use: gr.HTML
    part: gr.HTML
    album: gr.HTML
    split: gr.HTML
    foot: gr.HTML

    @classmethod
    def build(cls, words: Words, *, shared: bool) -> PicturesTab:
        head = panel("pictures-head", _title(words))
        with gr.Row(elem_classes="thaw-columns"):
            with gr.Column(scale=5, min_width=300):
                drop = dropzone(words)
                samples_head = panel("samples-head", _or(words))
                with gr.Row(elem_classes="samples"):
                    samples = {
                        name: gr.Button(words(f"sample.{name}"), elem_id=f"sample-{name}", size="sm")
                        for name in SAMPLES
                    }
                with gr.Row(visible=not shared, elem_classes="path-row"):
                    path = gr.Textbox(**path_look(words), interactive=True, elem_id="folder-path", scale=4, max_lines=1)
                    use_path = gr.Button(words("pictures.path_go"), elem_id="use-path", scale=1, min_width=120)
                rows = shelf(words)
            with gr.Column(scale=7, min_width=300, visible=False) as found_side:
                found = acting_panel("found")
                use = acting_panel("use")
                part = part_marker(words)
        pages = album(words)
        split = split_table(words)
        foot = panel("pictures-foot")
        return cls(
            head, drop, samples_head, samples, path, use_path, rows, found_side, found, use, part, pages, split, foot
        )

    def labels(self, words: Words) -> dict[Any, Any]:
        return {
            **{button: gr.update(value=words(f"sample.{name}")) for name, button in self.samples.items()},
            self.path: gr.update(**path_look(words)),
            self.use_path: gr.update(value=words("pictures.path_go")),
        }

    def show(self, scene: Scene) -> dict[Any, Any]:
        words = scene.words
        return {
            self.head: _title(words),
            self.samples_head: _or(words),
            self.drop: redrawn({"dataset": scene.importing}, words.part("drop")),
            **self.show_pictures(scene),
        }

    def show_pictures(self, scene: Scene) -> dict[Any, Any]:
        """What a correction may have changed: all but the ways in."""
        words = scene.words
        shown = ShownPictures(scene)
        return {
            self.shelf: redrawn(shown.shelf(), words.part("shelf", "drop")),
            self.found_side: shown_if(shown.is_chosen),
            self.found: shown.found(),
            self.use: shown.use(),
            self.part: redrawn(shown.part(), words.part("part", "drop")),
            self.album: redrawn(shown.album(), words.part("album", "camera", "split", "drop")),
            self.split: redrawn(shown.split(), words.part("split", "drop")),
            self.foot: _next(words) if shown.can_train else Html(""),
        }


def path_look(words: Words) -> dict[str, Any]:
    return {"label": words("pictures.path"), "placeholder": words("pictures.path_placeholder")}


def _title(words: Words) -> Html:
    return heading(words, "pictures.title", "pictures.lead")


def _or(words: Words) -> Html:
    return tag("p", words("pictures.or"), class_="muted")


def _next(words: Words) -> Html:
    go = tag("button", words("go.network"), type="button", data_go="network", class_="thaw-button primary")
    return tag("div", go, class_="thaw-next")


def summary(scene: Scene) -> tuple[str, str]:
    """(name, "120 pictures · 4 kinds") of the chosen pictures, for the Train tab."""
    if scene.dataset is None:
        return "–", scene.words("pictures.none_yet")
    report = scene.dataset.report
    images = scene.words.count("found.images", report.images)
    return scene.dataset_name, f"{images} · {scene.words.count('found.kinds', len(report.classes))}"
