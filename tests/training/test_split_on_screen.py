"""The split that the Pictures tab shows is the one that a training makes."""

from __future__ import annotations

from tl_core.training.folds import FEW
from tl_core.training.splitting import VALIDATION_SHARE as OF_A_TRAINING
from tl_ui.owned_pictures import VALIDATION_SHARE as ON_THE_SCREEN
from tl_ui.present_use import FEW as FEW_ON_THE_SCREEN


def test_both_set_the_same_share_aside() -> None:
    assert ON_THE_SCREEN == OF_A_TRAINING


def test_both_measure_as_many_pictures_in_folds() -> None:
    assert FEW_ON_THE_SCREEN == FEW
