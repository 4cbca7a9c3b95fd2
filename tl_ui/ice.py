"""The ice line: groups of stages for the drawing, and the component. Knows stages by their numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from tl_core.backbones.stage import HEAD, Stage
from tl_ui.choices import Choices
from tl_ui.components import drawn
from tl_ui.present import stage_title, title_parts
from tl_ui.words import Words

SIMPLE_GROUPS = 6  # the head among them
WORDS = ("ice", "stageinfo", "compare", "time", "drop")


def ice(words: Words) -> gr.HTML:
    """Fires `freeze` with `{"freeze", "trained", "backbone"}` when the line or a switch has come to rest."""
    return drawn(
        "asking", "scatter", "ice_stage", "ice_answers", "ice_slabs", "ice", elem_id="ice", words=words.part(*WORDS)
    )


def opening_value(backbone: str) -> dict[str, Any]:
    return {"status": "opening", "backbone": backbone}


def failed_value(backbone: str, message: str) -> dict[str, Any]:
    return {"status": "failed", "backbone": backbone, "message": message}


def ice_value(
    choices: Choices, stages: Sequence[Stage], words: Words, settings: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What the drawing needs: groups from the input on, the head, how many groups are frozen (`line`) and, where the
    trained are no suffix, which stages train. `settings` are what a look at the network depends on.
    """
    body = [stage for stage in stages if stage.name != HEAD]
    frozen = frozen_count(choices.freeze, body)
    each = choices.is_expert or bool(choices.trained)
    ends = list(range(1, len(body) + 1)) if each else group_ends(body, SIMPLE_GROUPS - 1, keep=frozen)
    groups = [_group(body[start:end], words) for start, end in zip([0, *ends], ends, strict=False)]
    return {
        "status": "ready",
        "backbone": choices.backbone,
        "groups": groups,
        "head": _group([stage for stage in stages if stage.name == HEAD], words),
        "line": sum(end <= frozen for end in ends),
        "freeze": choices.freeze,
        "trained": choices.trained,
        "expert": choices.is_expert,
        "dataset": choices.dataset,
        "settings": settings or {},
    }


def frozen_count(freeze: str, body: Sequence[Stage]) -> int:
    """How many stages before the head a place of the line freezes; a name of another network freezes them all."""
    if freeze == "none":
        return 0
    names = [stage.name for stage in body]
    return names.index(freeze) + 1 if freeze in names else len(body)


def group_ends(body: Sequence[Stage], most: int, *, keep: int) -> list[int]:
    """Ends of at most `most` neighbouring groups of about equal work; `keep` stages are never cut apart from the rest.

    The line must be able to stand where it stands: the nearest end moves to `keep`.
    """
    if len(body) <= most:
        return list(range(1, len(body) + 1))
    total = sum(stage.share for stage in body) or 1.0
    ends: list[int] = []
    work = 0.0
    for at, stage in enumerate(body, 1):
        work += stage.share
        left_groups, left_stages = most - len(ends) - 1, len(body) - at
        if left_groups and (work >= total * (len(ends) + 1) / most or left_stages <= left_groups):
            ends.append(at)
    ends.append(len(body))
    if 0 < keep < len(body) and keep not in ends:
        ends[min(range(len(ends) - 1), key=lambda at: abs(ends[at] - keep))] = keep
    return sorted(ends)


def group_title(stages: Sequence[Stage], words: Words) -> str:
    """One name for neighbours: "Parts of objects 1-2" for the same kind, else the first and the last kind."""
    (first, low), (last, high) = title_parts(stages[0].title, words), title_parts(stages[-1].title, words)
    if len(stages) == 1:
        return stage_title(stages[0].title, words)
    if first == last:
        return f"{first} {low}–{high}" if low and high else first
    return words("ice.names", first=first, last=last if words.language != "en" else last[:1].lower() + last[1:])


def _group(stages: Sequence[Stage], words: Words) -> dict[str, Any]:
    last = stages[-1]
    return {
        "title": group_title(stages, words),
        "names": ", ".join(stage.name for stage in stages),
        "freeze": last.name,
        "parameters": sum(stage.parameters for stage in stages),
        "share": sum(stage.share for stage in stages),
        "stages": [stage.to_dict() for stage in stages],
    }
