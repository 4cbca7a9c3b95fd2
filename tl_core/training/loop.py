"""A training from its plan to its saved and measured model, as an iterator of events. No hooks, no logger.

Knows neither where the pictures came from nor who reads the events.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial

from torch import nn

from tl_core.backbones.stages import StagedNetwork
from tl_core.evaluation.scores import RunResult
from tl_core.events import Event, Finished, Planned, Stopped, Warned
from tl_core.training.checkpoint import trained_weights
from tl_core.training.checkpoint_files import Checkpoint
from tl_core.training.checkpointing import Checkpointing, KeptTuning
from tl_core.training.device import use_threads
from tl_core.training.engine import Engine
from tl_core.training.fed_part import make_trainee
from tl_core.training.finetune import FineTuning
from tl_core.training.first_save import first_saved
from tl_core.training.going_on import head_mark, in_silence, never, same_beginning
from tl_core.training.harm import told_of_harm
from tl_core.training.head_phase import FirstModel, as_it_ran, classifier_of, first_model, neutral_start, note_unusual
from tl_core.training.how_far import Best
from tl_core.training.keeping import keep_left_out
from tl_core.training.learning import hold, prepare
from tl_core.training.lora import merge_lora
from tl_core.training.machines import made_with
from tl_core.training.metrics import Clock
from tl_core.training.mirror import may_mirror
from tl_core.training.norms import reestimate
from tl_core.training.pictures import TrainingData, TrainingFiles
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.presets import Compared, Tune, Tuned, compared
from tl_core.training.scoring import save_and_score, save_cross_validated
from tl_core.training.streams import once

ShouldStop = Callable[[], bool]


def train(
    plan: TrainingPlan,
    data: TrainingData,
    network: StagedNetwork,
    files: TrainingFiles,
    *,
    should_stop: ShouldStop,
    clock: Clock,
) -> Iterator[Event]:
    """Every event of a training, Planned first, Finished or Stopped last; a stop keeps a usable model.

    Raises UserError kinds for what a person can put right; then there is no ending, and the caller writes Failed.
    """
    started = clock()
    yield Planned(plan.to_dict())
    events = carry_out(plan, data, network, files, should_stop=should_stop, clock=clock, started=started)
    yield from once(events, Warned)


def carry_out(
    plan: TrainingPlan,
    data: TrainingData,
    network: StagedNetwork,
    files: TrainingFiles,
    *,
    should_stop: ShouldStop,
    clock: Clock,
    started: float,
    candidates: Sequence[TrainingPlan] = (),
    kept: Checkpoint | None = None,
) -> Iterator[Event]:
    """All after Planned. `started` is the clock's time of the first event; `candidates` are the plans of a preset.

    With what a checkpoint `kept` it goes on from there: the first model is made again in silence, from what was
    computed once, and whoever stops that would get another one, so nobody can.
    """
    checkpoints = Checkpointing(files.checkpoints, clock, started=started)
    checkpoints.around |= {"pictures": data.mark, "made_with": made_with()}
    beginning = begun(plan, data, network, files, should_stop=should_stop if kept is None else never, clock=clock)
    first = yield from (beginning if kept is None else in_silence(beginning))
    plan, candidates = as_it_ran(plan, first), [as_it_ran(candidate, first) for candidate in candidates]
    yield from same_beginning(checkpoints, kept, head_mark(classifier_of(network)))
    goes_on = len(candidates) > 1 or plan.method == "fine-tune"
    is_measured = goes_on or len(first.data.measured(plan.measured_on)) > 0
    is_saved = kept is None and first.loo_probabilities is not None and is_measured
    if is_saved:
        yield from first_saved(plan, first, network.network.module, files.model)
    if files.dataset is not None and first.kept is not None:
        note_unusual(files.dataset, plan.backbone, first.data, first.kept)
    tune = partial(
        fine_tuned,
        first=first,
        network=network,
        files=files,
        checkpoints=checkpoints,
        should_stop=should_stop,
        clock=clock,
    )
    outcome = Compared(kept is None and should_stop(), 0, "")
    if goes_on and not outcome.stopped:
        outcome = yield from improved(plan, candidates, first, network, tune, checkpoints=checkpoints, kept=kept)
    is_saved = is_saved and not goes_on
    result = yield from measured(plan, first, network, files, clock=clock, kept=outcome.kept, is_saved=is_saved)
    ending = Stopped if outcome.stopped else Finished
    yield ending(epochs=outcome.epochs, seconds=clock() - started, result=result.to_dict())


def improved(
    plan: TrainingPlan,
    candidates: Sequence[TrainingPlan],
    first: FirstModel,
    network: StagedNetwork,
    tune: Tune,
    *,
    checkpoints: Checkpointing,
    kept: Checkpoint | None,
) -> Generator[Event, None, Compared]:
    """All steps after the first model: of the plan, or of the candidates of a preset."""
    if len(candidates) > 1:
        return (yield from compared(plan, candidates, first, network, tune, checkpoints=checkpoints, kept=kept))
    tuned = yield from tune(plan, None if kept is None else checkpoints.load(kept))
    yield from told_of_harm(plan, first.val_accuracy, tuned.accuracy, len(first.data.val))
    return Compared(tuned.stopped, tuned.epochs, "")


def begun(
    plan: TrainingPlan,
    data: TrainingData,
    network: StagedNetwork,
    files: TrainingFiles,
    *,
    should_stop: ShouldStop,
    clock: Clock,
) -> Generator[Event, None, FirstModel]:
    """The network in its place with all held fast, and the first model in it: what every training goes on from."""
    use_threads(plan.threads)
    Engine(plan.device, plan.precision).place_network(network.network.module)
    hold(network)
    if plan.batch_norm == "reestimated":
        yield from reestimate(plan, data, network, should_stop=should_stop, clock=clock)
    if plan.start == "scratch":
        return (yield from neutral_start(plan, data, network))
    return (yield from first_model(plan, data, network, files, should_stop=should_stop, clock=clock))


def fine_tuned(
    plan: TrainingPlan,
    kept: KeptTuning | None = None,
    *,
    first: FirstModel,
    network: StagedNetwork,
    files: TrainingFiles,
    checkpoints: Checkpointing,
    should_stop: ShouldStop,
    clock: Clock,
) -> Generator[Event, None, Tuned]:
    """One fine-tuning from the network as it is, whose head is the first model's; the network learns in its place.

    With what a checkpoint `kept` it goes on from there.
    """
    module = network.network.module
    mirror = (yield from mirrors(plan, first, network)) if kept is None else bool(kept.state["mirror"])
    checkpoints.around["mirror"] = mirror
    learning = prepare(plan, network)
    make = partial(
        make_trainee,
        data=first.data,
        network=network,
        files=files,
        mirror=mirror,
        should_stop=should_stop,
        clock=clock,
    )
    tuning = FineTuning(plan, first.data, module, learning, make, checkpoints=checkpoints, kept=kept)
    best = first_best(first, module, learning.names)
    try:
        stopped = yield from tuning.run(best, should_stop=should_stop, clock=clock)
    finally:
        merge_lora(module)  # of a candidate that is out, too: the next one begins with plain layers
    worth = tuning.far.best if plan.keep_best else tuning.far.last
    return Tuned(stopped, tuning.far.epochs, worth.accuracy, worth.loss)


def mirrors(plan: TrainingPlan, first: FirstModel, network: StagedNetwork) -> Generator[Event, None, bool]:
    """Whether views are mirrored: as chosen by hand, else where the first model still knows such pictures."""
    if plan.flips == "none" or plan.augment == "none":
        return False
    if plan.flips_by_hand or plan.start == "scratch":
        return True
    return (yield from may_mirror(plan, first.data, first.prefix.module, classifier_of(network)))


def first_best(first: FirstModel, module: nn.Module, trained: tuple[str, ...]) -> Best:
    """The head before fine-tuning is the first to beat."""
    accuracy = -math.inf if first.val_accuracy is None else first.val_accuracy
    loss = math.inf if first.val_loss is None else first.val_loss
    return Best(trained_weights(module, trained), accuracy, loss)


def measured(
    plan: TrainingPlan,
    first: FirstModel,
    network: StagedNetwork,
    files: TrainingFiles,
    *,
    clock: Clock,
    kept: str = "",
    is_saved: bool = False,
) -> Generator[Event, None, RunResult]:
    """The saved model's result, on the pictures that the plan names; `kept` is the winner's freezing of a preset.

    `is_saved`: the network as it is lies in the model's folder already, because only its head has learned.
    """
    if len(first.data.measured(plan.measured_on)):
        if first.loo_probabilities is not None:
            keep_left_out(first.data, first.loo_probabilities, model=files.model)
        return (
            yield from save_and_score(
                plan,
                network,
                first.data,
                files=files,
                clock=clock,
                kept=kept,
                is_saved=is_saved,
                head_only=first.prefix if is_saved else None,
            )
        )
    if first.loo_probabilities is None:
        raise TypeError("a training from scratch needs pictures to measure on")
    return (
        yield from save_cross_validated(
            plan, network.network.module, first.loo_probabilities, first.data, folder=files.model
        )
    )
