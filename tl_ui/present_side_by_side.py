"""Runs side by side, in words: curves, rates with their intervals, verdicts, what differs. Pure; imports no gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from tl_core.backbones.catalogue import record_of
from tl_core.config import STARTS
from tl_core.errors import UserError
from tl_core.evaluation.comparing import Compared
from tl_ui.present import percent, stage_title
from tl_ui.side_by_side import Difference, Duel, Member, differences, duels
from tl_ui.words import Words, number

CURVES = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")
BLANK = "–"


def side_by_side(
    words: Words, compared: Sequence[Member], names: Mapping[str, str], pictures: Mapping[str, str]
) -> dict[str, Any]:
    """`names` are of the runs, `pictures` of the sets of pictures, both by identifier.

    {"runs", "verdicts", "notes", "differences"}: texts alone, the browser makes them into nodes.
    """
    called = [names.get(member.id, member.id[:8]) for member in compared]
    told = duels(compared)
    return {
        "runs": [_run(words, member, name) for member, name in zip(compared, called, strict=True)],
        "verdicts": [_verdict(words, duel, called) for duel in told] or [words("versus.too_few")],
        "notes": _notes(words, compared, told),
        "differences": [*_other_pictures(words, compared, pictures), *_differing(words, compared, names)],
    }


def _run(words: Words, member: Member, name: str) -> dict[str, Any]:
    result = member.result
    measured = result.get("accuracy") is not None
    on = str(result.get("measured_on", "")).replace("-", "_")
    return {
        "run": member.id,
        "name": name,
        "accuracy": result.get("accuracy"),
        "low": result.get("accuracy_low"),
        "high": result.get("accuracy_high"),
        "on": words(f"versus.on_{on}", n=number(int(result["images"]))) if measured else words("versus.unmeasured"),
        "curves": {name: _curve(member, name) for name in CURVES},
    }


def _curve(member: Member, measure: str) -> list[tuple[int, float]]:
    """(epoch, value) of every epoch that has one."""
    points = [(epoch.epoch, getattr(epoch, measure)) for epoch in member.view.epochs]
    return [(epoch, value) for epoch, value in points if value is not None]


def _verdict(words: Words, duel: Duel, called: Sequence[str]) -> str:
    if duel.compared is None:
        why = duel.problem or UserError("")
        told = words.sentences(words.said(why.message), words.said(why.hint))
        return words("versus.cannot", a=called[duel.first], b=called[duel.second], why=told)
    found = duel.compared
    first, second = called[duel.first], called[duel.second]
    right = (found.first_right, found.second_right)
    if found.only_second > found.only_first:  # of the pictures that both were measured on, the other is right on more
        first, second, right = second, first, (right[1], right[0])
    values = {"a": first, "b": second, "n": number(found.pictures), "p": p_value(found.p_value)}
    values |= {"right_a": number(right[0]), "right_b": number(right[1])}
    split = found.only_first + found.only_second
    kind = "same" if not split else "chance" if found.may_be_chance else "better"
    left_out = words("versus.relabelled", n=number(found.relabelled)) if found.relabelled else ""
    return words.sentences(words(f"versus.{kind}", **values, split=number(split)), left_out)


def _notes(words: Words, compared: Sequence[Member], told: Sequence[Duel]) -> list[str]:
    fought = [(duel, duel.compared) for duel in told if duel.compared]
    parted = any(_is_part(compared, duel, found) for duel, found in fought)
    shared = number(min((found.pictures for _duel, found in fought), default=0))
    lines = (
        words("versus.test") if fought else "",
        words("versus.part", n=shared) if parted else "",
        words("versus.many") if len(fought) > 1 else "",
    )
    return [line for line in lines if line]


def _is_part(compared: Sequence[Member], duel: Duel, found: Compared) -> bool:
    """Whether one of the two was measured on pictures that the other was not."""
    counted = [int(compared[at].result.get("images", 0)) for at in (duel.first, duel.second)]
    return found.pictures + found.relabelled < max(counted)


def p_value(value: float) -> str:
    """0.0312 as "= 0.03", 0.0004 as "= 0.0004", and what is too small to read as "< 0.0001"."""
    if value < 0.0001:
        return "< 0.0001"
    return f"= {value:.2f}" if value >= 0.01 else f"= {value:.1g}"


def _other_pictures(words: Words, compared: Sequence[Member], pictures: Mapping[str, str]) -> list[dict[str, Any]]:
    if len({member.dataset for member in compared}) < 2:
        return []
    values = [pictures.get(member.dataset, BLANK) for member in compared]
    return [{"setting": words("versus.pictures"), "values": values}]


def _differing(words: Words, compared: Sequence[Member], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "setting": words(f"control.{difference.field}"),
            "values": [_value(words, difference, at, member, names) for at, member in enumerate(compared)],
        }
        for difference in differences(compared)
    ]


def _value(words: Words, difference: Difference, at: int, member: Member, names: Mapping[str, str]) -> str:
    chosen, planned = difference.chosen[at], difference.planned[at]
    if chosen is not None:
        return _text(words, difference.field, chosen, member, names)
    if difference.field == "preset":
        return words("preset.own")
    if planned is None:
        return words("versus.automatic")
    return words("versus.automatic_is", value=_text(words, difference.field, planned, member, names))


def _text(words: Words, field: str, value: Any, member: Member, names: Mapping[str, str]) -> str:
    if value in ("", (), []):
        return BLANK
    if field in ("freeze", "train_stages", "start", "backbone", "weights"):
        return _network(words, field, value, member, names)
    for key in (f"preset.{value}" if field == "preset" else "", f"control.{field}.{value}"):
        if words.has(key):
            return words(key)
    if field == "validation_share":
        return f"{percent(value)} %"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _network(words: Words, field: str, value: Any, member: Member, names: Mapping[str, str]) -> str:
    """What names a network, a part of it, or where it starts; file paths show their last part alone."""
    if field == "backbone":
        record = record_of(value)
        return record.title if record else str(value)
    if field == "start":
        return words(f"start.{value}") if value in STARTS else names.get(PurePath(value).name, PurePath(value).name[:8])
    if field == "weights":
        return PurePath(value).name
    titles = {str(stage.get("name")): str(stage.get("title")) for stage in (member.view.plan or {}).get("stages", ())}
    shown = [stage_title(titles.get(name, name), words) for name in ([value] if field == "freeze" else value)]
    return words(f"ice.freeze_{value}") if value in ("all", "none") else ", ".join(shown)
