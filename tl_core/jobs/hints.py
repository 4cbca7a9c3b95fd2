"""What the assistant finds out in the background: probes, estimates, the networks compared, learning rates.

Knows requests and which answers are kept for how long; how they are found, `training` knows. Torch is loaded with the
first piece of work, and nothing here fetches weights.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tl_core.backbones.catalogue import recommended
from tl_core.backbones.here import needs_no_fetching
from tl_core.config import RunConfig
from tl_core.data.dataset import open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.jobs.background import Answer, Background
from tl_core.jobs.hint_requests import (
    Request,
    changed,
    contents_of,
    must_be_here,
    own_weights,
    seeing,
    settings_of,
    splitting,
    staged_for,
)
from tl_core.jobs.kept_hints import key_of, read_hint, write_hint
from tl_core.jobs.situations import Situation, room_in
from tl_core.jobs.workspace import own_cache_of
from tl_core.processes import is_busy
from tl_core.training.probe_values import NetworkHint, Probe
from tl_core.training.rate_values import RateCurve

if TYPE_CHECKING:
    from tl_core.backbones.stages import StagedNetwork
    from tl_core.training.estimate_values import Speed
    from tl_core.training.plan_values import DeviceFacts

SITUATIONS_KEPT = 16
DIRECT, BESIDE = 0, 1  # what was asked for goes before what is only compared with it
READ_TO_MEASURE = 32  # pictures
MEASURING: Answer = {"state": "running", "message": "", "hint": ""}


class Hints:
    """Owns what was worked out for one dataset and network, so that settings that cost nothing answer at once."""

    def __init__(
        self,
        cache: Path,
        background: Background,
        worker_waits: Callable[[], bool] = lambda: False,
        is_quiet: Callable[[], bool] = lambda: True,
    ) -> None:
        """`worker_waits` tells whether the next run finds a worker that has loaded everything; `is_quiet` whether
        nothing of ours keeps the cores busy, so that what is measured holds for another moment, too.
        """
        self._is_quiet = is_quiet
        self._cache = cache
        self._background = background
        self._worker_waits = worker_waits
        self._situations: OrderedDict[str, Situation] = OrderedDict()

    def probe(self, request: Request) -> Answer:
        """`Probe.to_dict()` of `dataset` and `settings`, as far as it is known."""
        return self._probe(Path(request["dataset"]), settings_of(request), DIRECT)

    def estimate(self, request: Request) -> Answer:
        """ "state", "message", "hint" and a `Forecast.to_dict()`, its fields None until "done"."""
        return self._estimate(Path(request["dataset"]), settings_of(request), DIRECT)

    def compare(self, request: Request) -> Answer:
        """{"networks": [`NetworkHint.to_dict()`]}: the chosen one and the four of Simple whose weights are here."""
        dataset, settings = Path(request["dataset"]), settings_of(request)
        simple = {record.name: record.simple for record in recommended() if record.simple}
        others = [name for name in simple if name != settings.backbone and needs_no_fetching(name)]
        hints = [self._network(dataset, settings, simple.get(settings.backbone) or "", DIRECT)]
        for name in others:
            usual = replace(settings, backbone=name, image_size=None, start="pretrained", weights="")
            hints.append(self._network(dataset, usual, simple[name] or "", BESIDE))
        return {"networks": [hint.to_dict() for hint in hints]}

    def rate_finder(self, request: Request) -> Answer:
        """`RateCurve.to_dict()` as far as it is known; with `stop` it is asked to end."""
        folder, settings = Path(request["dataset"]), settings_of(request)
        key = json.dumps(["rates", str(folder), changed(folder), settings.to_dict()])
        if request.get("stop"):
            self._background.stop(key)
        first = RateCurve("waiting").to_dict()
        return self._background.ask(key, lambda stop: self._finding(folder, settings, stop), first)

    def _finding(self, folder: Path, settings: RunConfig, should_stop: Callable[[], bool]) -> Iterator[Answer]:
        must_be_here(settings)
        yield RateCurve("running").to_dict()
        from tl_core.training.device import device_facts
        from tl_core.training.rate_finder import rate_curve
        from tl_core.training.workplace import Workplace

        with DecoderPool() as decoder:
            place = Workplace(self._cache_of(folder), decoder, device_facts(), should_stop, time.monotonic)
            yield from (curve.to_dict() for curve in rate_curve(settings, open_dataset(folder), place))

    def _cache_of(self, folder: Path) -> Path:
        return own_cache_of(folder) or self._cache

    def _network(self, dataset: Path, settings: RunConfig, simple: str, priority: int) -> NetworkHint:
        """Its speed is a matter of two seconds and comes first."""
        later = replace(settings, preset="better", freeze="all", train_stages=None, gradual="", lora_rank=None)
        cost = self._estimate(dataset, later, priority)
        found = Probe.from_dict(self._probe(dataset, settings, priority))
        last = found.stages[-1] if found.state == "done" and found.stages else None
        chosen = cost.get("chosen")
        return NetworkHint(
            backbone=settings.backbone,
            simple=simple,
            state=found.state,
            done=found.done,
            total=found.total,
            accuracy=last.accuracy if last else None,
            low=last.low if last else None,
            high=last.high if last else None,
            images=found.images,
            epoch_seconds=chosen["epoch_seconds"] if chosen else None,
            first_model_seconds=chosen["first_model_seconds"] if chosen else None,
            message=found.message or str(cost.get("message", "")),
        )

    def _probe(self, folder: Path, settings: RunConfig, priority: int) -> Answer:
        key = json.dumps(["probe", str(folder), changed(folder), seeing(settings)])
        first = Probe(settings.backbone, "waiting").to_dict()
        return self._background.ask(key, lambda stop: self._probing(folder, settings, stop), first, priority=priority)

    def _probing(self, folder: Path, settings: RunConfig, should_stop: Callable[[], bool]) -> Iterator[Answer]:
        must_be_here(settings)
        dataset = open_dataset(folder)
        key = key_of("probe", contents_of(dataset), seeing(settings), own_weights(settings))
        known = read_hint(self._cache_of(folder), "probes", key)
        if known is not None:
            yield known
            return
        yield Probe(settings.backbone, "running").to_dict()
        from tl_core.training.probe import probe
        from tl_core.training.workplace import Workplace

        network, device = staged_for(settings, dataset)
        with DecoderPool() as decoder:
            place = Workplace(self._cache_of(folder), decoder, device, should_stop, time.monotonic)
            for found in probe(dataset, network, place, used_in=settings.used_in, group_by=settings.group_by):
                if found.state == "done" and settings.start == "pretrained":
                    write_hint(self._cache_of(folder), "probes", key, found.to_dict())
                yield found.to_dict()

    def _estimate(self, folder: Path, settings: RunConfig, priority: int) -> Answer:
        situation = json.dumps(["estimate", str(folder), changed(folder), seeing(settings), splitting(settings)])
        first = {"state": "waiting", "message": "", "hint": "", "chosen": None, "lines": None, "presets": None}
        if situation not in self._situations:
            asked = self._background.ask(
                situation,
                lambda _stop: self._measuring(situation, folder, settings),
                first,
                priority=priority,
            )
            if situation not in self._situations:
                return {**first, **asked, "state": "running" if asked["state"] == "done" else asked["state"]}
        from tl_core.training.forecast import Kept, forecast

        self._situations.move_to_end(situation)
        known = self._situations[situation]
        speed = known.speed_now(settings, worker_waits=self._worker_waits())
        kept = Kept(known.look(), room_in(self._cache))
        return {**first, "state": "done", **forecast(settings, known.sides, speed, kept).to_dict()}

    def _measuring(self, situation: str, folder: Path, settings: RunConfig) -> Iterator[Answer]:
        """Puts the situation where `_estimate` finds it."""
        must_be_here(settings)
        yield MEASURING
        from tl_core.training.before_network import process_seconds, reading_seconds
        from tl_core.training.forecast import Sides
        from tl_core.training.parts_ahead import parts_ahead
        from tl_core.training.rows_ahead import RowsAhead, contents_of
        from tl_core.training.session import plan_facts
        from tl_core.training.splitting import head_alone, more_than_head, split_pictures

        dataset = open_dataset(folder)
        process = process_seconds()  # before the network is staged: then its libraries are not counted twice
        begun = time.monotonic()
        network, device = staged_for(settings, dataset)
        staging = time.monotonic() - begun
        yield MEASURING
        cache = self._cache_of(folder)
        speed, engine = self._speed(settings, network, device, len(dataset.index.columns), cache)
        yield MEASURING
        with DecoderPool() as decoder:
            speed = replace(speed, read_seconds=reading_seconds(dataset, network, decoder, READ_TO_MEASURE))
        splits = [split_pictures(one, dataset.index) for one in (head_alone(settings), more_than_head(settings))]
        sides = Sides(*(plan_facts(split, network, device, cache) for split in splits))
        parts = parts_ahead(network, device, precision=precision_of(device), engine=engine, cache=cache)
        look = partial(RowsAhead, cache, [contents_of(split) for split in splits], parts, engine)
        self._situations[situation] = Situation(sides, speed, look, process, staging)
        while len(self._situations) > SITUATIONS_KEPT:
            self._situations.popitem(last=False)
        yield {**MEASURING, "state": "done"}

    def _speed(
        self, settings: RunConfig, network: StagedNetwork, device: DeviceFacts, pictures: int, cache: Path
    ) -> tuple[Speed, str]:
        """Measured once for this machine and network; kept for the next time where nothing else was busy here.

        The frozen part's is that of the engine that a training on so many pictures would take; its name comes with it.
        """
        from tl_core.training.estimate import measure_speed
        from tl_core.training.estimate_values import Speed
        from tl_core.training.frozen_engine import engine_for
        from tl_core.training.head_phase import head_prefix

        size, precision = network.network.preprocessing.image_size, precision_of(device)
        parts = (network.network, head_prefix(network).module, device)
        engine = engine_for(*parts, precision=precision, pictures=pictures, cache=cache)
        key = key_of("speed", settings.backbone, size, device.name, device.threads, precision, engine)
        known = read_hint(cache, "speeds", key)
        if known is not None:
            return Speed.from_dict(known), engine
        was_quiet = self._is_quiet()
        speed = measure_speed(network, device, precision=precision, frozen_engine=engine)
        if was_quiet and self._is_quiet() and not is_busy():
            write_hint(cache, "speeds", key, speed.to_dict())
        return speed, engine


def precision_of(device: DeviceFacts) -> str:
    return "bf16" if device.native_bf16 else "fp32"
