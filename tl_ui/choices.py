"""What a visitor has chosen on the screen, kept in the browser so that a reload finds it. Knows no component."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from tl_core.backbones.stage import HEAD
from tl_core.config import DEFAULT_BACKBONE, PRESETS, RunConfig
from tl_ui.words import DEFAULT_LANGUAGE, LANGUAGES

LEVELS = ("simple", "expert")
OWN = "own"  # no preset: the ice line and the settings say
LONGEST = 2000  # characters of one choice: a set of stages of a deep network has about 1,000


@dataclass(frozen=True, slots=True)
class Choices:
    """`dataset` and `run` are identifiers, empty where none is chosen; `freeze` is what `--freeze` takes.

    `trained` names the stages that learn where they are no suffix (commas between), `start` is "pretrained", "scratch"
    or one of the person's runs, `weights` the identifier of a weights file that they brought. `preset` is empty until
    one was picked.
    """

    language: str = DEFAULT_LANGUAGE
    level: str = "simple"
    dataset: str = ""
    backbone: str = DEFAULT_BACKBONE
    freeze: str = "all"
    trained: str = ""
    gradual: str = ""
    start: str = "pretrained"
    weights: str = ""
    preset: str = ""
    run: str = ""

    @property
    def is_expert(self) -> bool:
        return self.level == "expert"

    @property
    def train_stages(self) -> tuple[str, ...] | None:
        """What `train_stages` of a run takes; None where the ice line says it."""
        names = tuple(name for name in self.trained.split(",") if name)
        return (*names, HEAD) if names else None

    @property
    def pace(self) -> str:
        """The preset in use, or "own": in Simple all ice is instant, and a line that was moved is followed."""
        if self.preset:
            return self.preset
        return "instant" if not self.is_expert and self.freeze == "all" and not self.trained else OWN

    def chosen(self) -> dict[str, Any]:
        """The fields of a run that are chosen outside its boxes; `start` and `weights` as identifiers."""
        return {
            "preset": self.pace if self.pace in PRESETS else None,
            "backbone": self.backbone,
            "start": self.start,
            "weights": self.weights,
            "freeze": "all" if self.trained else self.freeze,
            "train_stages": self.train_stages,
            "gradual": self.gradual if self.is_expert else "",
        }

    def but(self, **changes: str) -> Choices:
        return dataclasses.replace(self, **changes)

    def with_network(self, backbone: str) -> Choices:
        """Stages have other names in another network: of the ice only all and nothing carry over."""
        freeze = self.freeze if self.freeze in ("all", "none") and not self.trained else "all"
        return self.but(backbone=backbone, freeze=freeze, trained="", gradual="", start="pretrained", weights="")

    def like(self, config: RunConfig, *, start: str, weights: str) -> Choices:
        """The choices that a run was made with; `start` and `weights` as identifiers."""
        trained = ",".join(name for name in config.train_stages or () if name != HEAD)
        plain = config.preset is None and config.freeze == "all" and not trained
        return self.but(
            backbone=config.backbone, freeze=config.freeze, trained=trained, gradual=config.gradual, start=start,
            weights=weights, preset=config.preset or ("" if plain else OWN),
        )  # fmt: skip

    def to_dict(self) -> dict[str, str]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Any) -> Choices:
        """From what the browser kept: anybody may have edited it, so only short texts of known fields are taken."""
        if not isinstance(values, dict):
            return cls()
        names = {field.name for field in dataclasses.fields(cls)}
        kept = {name: value for name, value in values.items() if name in names and _is_short_text(value)}
        for name, known in (("level", LEVELS), ("language", tuple(LANGUAGES)), ("preset", (*PRESETS, OWN, ""))):
            if kept.get(name) not in known:
                kept.pop(name, None)
        return cls(**kept)


def _is_short_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST
