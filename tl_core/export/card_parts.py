"""Parts of a model card in words and tables: scores, pictures, training. Knows values alone; opens nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MEASURED_ON = {
    "test": "pictures that training never saw",
    "validation": "the pictures set aside for validation",
    "cross-validation": "pictures like the ones it was trained on",
}
SIDES = {"train": "to learn from", "val": "to choose by", "test": "to judge by"}
SHOWN_CLASSES = 200


def code(name: str) -> str:
    """A name as it stands: in one line, and with nothing in it that Markdown would take for its own."""
    line = " ".join(name.splitlines()).replace("`", "'")
    return f"`{line}`"


def quality(result: Mapping[str, Any] | None) -> str:
    """The accuracy with its interval, where it was measured, and what always the same answer would give."""
    if result is None:
        return "How good it is was not measured.\n"
    where = MEASURED_ON.get(str(result["measured_on"]), str(result["measured_on"]))
    return (
        f"It was right on {result['correct']:,} of {result['images']:,} pictures ({result['accuracy']:.1%}),\n"
        f"measured on {where}. With so many pictures, the true rate is\n"
        f"likely between {result['accuracy_low']:.0%} and {result['accuracy_high']:.0%}. "
        f"Always answering {code(result['baseline_class'])} would have given {result['baseline']:.1%}.\n"
    )


def class_table(result: Mapping[str, Any] | None) -> str:
    """A line a class, where the result has them."""
    rows = (result or {}).get("per_class") or []
    if not rows:
        return ""
    lines = [
        f"| {_cell(row['class'])} | {row['support']:,} | {row['recall']:.1%} | {row['precision']:.1%} |"
        for row in rows[:SHOWN_CLASSES]
    ]
    head = ["| class | pictures | of these found | right when it says so |", "| --- | ---: | ---: | ---: |"]
    return "\n".join([*head, *lines]) + "\n"


def split_table(data: str, counts: Mapping[str, Mapping[str, int]]) -> str:
    """How many pictures of each class stood on which side."""
    if not counts:
        return "The pictures are its owner's; how many there were is not known here."
    sides = [side for side in SIDES if any(side in own for own in counts.values())]
    named = f"The pictures of {code(data)}" if data else "Pictures of its owner"
    head = ["| class | " + " | ".join(SIDES[side] for side in sides) + " |", "| --- |" + " ---: |" * len(sides)]
    lines = [
        f"| {_cell(name)} | " + " | ".join(f"{own.get(side, 0):,}" for side in sides) + " |"
        for name, own in list(counts.items())[:SHOWN_CLASSES]
    ]
    sums = {side: sum(own.get(side, 0) for own in counts.values()) for side in sides}
    total = ", ".join(f"{sums[side]:,} {SIDES[side]}" for side in sides)
    return "\n".join([f"{named}: {total}.", "", *head, *lines])


def how_trained(plan: Mapping[str, Any]) -> str:
    """The plan's few numbers that another person would ask for."""
    if not plan:
        return "How it was trained is not known here."
    if plan.get("method") == "head":
        what = (
            "Everything but the last layer stayed as it was; that layer was fitted in closed form (ridge regression)."
        )
    else:
        what = (
            f"Fine-tuned for {plan.get('epochs')} epochs in steps of {plan.get('batch_size')} pictures with "
            f"{plan.get('optimizer')} at a learning rate of {plan.get('learning_rate'):g} ({plan.get('schedule')}), "
            f"varied pictures: {plan.get('augment')}; {plan.get('trainable_parameters', 0):,} of "
            f"{plan.get('total_parameters', 0):,} parameters learned."
        )
    return f"{what} Seed {plan.get('seed')}."


def _cell(name: str) -> str:
    return code(name).replace("|", "\\|")
