"""The README.md inside a bundle: what the model is and how to use it, in plain words, with Thaw and without.

It knows the model's config and the one call that builds the architecture; it opens nothing.
"""

from __future__ import annotations

from tl_core.export.build_code import library_of
from tl_core.export.card_parts import code, quality
from tl_core.export.model_config import ModelConfig

README = """\
# A picture classifier, trained with Thaw

You show it a picture, and it says which of these {num_classes} classes it most looks like:

{classes}

{quality}
It always answers with one of these classes, also for a picture of something else.

## Use it with Thaw

In Thaw's folder, with this bundle (the zip itself, no need to unpack it) and a folder of pictures:

    python -m tl_core predict BUNDLE.zip pictures/

It prints the class of each picture and how sure it is; `--csv answers.csv` writes a table.

## Use it without Thaw

The weights are in plain safetensors form under {library}'s own names. With
`pip install {packages}`, in the unpacked folder (pictures with transparent parts: put them on white first):

```python
{snippet}```

## What is in here

| file | what it is |
| --- | --- |
| `model.safetensors` | the weights: {backbone} with {num_classes} outputs |
| `config.json` | architecture, classes in the order of the outputs, preprocessing, how good it was |
| `classes.txt` | the classes, one a line, in the same order |
| `manifest.json` | SHA-256 of each file: Thaw notices damage and changes by hand |

The pretrained backbone has a licence of its own; see where it comes from ({library}, `{backbone}`).
"""

# The crop offsets and the cut to whole numbers are the same as in training: a pixel's shift changes answers.
SNIPPET = """\
import json, sys
import {imports}
from PIL import Image, ImageOps
from safetensors.torch import load_file

with open("config.json", encoding="utf-8") as file:
    config = json.load(file)
{build}
model.load_state_dict(load_file("model.safetensors"), strict=True)
model.eval()


def prepare(path):
    how = config["preprocessing"]
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB"){part}
    size, short = how["resize_size"], min(picture.size)
    width, height = (int(size * side / short) for side in picture.size)
    picture = picture.resize((width, height), Image.Resampling[how["interpolation"].upper()])
    left, top = (width - size) // 2, (height - size) // 2
    {looks}


with torch.inference_mode():
    outputs = model(prepare(sys.argv[1])) / config["temperature"]
for name, probability in zip(config["classes"], outputs.softmax(1).mean(0).tolist()):
    print(f"{{name}}: {{probability:.4f}}")
"""

ONE_LOOK = """\
inner = (size - how["image_size"]) // 2
    left, top = left + inner, top + inner
    picture = picture.crop((left, top, left + how["image_size"], top + how["image_size"]))
    values = numpy.asarray(picture, dtype=numpy.float32) / 255
    values = (values - numpy.float32(how["mean"])) / numpy.float32(how["std"])
    return torch.from_numpy(values).permute(2, 0, 1)[None]"""

# Test-time augmentation: the answer is the mean over several looks.
LOOKS = """\
side, margin, looks = how["image_size"], size - how["image_size"], []
    places = {"centre": (margin // 2, margin // 2), "top-left": (0, 0), "bottom-right": (margin, margin),
              "top-right": (0, margin), "bottom-left": (margin, 0)}
    for view in config["views"]:
        down, right = places[view.removesuffix("-mirrored")]
        look = picture.crop((left + right, top + down, left + right + side, top + down + side))
        look = ImageOps.mirror(look) if view.endswith("-mirrored") else look
        values = numpy.asarray(look, dtype=numpy.float32) / 255
        values = (values - numpy.float32(how["mean"])) / numpy.float32(how["std"])
        looks.append(torch.from_numpy(values).permute(2, 0, 1))
    return torch.stack(looks)"""

# Where a person marked the part that matters; the rounding is that of training.
PART = """
    wide, high = picture.size
    left, top, right, bottom = how["part"]
    left, top = min(round(left * wide), wide - 1), min(round(top * high), high - 1)
    picture = picture.crop((left, top, max(round(right * wide), left + 1), max(round(bottom * high), top + 1)))"""


def readme(config: ModelConfig, build: str) -> str:
    """`build` is the Python that makes the empty architecture, as `build_lines` gives it."""
    library = library_of(config.backbone)
    return README.format(
        num_classes=len(config.classes),
        classes=_class_list(config.classes),
        quality=quality(config.result),
        library=library,
        packages=" ".join(dict.fromkeys(("torch", library, "safetensors", "pillow", "numpy"))),
        snippet=snippet(config, build),
        backbone=config.backbone,
    )


def snippet(config: ModelConfig, build: str) -> str:
    part = PART if config.preprocessing.part else ""
    looks = LOOKS if len(config.views) > 1 else ONE_LOOK
    return SNIPPET.format(
        imports=", ".join(dict.fromkeys(("numpy", "torch", library_of(config.backbone)))),
        build=build,
        part=part,
        looks=looks,
    )


def _class_list(classes: tuple[str, ...], shown: int = 50) -> str:
    lines = [f"- {code(name)}" for name in classes[:shown]]
    if len(classes) > shown:
        lines.append(f"- and {len(classes) - shown:,} more: see `classes.txt`")
    return "\n".join(lines)
