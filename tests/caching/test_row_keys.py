"""By what a row is found again: pictures, preprocessing, network, cut, precision, view; whatever differs is another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.caching.rows_for_tests import KIND, fill, shards
from tl_core.caching import features
from tl_core.caching.features import FeatureKey, feature_rows, libraries_of
from tl_core.caching.shards import keys_of, open_shard, places_in
from tl_core.caching.squares import square_rows
from tl_core.data.preprocessing import Preprocessing

PREPROCESSING = Preprocessing(8, 10, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
FEATURES = FeatureKey("b", "w", "head", PREPROCESSING, "fp32")


def test_keys_that_begin_alike_are_told_apart(tmp_path: Path) -> None:
    fill(tmp_path, "ab")
    shard = open_shard(shards(tmp_path)[0], KIND)
    assert shard is not None
    alike = keys_of(["a", "b"]).copy()
    alike[0, 31] ^= 1
    assert places_in(shard, alike).tolist() == [-1, 1]


def test_squares_of_another_size_are_another_entry(tmp_path: Path) -> None:
    other = Preprocessing(8, 12, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    with square_rows(tmp_path, PREPROCESSING, ["a"]) as request:
        request.put(0, np.ones((10, 10, 3), dtype=np.uint8))
        request.finish()
    with square_rows(tmp_path, PREPROCESSING, ["a"]) as request:
        assert request.missing.tolist() == []
    with square_rows(tmp_path, other, ["a"]) as request:
        assert request.missing.tolist() == [0]


def missing_features(cache: Path, key: FeatureKey, view: str = "") -> list[int]:
    with feature_rows(cache, key, (4,), ["a", "b"], stored="fp32", view=view) as request:
        missing = [int(position) for position in request.missing]
        for position in missing:
            request.put(position, np.arange(4, dtype=np.float32))
        request.finish()
        return missing


@pytest.mark.parametrize("change", [{"weights": "w2"}, {"cut": "blocks.3"}, {"precision": "bf16"}, {"backbone": "b2"}])
def test_features_of_other_weights_cut_or_precision_are_another_entry(tmp_path: Path, change: dict[str, Any]) -> None:
    assert missing_features(tmp_path, FEATURES) == [0, 1]
    assert missing_features(tmp_path, replace(FEATURES, **change)) == [0, 1]
    assert missing_features(tmp_path, FEATURES) == []


def of_version(changed: str) -> Callable[[str], str | None]:
    return lambda name: "2.0" if name == changed else "1.0"


@pytest.mark.parametrize(
    ("key", "used", "not_used"),
    [
        (FEATURES, ("torch", "timm"), ("openvino", "torchvision")),
        (replace(FEATURES, engine="openvino"), ("torch", "timm", "openvino"), ("torchvision",)),
        (replace(FEATURES, backbone="torchvision/resnet18"), ("torch", "torchvision"), ("openvino", "timm")),
    ],
    ids=["timm", "openvino", "torchvision"],
)
def test_features_of_an_older_library_are_another_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: FeatureKey, used: tuple[str, ...], not_used: tuple[str, ...]
) -> None:
    monkeypatch.setattr(features, "installed_version", of_version("none of them"))
    assert missing_features(tmp_path, key) == [0, 1]
    for name in not_used:
        monkeypatch.setattr(features, "installed_version", of_version(name))
        assert missing_features(tmp_path, key) == []
    for name in used:
        monkeypatch.setattr(features, "installed_version", of_version(name))
        assert missing_features(tmp_path, key) == [0, 1]


def test_the_versions_are_those_that_are_installed() -> None:
    assert libraries_of(replace(FEATURES, engine="gone")) == {
        "torch": version("torch"),
        "timm": version("timm"),
        "gone": None,
    }


def test_every_view_of_a_picture_is_a_row_of_its_own(tmp_path: Path) -> None:
    assert missing_features(tmp_path, FEATURES) == [0, 1]
    assert missing_features(tmp_path, FEATURES, view="seed 0, view 1") == [0, 1]
    assert missing_features(tmp_path, FEATURES, view="seed 0, view 2") == [0, 1]
    assert missing_features(tmp_path, FEATURES, view="seed 0, view 1") == []
