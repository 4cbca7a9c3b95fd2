"""Runs with pictures that exports can be compared on; nothing is trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.jobs.fake_workers import new_run
from tl_core.data.dataset import import_source, open_dataset
from tl_core.data.splits import write_split_csv
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.workspace import Workspace


def run_with_pictures(tmp_path: Path) -> RunDir:
    """Four training and two test pictures of each of two classes, blue and red, in `tmp_path / "pets"`."""
    numbers = np.random.default_rng(0)
    for side, count in (("train", 4), ("test", 2)):
        for label in ("blue", "red"):
            (tmp_path / "pets" / side / label).mkdir(parents=True)
            for number in range(count):
                pixels = numbers.integers(0, 256, (40, 40, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(tmp_path / "pets" / side / label / f"{number}.png")
    workspace = Workspace(tmp_path / "workspace")
    run = new_run(workspace)
    import_source(tmp_path / "pets", run.dataset_folder)
    write_split_csv(open_dataset(run.dataset_folder).index, run.split_file)
    return run
