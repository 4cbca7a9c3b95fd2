"""Features of the frozen part: fed as a training's pictures are, told what comes next, and none taken for another's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from small_training import Ticking, digits_data, run, small_network, small_plan

from tl_core.training import head_phase, prefix, scored_features
from tl_core.training.device_feed import DevicePictures
from tl_core.training.head_phase import head_prefix
from tl_core.training.pictures import Positions, TrainingData
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.prefix import Kept, prefix_features
from tl_core.training.streams import made_by


class Told(DevicePictures):
    """Pictures that note what was asked of them and what was told to come."""

    def __init__(self, plan: TrainingPlan, data: TrainingData) -> None:
        super().__init__(plan, data)
        self.asked: list[list[int]] = []
        self.coming: list[list[int]] = []

    def __call__(self, positions: Positions) -> torch.Tensor:
        self.asked.append(positions.tolist())
        return super().__call__(positions)

    def expect(self, positions: Positions) -> None:
        self.coming.append(positions.tolist())
        super().expect(positions)


def features(folder: Path, data: TrainingData, wanted: Positions, *, stop_at: int = 10**9) -> tuple[Kept, Told]:
    network = small_network()
    plan = small_plan(data, network)
    pictures = Told(plan, data)
    events = prefix_features(
        head_prefix(network),
        plan,
        data,
        wanted,
        cache=folder,
        feed=pictures,
        first=(),
        should_stop=lambda: len(pictures.asked) >= stop_at,
        clock=Ticking(),
    )
    return made_by(events), pictures


def test_while_a_batch_is_computed_the_next_one_is_on_its_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefix, "BATCH_ON_CPU", 8)
    kept, pictures = features(tmp_path, digits_data(20, 0), np.arange(20))
    assert [len(batch) for batch in pictures.asked] == [8, 8, 4]
    assert pictures.coming == pictures.asked[1:]
    assert kept.available.all()


def test_a_picture_without_features_is_not_given_those_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefix, "BATCH_ON_CPU", 8)
    kept, _ = features(tmp_path, digits_data(20, 0), np.arange(20), stop_at=1)
    assert kept.available.tolist() == [True] * 8 + [False] * 12
    assert len(kept.feed(np.arange(8))) == 8
    with pytest.raises(LookupError, match="no features were computed for 2 of 3 pictures"):
        kept.feed(np.array([7, 8, 19]))


def test_the_first_model_and_its_measuring_are_fed_where_the_network_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Told] = []

    def pictures(plan: TrainingPlan, data: TrainingData) -> Told:
        made.append(Told(plan, data))
        return made[-1]

    for module in (head_phase, scored_features):
        monkeypatch.setattr(module, "DevicePictures", pictures)
    data, network = digits_data(40, 10, 12), small_network()
    run(tmp_path, data, network, small_plan(data, network))
    assert [sorted(row for batch in one.asked for row in batch) for one in made] == [[*range(50)], [*range(50, 62)]]
