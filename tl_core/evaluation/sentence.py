"""A result as one sentence for people, with its interval and its baseline. Computes nothing."""

from __future__ import annotations

from tl_core.data.names import listed, shown
from tl_core.evaluation.rates import percent
from tl_core.evaluation.scores import RunResult


def in_words(result: RunResult) -> str:
    """The result as one sentence for people, interval and baseline included."""
    pictures = {
        "test": "new pictures",
        "validation": "validation pictures",
        "cross-validation": "pictures, each left out in turn",
    }[result.measured_on]
    return (
        f"Right on {result.correct:,} of {result.images:,} {pictures} ({percent(result.accuracy)} %); "
        f"the true rate is likely {percent(result.accuracy_low)} to {percent(result.accuracy_high)} %. "
        f'Always saying "{shown(result.baseline_class)}" would give {percent(result.baseline)} %.{_unmeasured(result)}'
        f"{_how(result)}"
    )


def _how(result: RunResult) -> str:
    """What else is to be known of the number: folds, seeds, a preset that kept its first model."""
    told = ""
    if result.folds:
        told += (
            f" Each was judged by heads fitted without it, in {result.folds} folds, {result.fold_repeats} times; "
            "the final head learned from all of them."
        )
    if len(result.seed_accuracies) > 1:
        lowest, highest = min(result.seed_accuracies), max(result.seed_accuracies)
        told += (
            f" Over {len(result.seed_accuracies)} seeds it was {percent(result.mean_accuracy)} % on average, "
            f"{percent(lowest)} to {percent(highest)} %; the model is the first seed's."
        )
    if result.kept == "all":
        told += " Training on brought nothing on the validation pictures, so the first model was kept."
    return told


def _unmeasured(result: RunResult) -> str:
    names = [kind.name for kind in result.per_class if not kind.support]
    return f" Not a single picture of {listed(names, most=3)} was among them." if names else ""
