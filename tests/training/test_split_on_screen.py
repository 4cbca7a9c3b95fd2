"""The split that the Pictures tab shows is the one that a training makes."""

from __future__ import annotations

from tl_core.training.session import VALIDATION_SHARE as OF_A_TRAINING
from tl_ui.owned_pictures import VALIDATION_SHARE as ON_THE_SCREEN


def test_both_set_the_same_share_aside() -> None:
    assert ON_THE_SCREEN == OF_A_TRAINING
