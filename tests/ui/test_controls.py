"""The settings of Expert: every field of RunConfig has its row, its words, and a way there and back."""

from __future__ import annotations

import dataclasses

import pytest

from tl_core.config import CHOICES, RunConfig
from tl_core.errors import ConfigError
from tl_ui.controls import BOXES, CONTROLS, GROUPS, config_of, in_group, look_of, texts_of
from tl_ui.words import LANGUAGES, words_for


def untouched() -> dict[str, str]:
    return {control.field: control.fallback for control in BOXES}


def test_every_field_of_the_config_has_exactly_one_row() -> None:
    fields = [field.name for field in dataclasses.fields(RunConfig)]
    assert sorted(control.field for control in CONTROLS) == sorted(fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_has_a_label_of_its_own_and_a_line_that_explains_it(language: str) -> None:
    words = words_for(language)
    labels = [words(control.label_key) for control in CONTROLS]
    assert len(set(labels)) == len(labels)
    assert all(words(control.help_key) for control in CONTROLS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_choice_offers_every_value_that_the_config_takes(language: str) -> None:
    words = words_for(language)
    for control in BOXES:
        if control.field in CHOICES:
            offered = [value for _, value in look_of(control, words)["choices"]]
            assert offered == ["", *CHOICES[control.field]]


def test_untouched_boxes_are_the_default_config() -> None:
    chosen = {"backbone": "resnet18", "freeze": "none"}
    assert config_of(untouched(), chosen) == RunConfig(backbone="resnet18", freeze="none")


def test_every_box_stands_in_a_group_and_the_groups_in_the_order_of_the_boxes() -> None:
    assert [control for group in GROUPS for control in in_group(group)] == list(BOXES)


def test_what_is_typed_becomes_a_choice() -> None:
    texts = {**untouched(), "epochs": " 7 ", "learning_rate": "3e-4", "optimizer": "sgd"}
    config = config_of(texts, {"backbone": "resnet18", "train_stages": ("a", "head")})
    assert (config.epochs, config.learning_rate, config.optimizer) == (7, 3e-4, "sgd")
    assert config.train_stages == ("a", "head")


def test_every_bad_value_is_named_at_once() -> None:
    texts = {**untouched(), "epochs": "many", "batch_size": "0,5"}
    with pytest.raises(ConfigError, match=r"epochs is 'many'.*batch_size is '0,5'"):
        config_of(texts, {})


def test_a_number_out_of_bounds_is_told_with_its_bounds() -> None:
    with pytest.raises(ConfigError, match="epochs is 0; it goes from 1 to 1000"):
        config_of({**untouched(), "epochs": "0"}, {})


def test_a_run_that_is_looked_at_again_fills_the_boxes_with_its_settings() -> None:
    config = RunConfig(epochs=7, learning_rate=3e-4, optimizer="sgd", layer_decay=0.5, seed=5, name="fox")
    texts = dict(zip([control.field for control in BOXES], texts_of(config.to_dict()), strict=True))
    assert texts["epochs"] == "7"
    assert texts["batch_size"] == ""
    assert config_of(texts, {}) == config
