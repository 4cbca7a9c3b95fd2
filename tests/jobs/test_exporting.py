"""A whole export: what is in a bundle, what is left out where a network has no graph, and that nothing stays behind."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.export.models import CLASSES, save_small_model
from tests.jobs.export_runs import run_with_pictures
from tl_core.data.decoder import DecoderPool
from tl_core.errors import BundleError
from tl_core.evaluation.predictor import Predictor
from tl_core.export import manifest
from tl_core.export.bundle import open_model
from tl_core.export.members import open_members
from tl_core.export.whole_model import whole_program
from tl_core.jobs.exporting import Subject, export_model, make_bundle, opened

OWN = {*manifest.FILES, manifest.MANIFEST, manifest.LICENCES}


class Choosy(nn.Linear):
    """A head whose way hangs on the numbers that it sees: no graph holds it."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return super().forward(features) if float(features.detach().abs().sum()) >= 0 else features[:, :3]


def choosy(subject: Subject) -> None:
    module, path = subject.network.module, subject.network.classifier
    usual = module.get_submodule(path)
    head = Choosy(usual.in_features, usual.out_features)  # type: ignore[arg-type]
    head.load_state_dict(usual.state_dict())
    module.set_submodule(path, head)


def test_a_network_that_no_graph_holds_is_told_so(tmp_path: Path):
    run = run_with_pictures(tmp_path)
    save_small_model(run.model)
    with DecoderPool(children=1) as pool:
        subject = opened(run, tmp_path, pool, lambda _name, _done, _total: None)
    choosy(subject)
    with pytest.raises(BundleError, match=r"'test_resnet.r160_in1k' cannot be written as one graph"):
        whole_program(subject.network.module, subject.config)


@pytest.mark.long
def test_a_bundle_of_such_a_network_comes_without_onnx_and_says_so(tmp_path: Path):
    run = run_with_pictures(tmp_path)
    save_small_model(run.model)
    with DecoderPool(children=1) as pool:
        subject = opened(run, tmp_path, pool, lambda _name, _done, _total: None)
        subject = replace(subject, pictures=subject.pictures[:4], expected=subject.expected[:4])
        choosy(subject)
        checks, (note,) = make_bundle(subject, tmp_path / "made", None)
    assert [check.what for check in checks] == ["model.safetensors"]
    assert note.startswith("model.onnx and predict.py are not in it: The network 'test_resnet.r160_in1k' cannot be")
    members = open_members(tmp_path / "made")
    assert members.sizes.keys() == OWN
    assert note in members.read(manifest.README).decode()


@pytest.mark.long
def test_a_bundle_has_its_samples_with_the_answers_that_they_get(tmp_path: Path):
    run = run_with_pictures(tmp_path)
    save_small_model(run.model)
    told: list[str] = []
    (tmp_path / "out").mkdir()
    made = export_model(run, "bundle", tmp_path / "out" / "b.zip", tell=lambda name, _done, _total: told.append(name))
    assert (os.listdir(tmp_path / "out"), made.notes, made.largest < 1e-5) == (["b.zip"], (), True)
    assert list(dict.fromkeys(told)) == ["loading", "scoring", "saving"]
    members = open_members(made.path)
    samples = [f"sample-{number}.jpg" for number in (1, 2, 3)]
    assert members.sizes.keys() == OWN | {manifest.ONNX, manifest.PREDICT, manifest.SAMPLES, *samples}
    assert open_model(made.path)[0].classes == CLASSES
    assert json.loads(members.read(manifest.CONFIG))["onnx"]["preprocessing"] == "in the graph"
    for name in samples:
        (tmp_path / name).write_bytes(members.read(name))
    with DecoderPool(children=1) as pool:
        answers = Predictor.open(made.path, device="cpu").predict([tmp_path / name for name in samples], pool)
        found = {Path(answer.path).name: answer.to_dict()["scores"] for answer in answers}  # type: ignore[union-attr]
    wanted = json.loads(members.read(manifest.SAMPLES))
    assert {row["path"]: pytest.approx(row["scores"], abs=1e-5) for row in wanted} == found
    assert {row["truth"] for row in wanted} == {"blue", "red"}
