"""What the rules of advice look at, gathered from a run's folder; by which pictures one class is judged. Torch-free.

It reads kept answers and kept insights, and works out nothing that takes seconds.
"""

from __future__ import annotations

from tl_core.evaluation.advice import Known
from tl_core.evaluation.answers import ANSWERS, LEFT_OUT, Answers, joined, read_answers
from tl_core.evaluation.missing import LEAST_OF_IT
from tl_core.evaluation.sturdiness import Changed
from tl_core.evaluation.suspects import Suspects
from tl_core.evaluation.temperature import fit_temperature
from tl_core.export.described import described, weights_hash
from tl_core.jobs.kept_insights import read_insight
from tl_core.jobs.rundir import RunDir


def known_of(run: RunDir, answers: Answers, suspects: Suspects) -> Known:
    """With the insights that were asked for before. A temperature is advised where none was set, and one can be: not
    where an answer is the mean of several looks.

    Raises RunError for a run without a model, BundleError for a damaged one.
    """
    model, weights = described(run.path), weights_hash(run.path)
    curve = (read_insight(run.path, "learning_curve", weights) or {}).get("curve", {})
    changes = (read_insight(run.path, "sturdiness", weights) or {}).get("changes", ())
    looked = (read_insight(run.path, "looks", weights) or {}).get("classes", {})
    may_be_tempered = model.temperature == 1.0 and len(model.views) == 1
    return Known(
        answers=answers,
        suspects=suspects,
        temperature=fit_temperature(answers) if may_be_tempered else None,
        changes=tuple(Changed.from_dict(values) for values in changes),
        at_border={name: values["warning"] for name, values in looked.items() if values["warning"]},
        more_pictures=str(curve.get("verdict", "")),
        gains_most=str(curve.get("gains_most", "")),
        settings=run.config.to_dict(),
    )


def evidence_for(run: RunDir, name: str) -> Answers:
    """The answers to judge a class that must not be missed by: where few of it were measured, those that heads without
    each gave to the training pictures, too.
    """
    answers = read_answers(run.path / ANSWERS)
    at = answers.classes.index(name) if name in answers.classes else -1
    few = (answers.labels == at).sum() < LEAST_OF_IT
    if not few or answers.measured_on == "cross-validation" or not (run.path / LEFT_OUT).is_file():
        return answers
    return joined(answers, read_answers(run.path / LEFT_OUT))
