"""A bundle where there is onnxruntime, numpy and pillow and nothing else: its script gives Thaw's answers."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.export.models import save_small_model
from tl_core.__main__ import main
from tl_core.export.manifest import SAMPLES
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.workspace import Workspace

NAME = re.compile(r"[A-Za-z0-9._-]+")
WANTED = ("onnxruntime", "numpy", "pillow")


def with_needs(packages: tuple[str, ...]) -> set[str]:
    """The packages and those that they cannot do without, as `pip install` would bring them."""
    found, waiting = set(), list(packages)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            needs = importlib.metadata.requires(name) or []
            waiting += [NAME.match(need)[0] for need in needs if "extra ==" not in need]  # type: ignore[index]
    return found


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A new environment; its packages are copies of ours, so that nothing has to be fetched."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    (site,) = (tmp_path / "venv").rglob("site-packages")
    for name in with_needs(WANTED):
        for file in importlib.metadata.files(name) or []:
            target = site / file
            if ".." not in file.parts and file.locate().is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file.locate(), target)
    return tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def odd_pictures(folder: Path) -> list[Path]:
    """One held sideways, one with transparent parts, one of 16 bits."""
    numbers = np.random.default_rng(0)
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = Image.fromarray(numbers.integers(0, 256, (90, 131, 3), dtype=np.uint8))
    sideways.save(folder / "sideways.jpg", exif=exif.tobytes())
    Image.fromarray(numbers.integers(0, 256, (90, 70, 4), dtype=np.uint8), "RGBA").save(folder / "clear.png")
    Image.fromarray(numbers.integers(0, 65536, (80, 99), dtype=np.uint16)).save(folder / "deep.png")
    return [folder / "sideways.jpg", folder / "clear.png", folder / "deep.png"]


@pytest.mark.long
def test_the_script_of_a_bundle_made_now_answers_its_samples_there(python: Path, tmp_path: Path, capfd):
    missing = subprocess.run([str(python), "-c", "import torch"], capture_output=True, text=True, check=False)
    assert "No module named 'torch'" in missing.stderr
    run = RunDir(Workspace(tmp_path / "workspace").person().runs / ("a" * 26))
    save_small_model(run.model)
    run.config_file.write_text("{}")
    assert (
        main(
            [
                "--workspace",
                str(tmp_path / "workspace"),
                "export",
                str(run.path),
                "--to",
                "bundle",
                "--out",
                str(tmp_path / "bundle.zip"),
            ]
        )
        == 0
    )
    shutil.unpack_archive(tmp_path / "bundle.zip", tmp_path / "bundle")
    assert not (tmp_path / "bundle" / SAMPLES).exists()  # the run has no pictures of its own left
    pictures = odd_pictures(tmp_path)
    capfd.readouterr()
    assert (
        main(["--workspace", str(tmp_path / "workspace"), "predict", str(run.path), *map(str, pictures), "--json"]) == 0
    )
    wanted = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    command = [str(python), str(tmp_path / "bundle" / "predict.py"), *map(str, pictures)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(pictures) == 3
    for own, thaws in zip(found, wanted, strict=True):
        assert list(own) == list(thaws)
        assert (own["path"], own["class"]) == (thaws["path"], thaws["class"])
        assert own["scores"] == pytest.approx(thaws["scores"], abs=1e-4)
