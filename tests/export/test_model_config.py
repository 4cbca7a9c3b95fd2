"""A config.json made or edited by somebody else: believed in nothing, and every fault told at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import BundleError
from tl_core.export.model_config import ModelConfig

PREPROCESSING = Preprocessing(224, 256, "bicubic", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
CONFIG = ModelConfig("tf_efficientnet_lite0", ("猫", "dog"), PREPROCESSING, temperature=1.25, result={"images": 3})


def wire(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(json.dumps(CONFIG.to_dict()))
    return {**values, **changes}


def test_a_config_comes_back_through_json_equal_and_fields_of_tomorrow_are_passed_over():
    assert ModelConfig.from_dict(wire(threshold=0.5)) == CONFIG
    preprocessing = {**wire()["preprocessing"], "letterbox": False}
    assert ModelConfig.from_dict(wire(preprocessing=preprocessing)) == CONFIG


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"backbone": "hf-hub:stranger/model"}, "backbone is 'hf-hub:stranger/model', which is no backbone's name"),
        ({"backbone": "local-dir:/etc"}, "which is no backbone's name"),
        ({"backbone": "../../etc/passwd"}, "which is no backbone's name"),
        ({"backbone": None}, "backbone is None, which is no"),
        ({"classes": "ab"}, "classes is no list of names"),
        ({"classes": ["a", ""]}, "classes is no list of names"),
        ({"classes": ["a", 7]}, "classes is no list of names"),
        ({"classes": ["a"]}, "classes has 1 names; it must have 2 to 100,000"),
        ({"classes": ["a", "b", "a"]}, "the class 'a' is there more than once"),
        ({"temperature": 0}, "temperature is 0; it must be above 0"),
        ({"temperature": "hot"}, "temperature is 'hot'"),
        ({"temperature": True}, "temperature is True"),
        ({"temperature": 10**400}, r"temperature is 1000.*\.\.\.; it must be above 0"),
        ({"result": 3}, "result is no set of named values"),
        ({"versions": {"thaw": 1}}, "versions is no set of named versions"),
        ({"preprocessing": []}, "preprocessing is missing"),
    ],
)
def test_a_wrong_value_is_named_with_its_remedy(changes: dict[str, Any], message: str):
    with pytest.raises(BundleError, match=f"config.json cannot be used: .*{message}.*Use the file as Thaw exported it"):
        ModelConfig.from_dict(wire(**changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 3}, "preprocessing is of version 3; this Thaw knows 2"),
        ({"part": [0, 0, 2, 1]}, r"part is \[0, 0, 2, 1\], which is no rectangle within 0..1"),
        ({"part": "left"}, r"part is 'left', which is no rectangle within 0..1"),
        ({"image_size": 10**9}, "image_size 1000000000 and resize_size 256 are not in order between 1 and 4096"),
        ({"image_size": 300}, "image_size 300 and resize_size 256 are not in order"),
        ({"image_size": 0}, "image_size 0 and"),
        ({"resize_size": 2.5}, "image_size 224 and resize_size 2.5 are no whole numbers"),
        ({"interpolation": "magic"}, "interpolation is 'magic'; it is one of bilinear, bicubic"),
        ({"mean": [0.5, 0.5]}, r"mean is \[0.5, 0.5\], which are no three numbers"),
        ({"mean": [0.5, 0.5, float("nan")]}, "mean is .*nan.*, which are no three numbers"),
        ({"std": [1, 1, 0]}, r"std is \[1, 1, 0\]; each must be above 0"),
    ],
)
def test_wrong_preprocessing_is_named(changes: dict[str, Any], message: str):
    with pytest.raises(BundleError, match=message):
        ModelConfig.from_dict(wire(preprocessing={**wire()["preprocessing"], **changes}))


def test_all_faults_are_told_at_once():
    with pytest.raises(BundleError, match=r"backbone is .*; classes has 0 names.*; temperature is -1"):
        ModelConfig.from_dict(wire(backbone="", classes=[], temperature=-1))


@pytest.mark.parametrize("values", [None, [], 3, {}, {"format": "thaw-model"}, {"format": "x", "format_version": 1}])
def test_something_else_is_no_model(values: Any):
    with pytest.raises(BundleError, match=r"This is no model of Thaw. Give a run's folder"):
        ModelConfig.from_dict(values)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(field=st.sampled_from(sorted(CONFIG.to_dict())), value=JSON)
def test_any_value_in_any_field_is_taken_or_refused_in_words(field: str, value: Any):
    values = wire(**{field: value})
    try:
        taken = ModelConfig.from_dict(values)
    except BundleError as error:
        refused = error
    else:
        refused = None
        json.dumps(taken.to_dict())
    assert refused is None or refused.hint
