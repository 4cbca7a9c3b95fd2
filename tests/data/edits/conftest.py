"""A small set of pictures and an editor of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import pets, write_files
from tl_core.data.dataset import Dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_files(tmp_path / "pets", {**pets(), "cats/readme.txt": b"", "dogs/notes.txt": b"text"})


@pytest.fixture
def dataset(source: Path, bring: Bring) -> Dataset:
    return bring(source)


@pytest.fixture
def editor(dataset: Dataset, pool: DecoderPool) -> DatasetEditor:
    return DatasetEditor(dataset.folder, pool)
