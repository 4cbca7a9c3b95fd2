"""What cannot be begun with is refused before a run has a folder, without torch."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.export.models import BACKBONE, save_small_model
from tl_core.backbones.stage import Stage
from tl_core.config import DEFAULT_BACKBONE, RunConfig
from tl_core.errors import ConfigError, RunError, WeightsError
from tl_core.jobs.beginnings import check_stages, checked_beginning, start_path
from tl_core.jobs.layers_cache import write_layers
from tl_core.jobs.rundir import create_run
from tl_core.jobs.workspace import Person, Workspace, new_identifier, workspace_of


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Workspace(tmp_path / "workspace").person()


def finished_run(person: Person) -> Path:
    run = person.runs / new_identifier()
    run.mkdir()
    save_small_model(run / "model")
    return run


def layers(*names: str) -> list[dict[str, Any]]:
    return [Stage(name, "edges and colours", 10, 0.1, (8, 4, 4)).to_dict() for name in names]


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({"backbone": "efficientnet_b77"}, ConfigError, "There is no backbone called 'efficientnet_b77'. Did you mean"),
        ({"start": "abc"}, RunError, "There is no run or model 'abc' to start from"),
        ({"weights": "/nowhere/mine.pth"}, WeightsError, "There is no weights file '/nowhere/mine.pth'"),
        ({"weights": "/nowhere/mine.h5"}, WeightsError, "'mine.h5' is no weights file that Thaw reads"),
        ({"backbone": "thaw/cnn_28"}, WeightsError, "'thaw/cnn_28' has no pretrained weights"),
        (
            {"freeze": "blocks.77"},
            ConfigError,
            r"freeze is 'blocks.77', which .* Did you mean 'blocks.7'\?",
        ),
    ],
)
def test_a_run_that_could_not_begin_leaves_no_folder(
    person: Person, settings: dict[str, str], kind: type[Exception], message: str
) -> None:
    write_layers(workspace_of(person.runs / "any").cache, DEFAULT_BACKBONE, None, layers("blocks.7", "head"))
    with pytest.raises(kind, match=message):
        create_run(person.runs, RunConfig.from_dict(settings), person.datasets / "data")
    assert list(person.runs.iterdir()) == []


def test_a_run_begins_with_the_earlier_ones_backbone_and_keeps_its_identifier(person: Person) -> None:
    run = finished_run(person)
    for start in (run.name, str(run)):
        config = checked_beginning(RunConfig(start=start), person.runs)
        assert (config.start, config.backbone) == (run.name, BACKBONE)
        assert start_path(config.start, person.runs) == run
    model = shutil.copytree(run / "model", person.folder / "elsewhere")
    assert checked_beginning(RunConfig(start=str(model)), person.runs).start == str(model)


def test_another_backbone_than_the_earlier_runs_is_refused(person: Person) -> None:
    with pytest.raises(ConfigError, match="backbone is 'convnext_nano', but the run to start from has"):
        checked_beginning(RunConfig(start=finished_run(person).name, backbone="convnext_nano"), person.runs)


def test_a_stage_that_is_not_there_is_refused_where_the_stages_are_known(tmp_path: Path) -> None:
    config = RunConfig(freeze="layer9")
    check_stages(config, tmp_path)  # nobody knows them yet: the worker will
    write_layers(tmp_path, config.backbone, None, layers("layer1", "layer2", "head"))
    with pytest.raises(ConfigError, match=r"freeze is 'layer9', which is no stage .* Did you mean 'layer[12]'\?"):
        check_stages(config, tmp_path)
    with pytest.raises(ConfigError, match=r"train_stages is 'stem'.*gradual is 'layer3'"):
        check_stages(RunConfig(freeze="all", train_stages=("stem", "head"), gradual="2:layer3"), tmp_path)
    for fitting in (RunConfig(freeze="layer2", gradual="2:layer2"), RunConfig(freeze="layer9", preset="better")):
        check_stages(fitting, tmp_path)
