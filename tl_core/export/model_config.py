"""What a model is, apart from its weights: the value behind a bundle's config.json. It knows no tensor and no file.

A config.json may have been edited by hand or made by a stranger: `from_dict` believes nothing, and says what is wrong.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from tl_core import __version__
from tl_core.data.preprocessing import PREPROCESSING_VERSION, Preprocessing
from tl_core.data.views import CENTRE, is_view
from tl_core.errors import BundleError
from tl_core.export.decision import USUAL, Decision, decision_problems

FORMAT = "thaw-model"
# 1: without `views` and `decision`; 2: without `decision`. A model that needs neither is still written as 1, so that
# older Thaws read it.
FORMAT_VERSION = 3
VIEWS_VERSION = 2
FIRST_VERSION = 1
MAX_CLASSES = 100_000
MAX_SQUARE = 4096  # pixels a side; far above any backbone, far below what fills the memory
# No ':' on purpose: timm would follow "hf-hub:..." and "local-dir:..." to code and weights that a stranger chose.
BACKBONE_NAME = re.compile(r"((torchvision|thaw)/)?[A-Za-z0-9_][A-Za-z0-9_.\-]{0,119}")
INTERPOLATIONS = ("bilinear", "bicubic")
REMEDY = "Use the file as Thaw exported it, or export it again."


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Architecture, classes in the order of the head's outputs, preprocessing, and how good it was (`result`).

    `result` is `RunResult.to_dict()`, or None when nothing was measured; `temperature` divides the outputs before
    the softmax; `versions` are of the programs that made it. An answer is the mean over `views`, looks at a picture.
    `origin` is the chain of what the weights learned from before, the first first. `decision` says how probabilities
    become an answer; it and the temperature may be changed after training, which the weights stay the same for.
    """

    backbone: str
    classes: tuple[str, ...]
    preprocessing: Preprocessing
    temperature: float = 1.0
    result: dict[str, Any] | None = None
    versions: dict[str, str] = field(default_factory=lambda: {"thaw": __version__})
    format_version: int = FIRST_VERSION
    views: tuple[str, ...] = (CENTRE,)
    origin: tuple[dict[str, Any], ...] = ()
    decision: Decision = USUAL

    def __post_init__(self) -> None:
        version = FIRST_VERSION if self.views == (CENTRE,) else VIEWS_VERSION
        object.__setattr__(self, "format_version", version if self.decision.is_usual else FORMAT_VERSION)

    def to_dict(self) -> dict[str, Any]:
        values = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        views = list(values.pop("views"))
        if views != [CENTRE]:
            values["views"] = views
        decision = values.pop("decision")
        if not decision.is_usual:
            values["decision"] = decision.to_dict()
        values["classes"], values["origin"] = list(self.classes), list(self.origin)
        values["preprocessing"] = self.preprocessing.to_dict()
        for name in ("mean", "std"):
            values["preprocessing"][name] = list(values["preprocessing"][name])
        return {"format": FORMAT, "format_version": values.pop("format_version"), **values}

    @classmethod
    def from_dict(cls, values: Any) -> ModelConfig:
        """Raises BundleError that names all that is wrong; fields that this version does not know are left out."""
        check_format(values)
        problems = list(_problems(values))
        if problems:
            raise BundleError("The model's config.json cannot be used: " + "; ".join(problems) + ".", REMEDY)
        given = values["preprocessing"]
        preprocessing = {name: given[name] for name in _fields(Preprocessing) if name in given}
        known = {name: values[name] for name in _fields(cls) if name in values}
        known.update(classes=tuple(values["classes"]), preprocessing=Preprocessing.from_dict(preprocessing))
        known["views"] = tuple(values.get("views", (CENTRE,)))
        known["origin"] = tuple(values.get("origin", ()))
        known["decision"] = Decision.from_dict(values.get("decision", {}))
        return cls(**known)


def config_bytes(config: ModelConfig) -> bytes:
    """What stands in config.json."""
    text = json.dumps(config.to_dict(), ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode("utf-8", "surrogatepass") + b"\n"


def check_format(values: Any) -> None:
    """Raises BundleError unless `values` (a config.json or manifest.json) is of our format, in a version known here."""
    version = values.get("format_version") if isinstance(values, dict) and values.get("format") == FORMAT else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BundleError("This is no model of Thaw.", "Give a run's folder, or a bundle that Thaw exported.")
    if version > FORMAT_VERSION:
        raise BundleError(
            f"This model was made by a newer Thaw (format {version}; this one, {__version__}, knows {FORMAT_VERSION}).",
            "Please update Thaw.",
        )


def _problems(values: dict[str, Any]) -> Iterator[str]:
    backbone = values.get("backbone")
    if not isinstance(backbone, str) or not BACKBONE_NAME.fullmatch(backbone):
        yield f"backbone is {_shown(backbone)}, which is no backbone's name"
    yield from _class_problems(values.get("classes"))
    temperature = values.get("temperature", 1.0)
    if not _is_number(temperature) or not 0 < temperature < 1e6:
        yield f"temperature is {_shown(temperature)}; it must be above 0"
    if not isinstance(values.get("result"), dict | None):
        yield "result is no set of named values"
    views = values.get("views", [CENTRE])
    if not isinstance(views, list) or not all(map(is_view, views)) or not 1 <= len(set(views)) == len(views):
        yield f"views is {_shown(views)}, which are no looks at a picture"
    yield from decision_problems(values.get("decision", {}), values.get("classes"))
    versions = values.get("versions", {})
    if not isinstance(versions, dict) or not all(isinstance(version, str) for version in versions.values()):
        yield "versions is no set of named versions"
    origin = values.get("origin", [])
    if not isinstance(origin, list) or not all(isinstance(step, dict) for step in origin):
        yield "origin is no list of steps"
    preprocessing = values.get("preprocessing")
    if isinstance(preprocessing, dict):
        yield from _preprocessing_problems(preprocessing)
    else:
        yield "preprocessing is missing"


def _class_problems(classes: Any) -> Iterator[str]:
    if not isinstance(classes, list) or not all(isinstance(name, str) and name for name in classes):
        yield "classes is no list of names"
    elif not 2 <= len(classes) <= MAX_CLASSES:
        yield f"classes has {len(classes):,} names; it must have 2 to {MAX_CLASSES:,}"
    elif len(set(classes)) < len(classes):
        twice = Counter(classes).most_common(1)[0][0]
        yield f"the class {_shown(twice)} is there more than once"


def _preprocessing_problems(values: dict[str, Any]) -> Iterator[str]:
    version = values.get("version")
    if not _is_whole(version) or not 1 <= version <= PREPROCESSING_VERSION:
        yield f"preprocessing is of version {_shown(version)}; this Thaw knows {PREPROCESSING_VERSION}"
    part = values.get("part")
    if part is not None and not _is_part(part):
        yield f"part is {_shown(part)}, which is no rectangle within 0..1"
    image_size, resize_size = values.get("image_size"), values.get("resize_size")
    if not _is_whole(image_size) or not _is_whole(resize_size):
        yield f"image_size {_shown(image_size)} and resize_size {_shown(resize_size)} are no whole numbers"
    elif not 1 <= image_size <= resize_size <= MAX_SQUARE:
        yield f"image_size {image_size} and resize_size {resize_size} are not in order between 1 and {MAX_SQUARE}"
    if values.get("interpolation") not in INTERPOLATIONS:
        yield f"interpolation is {_shown(values.get('interpolation'))}; it is one of {', '.join(INTERPOLATIONS)}"
    for name in ("mean", "std"):
        numbers = values.get(name)
        if not isinstance(numbers, list | tuple) or len(numbers) != 3 or not all(map(_is_number, numbers)):
            yield f"{name} is {_shown(numbers)}, which are no three numbers"
        elif name == "std" and min(numbers) <= 0:
            yield f"std is {_shown(numbers)}; each must be above 0"


def _is_part(value: Any) -> bool:
    if not isinstance(value, list | tuple) or len(value) != 4 or not all(map(_is_number, value)):
        return False
    left, top, right, bottom = value
    return bool(0 <= left < right <= 1 and 0 <= top < bottom <= 1)


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e30 < value < 1e30


def _fields(cls: type[Any]) -> list[str]:
    return [item.name for item in dataclasses.fields(cls)]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
