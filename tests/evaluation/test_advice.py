"""What to do next: three sentences, the most useful first, each with an action that a screen can do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.evaluation.test_answers import answers_for_tests
from tests.ui.test_said import in_chinese
from tl_core.config import RunConfig
from tl_core.evaluation.advice import ACTIONS, Advice, Known, advice
from tl_core.evaluation.answers import Answers
from tl_core.evaluation.rates import rate
from tl_core.evaluation.sturdiness import MENDED_BY, Changed
from tl_core.evaluation.suspects import Suspect, Suspects
from tl_core.evaluation.temperature import Temperature


def model(count: int = 300, wrong: dict[tuple[int, int], int] | None = None, support: tuple[int, ...] = ()) -> Answers:
    """Of three classes; `wrong` says how many of a class are taken for another."""
    labels = np.repeat(np.arange(3), support) if support else np.arange(count) % 3
    said = labels.copy()
    for (truth, answer), number in (wrong or {}).items():
        said[np.flatnonzero((labels == truth) & (said == truth))[:number]] = answer
    return answers_for_tests(len(labels), labels=labels, probabilities=np.eye(3)[said] * 0.7 + 0.1)


def actions(known: Known) -> list[str]:
    found = advice(known)
    assert len(found) == 3
    for one in found:
        assert one.action in ACTIONS
        in_chinese(one.told)
        if one.action == "train":
            RunConfig.from_dict(one.target)
    return [one.action for one in found]


def first(known: Known) -> Advice:
    actions(known)
    return advice(known)[0]


def test_a_good_model_is_to_be_tried_and_taken_away() -> None:
    assert actions(Known(model())) == ["try", "watch_class", "export"]


def test_labels_that_are_surely_wrong_come_before_all_else() -> None:
    suspect = Suspect("a.png", "0" * 64, "kind 0", "kind 1", 0.9)
    known = Known(model(wrong={(0, 1): 30}), suspects=Suspects((suspect,) * 4, 300))
    assert first(known).told.startswith("Look at 4 labels that may be wrong")
    assert actions(known)[0] == "review_suspects"
    unsure = replace(known, suspects=Suspects((replace(suspect, margin=0.1),) * 4, 300))
    assert "review_suspects" not in actions(unsure)


def test_a_model_that_is_no_better_than_always_saying_the_same_is_told_so() -> None:
    found = first(Known(model(wrong={(0, 1): 70, (1, 2): 70, (2, 0): 70})))
    assert found.action == "add_pictures"
    assert "not clearly better than always saying 'kind 0'" in found.told


def test_the_class_that_it_is_clearly_worse_on_is_named() -> None:
    found = first(Known(model(wrong={(1, 0): 30, (1, 2): 30})))
    assert (found.action, found.target) == ("add_pictures", "kind 1")
    assert found.told == "Bring more pictures of 'kind 1': it is right on only 40 of 100 of them."


@pytest.mark.parametrize(("support", "said"), [((100, 100, 4), "with 4 measured"), ((100, 100, 0), "not one was")])
def test_a_class_of_which_hardly_anything_is_known_is_named(support: tuple[int, ...], said: str) -> None:
    found = first(Known(model(support=support)))
    assert (found.action, found.target) == ("add_pictures", "kind 2")
    assert said in found.told


def test_the_cell_that_holds_most_mistakes_can_be_opened() -> None:
    found = first(Known(model(wrong={(0, 2): 4, (1, 0): 3, (2, 0): 3})))
    assert (found.action, found.target) == ("open_cell", ["kind 0", "kind 2"])
    assert found.told == "Look at the 4 pictures of 'kind 0' that it took for 'kind 2': 4 of 10 mistakes."


@pytest.mark.parametrize("change", ["dark", "rotation", "blur", "jpeg"])
def test_a_weak_spot_is_mended_by_variations_where_they_can(change: str) -> None:
    changes = (Changed(change, rate(100, 200), rate(190, 200), p_value=1e-9),)
    found = first(Known(model(), changes=changes))
    if change in MENDED_BY:
        assert (found.action, found.target["augment"]) == ("train", "strong")
        again = Known(model(), changes=changes, settings={"augment": "strong", "preset": "better"})
        assert first(again).action == "add_pictures"
    else:
        assert found.action == "add_pictures"


def test_a_border_a_temperature_and_a_rising_curve_are_acted_on() -> None:
    known = Known(
        model(),
        at_border={"kind 1": "It is empty (0 bytes)."},
        temperature=Temperature(2.5, 0.4, 0.3, 300, is_known=True),
        more_pictures="helps",
        gains_most="kind 2",
    )
    assert actions(known) == ["show_heat", "add_pictures", "use_temperature"]
    assert [one.target for one in advice(known)] == ["kind 1", "kind 2", 2.5]


def test_a_head_alone_may_go_on_and_few_pictures_are_no_measure() -> None:
    known = Known(model(60, wrong={(0, 1): 1, (1, 2): 1, (2, 0): 1}), settings={"preset": "instant", "freeze": "all"})
    assert actions(known) == ["train", "bring_test", "try"]
    assert "train" not in actions(replace(known, settings={"preset": "better", "freeze": "all"}))
