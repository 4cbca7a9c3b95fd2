"""A run that goes on from its last good checkpoint, with all that its plan decided; without one it begins anew.

Knows the order of things and nothing of how each is done, like `session`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.index import ImageIndex
from tl_core.data.kept_split import HINT, in_words, with_kept_split
from tl_core.data.split_file import read_split_csv
from tl_core.errors import DataError, RunError
from tl_core.events import Event, Planned, Resumed, Warned
from tl_core.training.beginning import fetched, is_here
from tl_core.training.checkpoint_files import Checkpoint, CheckpointFolder
from tl_core.training.device import device_facts
from tl_core.training.extending import Asked, after_epoch, extended, with_patience_anew
from tl_core.training.folds import groups_of_rows, measures_in_folds, repeated_folds, told_rows
from tl_core.training.going_on import never
from tl_core.training.kept_plans import KeptPlans, write_plans
from tl_core.training.loop import carry_out
from tl_core.training.machines import on_this_machine
from tl_core.training.pictures import TrainingData, TrainingFiles
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.reading import changed
from tl_core.training.surroundings import Surroundings, read_for, staged, with_pictures
from tl_core.training.workplace import Workplace

BEGINS_ANEW = "There is no checkpoint yet, so the run begins anew."
ONE_TRAINING_ALONE = "Only a single training of layers can have more epochs."


@dataclass(frozen=True, slots=True)
class GoingOn:
    """From where a run goes on, and how: `told` has what the person should know of it."""

    plans: KeptPlans
    kept: Checkpoint | None
    told: tuple[str, ...]

    @property
    def resumed(self) -> Resumed:
        if self.kept is None:
            return Resumed(-1, 0, 0, 0)
        state = self.kept.state
        epochs, steps = int(state.get("epochs_before", 0)), int(state.get("steps_before", 0))
        under_way = int(state.get("candidate", 1))
        return Resumed(epochs + int(state["epoch"]), steps + int(state["step"]), under_way - 1, 0)


def going_on(run_folder: Path, plans: KeptPlans, asked: Asked) -> GoingOn:
    """Chooses the checkpoint; makes what was asked for last, so that a breakdown right after it changes nothing.

    Raises RunError or ConfigError where what was asked for cannot be.
    """
    folder, told = CheckpointFolder(run_folder / "checkpoints"), []
    kept, damaged = folder.last_sound()
    if damaged:
        folder.discard_after(0 if kept is None else kept.number)
        where = BEGINS_ANEW if kept is None else f"It goes on from the one before, in epoch {kept.state['epoch'] + 1}."
        told.append(f"The last checkpoint is damaged. {where}")
    if asked.from_epoch is not None:
        kept = after_epoch([one for one in folder.listed() if folder.is_sound(one)], asked.from_epoch)
    if asked.wants_epochs:
        if kept is None or not plans.is_single:
            raise RunError(ONE_TRAINING_ALONE, "Train again, with the freezing and the epochs that you want.")
        done = int(kept.state["epoch"])
        plan, sentence = extended(plans.plan, done, int(kept.state["step"]), asked.total(done))
        plans, kept = replace(plans, plan=plan), with_patience_anew(kept)
        told.append(sentence)
    if kept is not None and (asked.wants_epochs or asked.from_epoch is not None):
        kept = folder.go_back_to(kept)
        write_plans(run_folder, plans.plan, plans.candidates)
    if kept is None and not damaged:
        told.append(BEGINS_ANEW)
    return GoingOn(plans, kept, tuple(told))


def resumed_training(
    config: RunConfig, run_folder: Path, dataset: Dataset, asked: Asked, plans: KeptPlans, around: Surroundings
) -> Iterator[Event]:
    """All events after a breakdown or a stop, Resumed and Planned first; they end like those of any training."""
    started = around.clock()
    on = going_on(run_folder, plans, asked)
    kept, device = on.kept, device_facts()
    plan, differences = on_this_machine(on.plans.plan, kept, device)
    yield on.resumed
    yield Planned(plan.to_dict())
    yield from (Warned(sentence) for sentence in (*on.told, *differences))
    index = with_kept_split(dataset.index, read_split_csv(run_folder / "split.csv"), plan.classes)
    here = is_here(config)
    if not here:
        yield from fetched(config, should_stop=around.should_stop, clock=around.clock)
    made = around.ready(config, len(index.classes)) if here else None
    network = made or staged(config, len(index.classes), device)
    with DecoderPool() as decoder:  # a stop would leave pictures out, and another run would come of it
        stops = around.should_stop if kept is None else never
        data = yield from read_for(plan, index, dataset, Workplace(around.cache, decoder, device, stops, around.clock))
    if kept is not None:
        same_pictures(kept, data, index, dataset)
    folds = repeated_folds(data, index, config) if measures_in_folds(config, dataset.index) else data.folds
    data = replace(data, together=groups_of_rows(data, index, config), folds=folds, told=told_rows(data, index))
    before = 0.0 if kept is None else float(kept.state["seconds"])
    yield from carry_out(
        with_pictures(plan, data),
        data,
        network,
        TrainingFiles(run_folder / "model", run_folder / "checkpoints", around.cache, dataset.folder),
        should_stop=around.should_stop,
        clock=around.clock,
        started=started - before,
        candidates=tuple(as_moved(one, plan, data) for one in on.plans.candidates),
        kept=kept,
    )


def as_moved(candidate: TrainingPlan, plan: TrainingPlan, data: TrainingData) -> TrainingPlan:
    """A candidate's plan where the run's own goes on."""
    names = ("device", "device_name", "precision", "threads", "pictures_on_device")
    if candidate.device != plan.device or candidate.threads != plan.threads:
        candidate = replace(candidate, **{name: getattr(plan, name) for name in names})
    return with_pictures(candidate, data)


def same_pictures(kept: Checkpoint, data: TrainingData, index: ImageIndex, dataset: Dataset) -> None:
    """Raises DataError that names pictures which the run learned from and which cannot be read any more."""
    if kept.state["pictures"] == data.mark:
        return
    gone = [record.path for record in index.records if changed(dataset.path_of(record), record)]
    named = f" Gone or replaced: {in_words(gone)}." if gone else ""
    raise DataError(f"The pictures are not those that the run learned from.{named}", HINT)
