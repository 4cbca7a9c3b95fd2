"""Questions about a network and a person's pictures, as the page polls them. Answers at once: the assistant works on
them in the background and says how far it is. Knows no HTTP, and nothing of what the numbers mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from tl_core.backbones.catalogue import recommended, record_of
from tl_core.backbones.here import weights_are_here
from tl_core.config import STARTS, RunConfig
from tl_core.training.probe_values import NetworkHint
from tl_ui.services import Services
from tl_ui.words import Words

VARYING = ("augment", "flips", "mixup", "cutmix", "image_size", "part", "seed")
MANY = 2000  # records looked through for pictures of two kinds
WORKING = ("waiting", "running", "paused")


class NetworkQuestions:
    """What one owner's page asks about one set of pictures."""

    def __init__(self, services: Services, owner: str, dataset: str, words: Words) -> None:
        self._services = services
        self._owner = owner
        self._dataset = services.dataset(owner, dataset)
        self._words = words

    def readable(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """What each stage of the chosen network can tell apart, by the stage's name."""
        said = self._ask("probe", settings)
        stages = {stage["name"]: {key: stage[key] for key in ("accuracy", "low", "high")} for stage in said["stages"]}
        names = ("phase", "done", "total", "images", "images_in_all", "baseline", "baseline_class")
        return {**self._state(said), **{name: said.get(name) for name in names}, "stages": stages}

    def estimate(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """What every place of the ice line costs here, the chosen set of stages, and the presets."""
        said = self._ask("estimate", settings)
        return {**self._state(said), **{name: said.get(name) for name in ("lines", "chosen", "presets")}}

    def networks(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The four of Simple, and a chosen one that is none of them, beside each other."""
        said = self._ask("compare", settings)
        told = {row["backbone"]: row for row in said["networks"]}
        missing = [record for record in recommended() if record.simple and record.name not in told]
        rows = [self._row(row) for row in told.values()]
        rows += [self._row(NetworkHint(one.name, one.simple or "", "stopped").to_dict()) for one in missing]
        working = any(row["state"] in WORKING and row["here"] for row in rows)
        return {"state": "working" if working else "ready", "networks": rows}

    def rates(self, settings: Mapping[str, Any], *, stop: bool) -> dict[str, Any]:
        """The curve of a learning-rate range test."""
        said = self._ask("rate_finder", settings, stop=stop)
        names = ("done", "total", "points", "suggestion")
        return {**self._state(said), **{name: said[name] for name in names}, "reason": self._words.said(said["reason"])}

    def maps(self, settings: Mapping[str, Any], stage: str) -> dict[str, Any]:
        """A few feature maps of a stage on the first picture of the set; seconds where the network is not open yet."""
        config = RunConfig.from_dict(self._services.resolved(self._owner, settings))
        record = self._dataset.index.records[0]
        about: dict[str, Any] = {"stage": stage, "picture": self._dataset.path_of(record)}
        about |= {"backbone": config.backbone} if config.start in STARTS else {"model": Path(config.start)}
        said = self._services.assistant.call("feature_maps", **about)
        return {"state": "ready", "maps": said["maps"], "sha256": record.sha256}

    def augmented(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Eight versions of the first pictures of two kinds, as training would vary them."""
        config = RunConfig.from_dict(self._services.resolved(self._owner, settings)).to_dict()
        first = {record.label: record for record in reversed(list(islice(self._dataset.index.records, MANY)))}
        pictures = [str(self._dataset.path_of(record)) for record in first.values()][-2:]
        choices = {name: config[name] for name in VARYING}
        said = self._services.assistant.call("augmented", pictures=pictures, **choices)
        return {"state": "ready", "pictures": said["pictures"]}

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        record = record_of(row["backbone"])
        return {
            "name": row["backbone"],
            "simple": row["simple"],
            "title": record.title if record else row["backbone"],
            "here": weights_are_here(record) if record else row["accuracy"] is not None,
            "state": row["state"],
            "accuracy": row["accuracy"],
            "low": row["low"],
            "high": row["high"],
            "seconds": row["epoch_seconds"] or row["first_model_seconds"],
            "message": self._words.said(row.get("message", "")),
        }

    def _ask(self, op: str, settings: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """`settings` come from the page: they are read as a config, whose paths are this owner's own."""
        config = RunConfig.from_dict(self._services.resolved(self._owner, settings))
        said = self._services.assistant.call(op, dataset=self._dataset.folder, settings=config.to_dict(), **more)
        return dict(said)

    def _state(self, said: Mapping[str, Any]) -> dict[str, Any]:
        if said["state"] in WORKING:
            return {"state": "working", "message": ""}
        if said["state"] == "done":
            return {"state": "ready", "message": ""}
        message = self._words.sentences(self._words.said(said["message"]), self._words.said(said["hint"]))
        return {"state": "failed", "message": message}
