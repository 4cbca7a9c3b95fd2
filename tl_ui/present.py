"""Values into words and small pieces of HTML that several tabs share. Pure; imports no gradio."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tl_core.backbones.catalogue import record_of
from tl_core.backbones.stage import HEAD, Stage
from tl_ui.markup import Html, icon, tag
from tl_ui.run_list import RunRow
from tl_ui.words import Words


def percent(share: float) -> str:
    """0.8646 as 86, 0.996 as 99.6: never rounded up to certainty, nor down to nothing."""
    value = 100 * share
    if 99 < value < 100:
        return f"{min(value, 99.9):.1f}"
    if 0 < value < 1:
        return f"{max(value, 0.1):.1f}"
    return f"{value:.0f}"


def compact(count: int) -> str:
    """4649592 as 4.65 M, three digits that count."""
    for size, name in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{_three_digits(count / size)} {name}"
    return str(count)


def _three_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def heading(words: Words, title: str, lead: str = "") -> Html:
    """A tab's title and the line below it; both are keys."""
    return tag("div", tag("h2", words(title)), tag("p", words(lead), class_="lead") if lead else "", class_="thaw-head")


def empty_state(words: Words, key: str) -> Html:
    return tag("div", icon("picture", 34), tag("p", words(key)), class_="thaw-empty")


def note(message: str, *, kind: str = "", hint: str = "") -> Html:
    """A short message with its sign; `kind` is good, bad or nothing."""
    sign = {"good": "check", "bad": "warning"}.get(kind, "note")
    return tag("div", icon(sign), tag("p", message, f" {hint}" if hint else ""), class_=f"thaw-note {kind}".strip())


def header(words: Words, *, shared: bool, logo: str, keep_hours: int = 0) -> Html:
    """`keep_hours` is how long a hosted demo keeps things, 0 elsewhere."""
    promise = words("app.promise_shared" if shared else "app.promise_own")
    if keep_hours:
        promise = words("app.promise_hosted", n=keep_hours)
    title = tag("h1", words("app.name"))
    return tag("div", Html(logo), tag("div", title, tag("p", promise), class_="thaw-brand-words"), class_="thaw-brand")


def title_parts(title: str, words: Words) -> tuple[str, str]:
    """("Parts of objects", "2") for "parts of objects 2", in the words' language where the title is a known one."""
    name, _, count = title.rpartition(" ")
    if not name or not count.isdecimal():
        name, count = title, ""
    key = f"stage.{name.replace(' ', '_')}"
    return (words(key) if words.has(key) else name), count


def stage_title(title: str, words: Words) -> str:
    return " ".join(part for part in title_parts(title, words) if part)


def for_classes(stages: Sequence[Stage], num_classes: int) -> tuple[Stage, ...]:
    """The stages with a head for so many classes; they come with the 1,000 of ImageNet, one row of weights for each."""
    return tuple(_head_for(stage, num_classes) if stage.name == HEAD else stage for stage in stages)


def _head_for(head: Stage, num_classes: int) -> Stage:
    outputs = head.output_shape[-1] if head.output_shape else 0
    if not outputs or head.parameters % outputs:
        return head
    return replace(head, parameters=head.parameters // outputs * num_classes, output_shape=(num_classes,))


def ice_in_words(words: Words, freeze: str, stages: Sequence[Stage] = ()) -> str:
    """What the place of the ice line means, as on the Network tab."""
    if freeze == "all":
        return words("ice.all")
    if freeze == "none":
        return words("ice.none")
    title = next((stage.title for stage in stages if stage.name == freeze), freeze)
    return words.sentences(words("train.frozen_to", stage=stage_title(title, words)), words("ice.some"))


def trained_share(freeze: str, stages: Sequence[Stage], trained: str = "") -> tuple[int, int]:
    """(trained, all) parameters for a place of the ice line, or for a set of stages; the head always trains."""
    total = sum(stage.parameters for stage in stages)
    return total - sum(stage.parameters for stage in frozen_stages(freeze, stages, trained)), total


def frozen_stages(freeze: str, stages: Sequence[Stage], trained: str = "") -> tuple[Stage, ...]:
    """`trained` names the stages that learn where they are no suffix, with commas between; empty: the line says."""
    body = tuple(stage for stage in stages if stage.name != HEAD)
    if trained:
        return tuple(stage for stage in body if stage.name not in trained.split(","))
    if freeze == "all":
        return body
    names = [stage.name for stage in body]
    return body[: names.index(freeze) + 1] if freeze in names else ()


def decision(words: Words, key: str, sign: str, value: str, detail: str) -> Html:
    """One of the three decisions that a training stands on."""
    lines = tag("div", tag("small", words(key)), tag("strong", value), tag("span", detail, class_="muted"))
    return tag("div", icon(sign, 26), lines, class_="decision")


def run_rows(words: Words, runs: Sequence[RunRow], dataset_names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The drawer's lines; text only, the browser makes it into nodes."""
    return [
        {
            "run": row.id,
            "name": run_name(row.name, row.backbone, dataset_names.get(row.dataset, "")),
            "detail": _run_detail(row, words),
            "state": row.state,
            "accuracy": row.accuracy,
        }
        for row in runs
    ]


def run_name(label: str, backbone: str, dataset: str) -> str:
    """What a person called it, else the pictures and the network."""
    record = record_of(backbone)
    title = record.title if record else backbone
    return label or (f"{dataset} · {title}" if dataset else title)


def _run_detail(row: RunRow, words: Words) -> str:
    """The place of the ice and the moment, and the network where the run has a name of its own."""
    ice = words(f"ice.freeze_{row.freeze if row.freeze in ('all', 'none') else 'some'}")
    moment = time.strftime("%Y-%m-%d %H:%M", time.localtime(row.created))
    return " · ".join(part for part in (row.backbone if row.name else "", ice, moment) if part)
