"""The errors that a person can put right. They know a message and a remedy, and nothing about how they are shown."""

from __future__ import annotations

from collections.abc import Sequence


class UserError(Exception):
    """Something the person can put right: what happened, with the value, and what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(UserError):
    """One or more choices do not fit; the message lists every one of them."""

    @classmethod
    def from_problems(cls, problems: Sequence[str], hint: str = "") -> ConfigError:
        return cls(" ".join(problems), hint)


class DataError(UserError):
    """The pictures, the folder or the archive cannot be used as they are."""


class WeightsError(UserError):
    """Pretrained weights are missing, damaged, or do not belong to the network."""


class TrainingError(UserError):
    """Training cannot go on with these choices: a loss that is not finite, nothing to learn from."""


class RunError(UserError):
    """A run's folder does not exist, is damaged, or is in a state that forbids what was asked."""


class BundleError(UserError):
    """A model bundle is damaged, was edited by hand, or was made by a newer version."""


class NotYetError(UserError):
    """Asked for something that is planned but not built."""
