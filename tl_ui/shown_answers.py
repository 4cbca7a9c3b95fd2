"""What is known of the shown run's answers, each part looked up when the tab first asks for it. Knows no component."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from tl_core.data.corrections import Changes
from tl_core.errors import UserError
from tl_core.evaluation.advice import Advice, Known
from tl_core.evaluation.sturdiness import Changed
from tl_ui.answer_shelf import AnswerBook
from tl_ui.owned_answers import OwnedAnswers
from tl_ui.selections import Behind, behind

WORST = 8  # mistakes in sight


class ShownAnswers:
    """`book` is None where the run kept no answers, and `problem` then says why."""

    def __init__(self, answers: OwnedAnswers, run: str, settings: dict[str, Any]) -> None:
        self._answers = answers
        self._run = run
        self._settings = settings

    @cached_property
    def _found(self) -> AnswerBook | UserError:
        try:
            return self._answers.book(self._run)
        except UserError as error:
            return error

    @property
    def book(self) -> AnswerBook | None:
        return self._found if isinstance(self._found, AnswerBook) else None

    @property
    def problem(self) -> UserError | None:
        return self._found if isinstance(self._found, UserError) else None

    @cached_property
    def changes(self) -> Changes:
        return self._answers.changes(self._run)

    @cached_property
    def suspects_left(self) -> int:
        return self._answers.suspects_left(self._run) if self.book else 0

    @cached_property
    def worst(self) -> tuple[Behind, ...]:
        """The mistakes that it was surest of."""
        found = behind(self.book, "mistakes", surest_first=True, start=0, count=WORST) if self.book else None
        return found.pictures if found else ()

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What was found out of the run in the background, by the name of the question."""
        return self._answers.insights(self._run) if self.book else {}

    @cached_property
    def advice(self) -> tuple[Advice, ...]:
        """Worked out once for each state of what was found out."""
        book = self.book
        if book is None:
            return ()
        return book.advice((self.suspects_left > 0, *sorted(self.kept)), lambda: self._known(book))

    def _known(self, book: AnswerBook) -> Known:
        kept = self.kept
        curve = kept.get("learning_curve", {}).get("curve", {})
        looks = kept.get("looks", {}).get("classes", {})
        return Known(
            book.answers,
            suspects=book.suspects if self.suspects_left else None,
            temperature=book.fitted,
            changes=tuple(Changed.from_dict(one) for one in kept.get("sturdiness", {}).get("changes", ())),
            at_border={name: one["warning"] for name, one in looks.items() if one["warning"]},
            more_pictures=curve.get("verdict", ""),
            gains_most=curve.get("gains_most", ""),
            settings=self._settings,
        )
