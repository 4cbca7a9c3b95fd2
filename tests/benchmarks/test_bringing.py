"""What the benchmarks bring in is kept for the training, as it is for people."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import data
from benchmarks.bringing import brought_in
from tl_core.backbones.usual import usual_preprocessing
from tl_core.caching.squares import square_rows
from tl_core.config import RunConfig
from tl_core.jobs.workspace import Workspace


def test_a_training_finds_every_picture_decoded(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for name in ("a/1.png", "b/2.png"):
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True)
        Image.fromarray(random.integers(0, 256, (40, 50, 3), dtype=np.uint8)).save(path)
    workspace = Workspace(tmp_path / "workspace")
    dataset = brought_in(tmp_path / "pictures", workspace)
    assert dataset.folder.parent == workspace.person().datasets
    assert missing(workspace, [one.sha256 for one in dataset.index.records]) == 0


def test_the_import_that_is_measured_keeps_them_too(tmp_path: Path) -> None:
    paths = data.write_photos(tmp_path, "small", 3)
    found = data.measure_import(tmp_path)
    assert found["pictures"] == 3
    contents = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    assert missing(Workspace(tmp_path / "workspace"), contents) == 0


def missing(workspace: Workspace, contents: list[str]) -> int:
    """How many of these pictures a training would have to decode."""
    preprocessing = usual_preprocessing(RunConfig())
    assert preprocessing is not None
    with square_rows(workspace.cache, preprocessing, contents) as asked:
        return len(asked.missing)
