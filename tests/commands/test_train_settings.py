"""What was typed after `train` becomes a RunConfig, or a list of everything that is wrong with it."""

from __future__ import annotations

import argparse
import dataclasses

import pytest

from tl_core.commands import train
from tl_core.config import RunConfig, thaws_of
from tl_core.errors import ConfigError


def typed(*words: str) -> RunConfig:
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    return train.config_of(parser.parse_args(["DATA", *words]))


def test_nothing_typed_leaves_everything_to_the_plan() -> None:
    assert typed() == RunConfig()


def test_options_and_set_reach_the_settings_with_their_types() -> None:
    words = ["--freeze", "blocks.4", "--train-stages", "blocks.5, head", "--epochs", "3", "--learning-rate", "1e-4"]
    words += ["--name", "Flowers", "--set", "weight-decay=0.05", "--set", "patience = auto"]
    assert typed(*words) == RunConfig(
        freeze="blocks.4",
        train_stages=("blocks.5", "head"),
        epochs=3,
        learning_rate=1e-4,
        name="Flowers",
        weight_decay=0.05,
    )


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(ConfigError, match=r"learning_rate is 'x'.*gradient_clip is 'y'"):
        typed("--learning-rate", "x", "--set", "gradient-clip=y")
    with pytest.raises(ConfigError, match=r"patience is 0; .*seed is -1; "):
        typed("--set", "patience=0", "--seed", "-1")
    with pytest.raises(ConfigError, match=r"'seed' has no '='.*epochs is given more than once"):
        typed("--set", "seed", "--set", "epochs=3", "--epochs", "4")


def test_every_setting_can_be_typed() -> None:
    settable = {field.name for field in dataclasses.fields(RunConfig)}
    assert train.OPTIONS.keys() <= settable
    assert typed(*(word for name in sorted(settable) for word in ("--set", f"{name}={_value(name)}"))).seed == 7


def test_what_is_no_place_in_a_picture_and_no_thawing_is_told_with_its_form() -> None:
    with pytest.raises(
        ConfigError, match=r"gradual is 'blocks.5'; it wants EPOCH:STAGE .* part is '0,1'; it wants left"
    ):
        typed("--set", "gradual=blocks.5", "--set", "part=0,1")
    with pytest.raises(ConfigError, match=r"part is '0,0.9,1,0.1'; it wants left,top,right,bottom"):
        typed("--set", "part=0,0.9,1,0.1")


def test_thaws_come_in_the_order_of_their_epochs() -> None:
    assert thaws_of("4:a, 2:b.1,") == ((2, "b.1"), (4, "a"))
    assert thaws_of("") == ()


def _value(name: str) -> str:
    plain = {"seed": "7", "backbone": "resnet18", "start": "scratch", "freeze": "none", "name": "n", "repeats": "3"}
    plain |= {"weights": "w.pth", "gradual": "2:blocks.5", "part": "0,0,1,0.9"}
    return plain.get(name, "auto")
