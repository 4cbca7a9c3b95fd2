"""The model card in Hugging Face's form: the README.md of an exported bundle, with what is known of its run.

Knows values and words; it opens nothing. Its front matter is YAML whose scalars are JSON, which YAML contains.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tl_core.export.build_code import library_of
from tl_core.export.card_parts import class_table, code, how_trained, quality, split_table
from tl_core.export.model_config import ModelConfig
from tl_core.export.readme import snippet

# Hugging Face's identifiers of licences; any other is named as it stands.
HUB_LICENCES = {
    "apache-2.0": "apache-2.0", "mit": "mit", "bsd-3-clause": "bsd-3-clause", "cc-by-nc-4.0": "cc-by-nc-4.0",
    "cc-by-4.0": "cc-by-4.0", "cc-by-sa-4.0": "cc-by-sa-4.0", "openrail": "openrail", "gpl-3.0": "gpl-3.0",
}  # fmt: skip
TITLE = "A picture classifier, trained with Thaw"
UNKNOWN = "not known; ask where the network comes from"

CARD = """\
---
{front}
---

# {title}

You show it a picture, and it says which of these {num_classes} classes it most looks like: {classes}.

## How good it is

{quality}
{per_class}
## What it learned from

{data}

{how}

## Limits

- It knows these classes and no others: a picture of something else gets one of them, too{unsure}.
- The number above holds for pictures like the ones it was measured on. New cameras, places, seasons or light can make
  it worse, and nobody has measured by how much.
- It has learned from the pictures whatever told the classes apart there, also a background or a watermark.
- It was not checked for decisions about people.

## Use it

With `pip install onnxruntime numpy pillow`, in the unpacked folder{onnx}:

    python predict.py picture.jpg another-folder/

With Thaw, the zip as it is: `python -m tl_core predict BUNDLE.zip pictures/`. With {library} (the weights have its own
names; put transparent pictures on white first), after `pip install {packages}`:

```python
{snippet}```

## What is in here

| file | what it is |
| --- | --- |
{files}

{checked}

## Licences

The pretrained network `{backbone}` ({source}): {licence}. `LICENSES` says more. The pictures it learned from have
owners, too: ask them before you hand the model on.
"""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a run knows about its model beside the config.

    `counts` has for each class how many pictures stood on each side; `plan` is the run's as its journal has it. `files`
    are those of the bundle with a few words each; `checks` are sentences about the self-test and what is missing.
    """

    title: str = TITLE
    data: str = ""
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)
    licence: str = ""
    source: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    has_onnx: bool = True


def model_card(config: ModelConfig, build: str, facts: CardFacts) -> str:
    """`build` is the Python that makes the empty architecture, as `build_lines` gives it."""
    library = library_of(config.backbone)
    return CARD.format(
        front="\n".join(front_matter(config, facts)),
        title=" ".join(facts.title.split()),
        num_classes=len(config.classes),
        classes=_names(config.classes),
        quality=quality(config.result),
        per_class=class_table(config.result),
        data=split_table(facts.data, facts.counts),
        how=how_trained(facts.plan),
        unsure="; below its threshold it says that it is not sure" if config.decision.unsure_below else "",
        onnx="" if facts.has_onnx else " (not in this bundle; see below)",
        library=library,
        packages=" ".join(dict.fromkeys(("torch", library, "safetensors", "pillow", "numpy"))),
        snippet=snippet(config, build),
        files="\n".join(f"| `{name}` | {what} |" for name, what in facts.files.items()),
        checked="\n".join(facts.checks) or "Nobody has checked these files against the run.",
        backbone=config.backbone,
        source=facts.source or library,
        licence=facts.licence or UNKNOWN,
    )


def front_matter(config: ModelConfig, facts: CardFacts) -> list[str]:
    """What the hub reads: licence, library, task, the network it began from, and the scores."""
    known = HUB_LICENCES.get(facts.licence.lower())
    lines = [f"license: {known or 'other'}"]
    if known is None:
        lines.append(f"license_name: {json.dumps(facts.licence or 'unknown')}")
    lines += [f"library_name: {library_of(config.backbone)}", "pipeline_tag: image-classification"]
    if facts.source.count("/") == 1 and " " not in facts.source and library_of(config.backbone) == "timm":
        lines.append(f"base_model: {json.dumps(facts.source)}")
    lines += ["tags:", "- image-classification", "- thaw"]
    return lines + _model_index(config, facts)


def _model_index(config: ModelConfig, facts: CardFacts) -> list[str]:
    result = config.result
    if result is None:
        return []
    values = [("accuracy", "Accuracy", "accuracy"), ("f1", "Macro F1", "macro_f1")]
    metrics = [
        line
        for kind, name, field_name in values
        if isinstance(result.get(field_name), int | float)
        for line in (f"    - type: {kind}", f"      name: {name}", f"      value: {result[field_name]:.4f}")
    ]
    return [
        "model-index:", f"- name: {json.dumps(facts.title)}", "  results:", "  - task:",
        "      type: image-classification", "    dataset:",
        f"      name: {json.dumps(facts.data or 'pictures of its owner')}", "      type: imagefolder",
        f"      split: {json.dumps(str(result.get('measured_on', '')))}", "    metrics:", *metrics,
    ]  # fmt: skip


def _names(classes: tuple[str, ...], shown: int = 50) -> str:
    more = f" and {len(classes) - shown:,} more (`classes.txt`)" if len(classes) > shown else ""
    return ", ".join(map(code, classes[:shown])) + more
