"""What to do next: three plain sentences from rules over all that is known of a model, each with an action for it.

Knows values alone. An action is a word of ACTIONS with a target; how a screen does it, the screen knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tl_core.data.counting import counted
from tl_core.evaluation.answers import Answers
from tl_core.evaluation.rates import rate
from tl_core.evaluation.scores import ClassScore, RunResult, score
from tl_core.evaluation.sturdiness import MENDED_BY, PICTURES, Changed, weakest
from tl_core.evaluation.suspects import Suspect, Suspects
from tl_core.evaluation.temperature import Temperature

# What a screen has to be able to do, and what the target of each is.
ACTIONS = {
    "review_suspects": "",
    "add_pictures": "a class, or nothing for all",
    "open_cell": "the truth and the answer, two classes",
    "train": "settings of RunConfig to change",
    "use_temperature": "the temperature",
    "show_heat": "a class",
    "bring_test": "",
    "watch_class": "a class, or nothing",
    "try": "",
    "export": "",
}
MOST = 3
SURE_MARGIN = 0.5  # of a suspect that is worth a person's look before anything else
FEW_MEASURED, FEW_OF_CLASS = 100, 10
MUCH = 0.25  # of all mistakes, in one cell of the matrix
TEMPERATURE_GAIN = 0.01  # nats a picture


@dataclass(frozen=True, slots=True)
class Advice:
    """`told` is one or two sentences; `target` is what the action needs, as ACTIONS says."""

    action: str
    told: str
    target: Any = ""

    def to_dict(self) -> dict[str, Any]:
        return {"action": self.action, "told": self.told, "target": self.target}


@dataclass(frozen=True, slots=True)
class Known:
    """All that was found out of a model; what was not is None or empty. `at_border` has a warning for each class.

    `more_pictures` is the learning curve's verdict ("helps", "hardly", "unknown"), `gains_most` the class that gains
    most by more; `settings` are the run's RunConfig values.
    """

    answers: Answers
    suspects: Suspects | None = None
    temperature: Temperature | None = None
    changes: tuple[Changed, ...] = ()
    at_border: Mapping[str, str] = field(default_factory=dict)
    more_pictures: str = ""
    gains_most: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


def advice(known: Known) -> tuple[Advice, ...]:
    """Three, the most useful first, each with another action."""
    chosen: dict[str, Advice] = {}
    for found in _all(known):
        chosen.setdefault(found.action, found)
        if len(chosen) == MOST:
            break
    return tuple(chosen.values())


def _all(known: Known) -> Iterator[Advice]:
    answers = known.answers
    result = score(answers.probabilities, answers.labels, answers.classes, answers.measured_on)
    yield from _labels(known.suspects)
    yield from _no_better(result)
    yield from _shortcuts(known.at_border)
    yield from _weak_class(result)
    yield from _confused(result)
    yield from _more(known, result)
    yield from _weak_spot(known)
    yield from _temperature(known.temperature)
    yield from _measured_on_few(result)
    yield Advice("try", "Try it on pictures of its later life: they show what no number here can.")
    yield Advice("watch_class", "If one class must not be missed, choose it and how many others may be checked again.")
    yield Advice("export", "Take it away: the bundle has proven that it answers as it does here.")


def _labels(suspects: Suspects | None) -> Iterator[Advice]:
    sure: list[Suspect] = [] if suspects is None else [one for one in suspects.found if one.margin >= SURE_MARGIN]
    if suspects is not None and sure and (len(sure) >= 3 or len(sure) >= 0.01 * suspects.judged):
        told = f"Look at {counted(len(sure), 'label')} that may be wrong: what is learned from them is wrong, too."
        yield Advice("review_suspects", told)


def _no_better(result: RunResult) -> Iterator[Advice]:
    if result.accuracy_low <= result.baseline:
        told = (
            f"It is not clearly better than always saying '{result.baseline_class}', so bring more pictures of every "
            "class, or other classes that can be told apart."
        )
        yield Advice("add_pictures", told)


def _shortcuts(at_border: Mapping[str, str]) -> Iterator[Advice]:
    for name, warning in at_border.items():
        yield Advice("show_heat", warning, name)


def _weak_class(result: RunResult) -> Iterator[Advice]:
    """The class that it is clearly worse on than on all, or that was hardly measured."""
    measured = [item for item in result.per_class if item.support]
    worst = min(measured, key=lambda item: item.recall)
    right = round(worst.recall * worst.support)
    if rate(right, worst.support).high < result.accuracy:
        told = f"Bring more pictures of '{worst.name}': it is right on only {right:,} of {worst.support:,} of them."
        yield Advice("add_pictures", told, worst.name)
    rarest = min(result.per_class, key=lambda item: item.support)
    if rarest.support < FEW_OF_CLASS:
        yield Advice("add_pictures", _rare(rarest), rarest.name)


def _rare(rarest: ClassScore) -> str:
    if not rarest.support:
        return f"Bring more pictures of '{rarest.name}': not one was measured, so nothing is known of it."
    return f"Bring more pictures of '{rarest.name}': with {rarest.support:,} measured, hardly anything is known of it."


def _confused(result: RunResult) -> Iterator[Advice]:
    wrong = result.images - result.correct
    cells = [
        (count, truth, answer)
        for truth, row in enumerate(result.confusion)
        for answer, count in enumerate(row)
        if truth != answer
    ]
    count, truth, answer = max(cells)
    if count >= 3 and count >= MUCH * wrong:
        one, other = result.classes[truth], result.classes[answer]
        told = f"Look at the {count:,} pictures of '{one}' that it took for '{other}': {count:,} of {wrong:,} mistakes."
        yield Advice("open_cell", told, [one, other])


def _more(known: Known, result: RunResult) -> Iterator[Advice]:
    if known.more_pictures == "helps":
        what = f" Those of '{known.gains_most}' help most." if known.gains_most else ""
        yield Advice("add_pictures", f"Bring more pictures: they still make it better.{what}", known.gains_most)
    is_head_alone = known.settings.get("preset") in (None, "instant") and known.settings.get("freeze", "all") == "all"
    if known.settings and is_head_alone and result.accuracy < 0.97:
        told = "Only the head has learned so far: the preset Better lets later layers learn, too, and keeps what wins."
        yield Advice("train", told, {"preset": "better"})


def _weak_spot(known: Known) -> Iterator[Advice]:
    weak = weakest(known.changes)
    if weak is None:
        return
    pictures, how = PICTURES[weak.change], MENDED_BY.get(weak.change)
    if how is not None and known.settings.get("augment") != how:
        told = f"Train with augment set to {how}: on {pictures} it is right much less often."
        yield Advice("train", told, {"preset": "better", "augment": how})
    else:
        yield Advice("add_pictures", f"Bring {pictures}, if it will meet them: it is right on them much less often.")


def _temperature(found: Temperature | None) -> Iterator[Advice]:
    if found is not None and found.is_known and found.loss_before - found.loss_after >= TEMPERATURE_GAIN:
        yield Advice("use_temperature", found.in_words(), round(found.value, 4))


def _measured_on_few(result: RunResult) -> Iterator[Advice]:
    if result.images < FEW_MEASURED:
        told = f"Bring test pictures: with {result.images:,} measured, the true rate may lie far from the one shown."
        yield Advice("bring_test", told)
