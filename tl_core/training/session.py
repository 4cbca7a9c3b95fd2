"""A whole run: from a dataset and choices to a trained, saved and measured model in the run's folder.

The one function a worker calls. Knows the order of things and nothing of how each is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from tl_core.backbones.stages import StagedNetwork
from tl_core.caching.limits import cache_limit
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.groups import grouping_in_use, with_groups
from tl_core.data.index import SPLITS, ImageIndex
from tl_core.data.places import places_of
from tl_core.data.splits import write_split_csv
from tl_core.events import Event, Planned, Resumed, Warned
from tl_core.training.beginning import fetched, is_here
from tl_core.training.device import device_facts, use_threads
from tl_core.training.extending import Asked
from tl_core.training.folds import (
    groups_of_rows,
    measured_in_folds,
    measures_in_folds,
    repeated_folds,
    told_rows,
)
from tl_core.training.frozen_engine import with_engine
from tl_core.training.harm import cautions_of
from tl_core.training.head_phase import head_prefix
from tl_core.training.kept_plans import read_plans, write_plans
from tl_core.training.loop import carry_out
from tl_core.training.lora import left_out, lora_sizes
from tl_core.training.metrics import Clock
from tl_core.training.norms import batch_norms, norm_sizes
from tl_core.training.pictures import TrainingFiles
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import DeviceFacts, PlanFacts, TrainingPlan
from tl_core.training.presets import preset_plans, together
from tl_core.training.repeats import repeated
from tl_core.training.resumed import resumed_training
from tl_core.training.splitting import LEARNS_FROM_ALL, learns_from_all, split_pictures, validation_share
from tl_core.training.streams import once
from tl_core.training.surroundings import (
    Ready,
    ShouldStop,
    Surroundings,
    nothing_ready,
    read_for,
    staged,
    with_pictures,
)
from tl_core.training.unused import unused_by_split
from tl_core.training.workplace import Workplace


def run_training(
    config: RunConfig,
    dataset: Dataset,
    run_folder: Path,
    cache: Path,
    *,
    should_stop: ShouldStop,
    clock: Clock,
    ready: Ready = nothing_ready,
    asked: Asked | None = None,
) -> Iterator[Event]:
    """The events of a run, Planned first and Finished or Stopped last.

    Writes split.csv, plan.json, checkpoints/ and model/ into `run_folder`, prepared pictures and features into `cache`.
    With something `asked` it goes on with a run that was begun, and Resumed comes before Planned. Raises UserError
    kinds for what a person can put right, before Planned or after it; then no ending comes from here.
    """
    around = Surroundings(cache, should_stop, clock, ready)
    train = partial(one_training, dataset=dataset, around=around)
    if config.repeats > 1:
        return repeated(config, run_folder, train, clock=clock, asked=asked)
    return train(config, run_folder, asked)


def one_training(
    config: RunConfig, run_folder: Path, asked: Asked | None, *, dataset: Dataset, around: Surroundings
) -> Iterator[Event]:
    """The same with one seed."""
    plans = read_plans(run_folder) if asked is not None else None
    if asked is not None and plans is not None:
        yield from resumed_training(config, run_folder, dataset, asked, plans, around)
        return
    if asked is not None:
        yield Resumed(-1, 0, 0, 0)
    yield from begun_training(config, run_folder, dataset, around)


def begun_training(config: RunConfig, run_folder: Path, dataset: Dataset, around: Surroundings) -> Iterator[Event]:
    """From the first look at the pictures on."""
    cache, should_stop, clock = around.cache, around.should_stop, around.clock
    started = clock()
    index = written_split(config, dataset.index, run_folder)
    device = device_facts()
    use_threads(device.threads)
    here = is_here(config)
    made = around.ready(config, len(index.classes)) if here else None
    network = made or staged(config, len(index.classes), device, empty=not here)
    in_folds = measures_in_folds(config, dataset.index)
    plan, candidates = planned(config, plan_facts(index, network, device, cache), in_folds=in_folds)
    plan, told = with_split(plan, config, dataset.index, index, in_folds=in_folds)
    plan = with_engine(plan, head_prefix(network).module, cache, is_here=here)
    candidates = tuple(replace(candidate, frozen_engine=plan.frozen_engine) for candidate in candidates)
    write_plans(run_folder, plan, candidates)
    yield Planned(plan.to_dict())
    yield from (Warned(sentence) for sentence in (*told, *network.network.told))
    if not here:
        yield from fetched(config, should_stop=should_stop, clock=clock)
        network = staged(config, len(index.classes), device)
    yield from cautions(index)
    yield from cautions_of(plan)
    with DecoderPool() as decoder:
        place = Workplace(cache, decoder, device, should_stop, clock)
        data = yield from read_for(plan, index, dataset, place)
    folds = repeated_folds(data, index, config) if in_folds else data.folds
    data = replace(data, together=groups_of_rows(data, index, config), folds=folds, told=told_rows(data, index))
    files = TrainingFiles(run_folder / "model", run_folder / "checkpoints", cache, dataset.folder)
    events = carry_out(
        with_pictures(plan, data),
        data,
        network,
        files,
        should_stop=should_stop,
        clock=clock,
        started=started,
        candidates=tuple(with_pictures(candidate, data) for candidate in candidates),
    )
    yield from once(events, Warned)


def written_split(config: RunConfig, brought: ImageIndex, run_folder: Path) -> ImageIndex:
    """Every picture on its side, as the run's folder says it, with the groups in use."""
    index = split_pictures(config, brought)
    by = grouping_in_use(index, used_in=config.used_in, group_by=config.group_by)
    write_split_csv(with_groups(index, by), run_folder / "split.csv")
    return index


def planned(
    config: RunConfig, facts: PlanFacts, *, in_folds: bool = False
) -> tuple[TrainingPlan, tuple[TrainingPlan, ...]]:
    """The run's plan, and those that a preset compares. Raises ConfigError that names all problems at once."""
    if config.preset is not None:
        candidates = preset_plans(config, facts)
        plan = together(config, candidates, facts)
    else:
        plan, candidates = make_plan(config, facts), ()
    return (measured_in_folds(plan) if in_folds else plan), candidates


def with_split(
    plan: TrainingPlan, config: RunConfig, brought: ImageIndex, index: ImageIndex, *, in_folds: bool
) -> tuple[TrainingPlan, tuple[str, ...]]:
    """The plan with what its number will mean, and the cautions of it; `brought` is the index before it was split."""
    places = places_of(
        index, validation_share=validation_share(config), used_in=config.used_in, group_by=config.group_by
    )
    from_all = learns_from_all(config, brought)
    passed_over = unused_by_split(
        config,
        brought=bool(brought.of_split("val")) or from_all,
        in_folds=in_folds,
        head_alone=plan.method == "head",
    )
    if from_all:
        passed_over["measured_on"] = LEARNS_FROM_ALL
    plan = replace(
        plan,
        used_in=places.used_in,
        kept_out=places.kept_out,
        groups=places.groups,
        reasons={**plan.reasons, **passed_over},
    )
    return plan, places.cautions


def plan_facts(index: ImageIndex, network: StagedNetwork, device: DeviceFacts, cache: Path | None = None) -> PlanFacts:
    counts = index.counts()
    modules = network.network.module.modules()
    return PlanFacts(
        classes=index.classes,
        pictures={split: len(index.of_split(split)) for split in SPLITS},
        rarest_train=min(count.get("train", 0) for count in counts.values()),
        rarest_val=min(count.get("val", 0) for count in counts.values()),
        brings_test=bool(index.of_split("test")),
        preprocessing=network.network.preprocessing,
        stages=network.stages,
        has_cuts=network.has_cuts,
        convolutional=not any("attention" in type(module).__name__.lower() for module in modules),
        device=device,
        most_train=max(count.get("train", 0) for count in counts.values()),
        batch_norms=any(True for _ in batch_norms(network.network.module)),
        lora_sizes=lora_sizes(network),
        lora_left_out=left_out(network),
        norm_sizes=norm_sizes(network),
        backbone=network.network.name,
        origin=network.network.origin,
        cache_bytes=None if cache is None else cache_limit(cache).bytes,
    )


def cautions(index: ImageIndex) -> Iterator[Event]:
    """What a person should know about the pictures before trusting the numbers."""
    counts = index.counts()
    few = [name for name in index.classes if counts[name].get("train", 0) < 5]
    if few:
        names = ", ".join(f"'{name}'" for name in few[:5]) + (" and others" if len(few) > 5 else "")
        yield Warned(f"Fewer than 5 training pictures of {names}: do not expect much of that yet.")
    trained = np.array([counts[name].get("train", 0) for name in index.classes])
    if trained.max() >= 10 * max(int(trained.min()), 1):
        most, least = index.classes[int(trained.argmax())], index.classes[int(trained.argmin())]
        yield Warned(f"'{most}' has {trained.max():,} training pictures, '{least}' only {trained.min():,}.")
