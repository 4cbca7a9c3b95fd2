"""Feature maps as the assistant gives them: of a model, of a network that is here; nothing is fetched for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.export.models import save_small_model
from tl_core.data.decoder import Problem, Square
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import WeightsError
from tl_core.jobs.network_views import NetworkViews


class Painter:
    """An ItemDecoder that paints a cross in place of every picture."""

    def squares(
        self, paths: Sequence[Path], preprocessing: Preprocessing, *, sha256: Sequence[str] | None = None
    ) -> Iterator[tuple[int, Square | Problem]]:
        yield from ((index, self.square(path, preprocessing)) for index, path in enumerate(paths))

    def square(self, path: Path, preprocessing: Preprocessing) -> Square:
        side = preprocessing.resize_size
        picture = np.zeros((side, side, 3), np.uint8)
        picture[side // 2 - 9 : side // 2 + 9] = 255
        picture[:, side // 2 - 9 : side // 2 + 9] = 255
        return picture


def views() -> NetworkViews:
    return NetworkViews(Painter(), threading.Lock(), lambda _folder: 1)


def test_the_bundled_network_shows_its_stages_and_is_kept_for_the_next_question() -> None:
    asked = views()
    request = {"backbone": "tf_efficientnet_lite0", "picture": "cross.png", "image_size": 64}
    maps = asked.feature_maps({**request, "stage": "conv_stem"})["maps"]
    assert [(one["width"], one["height"]) for one in maps] == [(32, 32)] * 6
    assert asked.feature_maps({**request, "stage": "head"}) == {"maps": []}
    assert len(asked.feature_maps({**request, "stage": "blocks.1", "count": 2})["maps"]) == 2
    assert len(asked._staged) == 1


def test_a_trained_model_shows_its_own_maps(tmp_path: Path) -> None:
    save_small_model(tmp_path / "model")
    maps = views().feature_maps({"model": str(tmp_path / "model"), "stage": "layer1", "picture": "cross.png"})["maps"]
    assert maps


def test_weights_that_are_not_here_are_not_fetched_for_a_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(WeightsError, match="weights of 'torchvision/resnet18' are not on this computer yet"):
        views().feature_maps({"backbone": "torchvision/resnet18", "stage": "conv1", "picture": "cross.png"})
