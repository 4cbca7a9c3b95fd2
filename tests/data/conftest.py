"""What the tests of the data room share: one pool of decoding children, and a way to import."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.data.pictures_for_tests import pets, write_files, write_zip
from tl_core.data.dataset import Dataset, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.importing import import_into
from tl_core.data.limits import LOCAL, Limits

Bring = Callable[..., Dataset]


@pytest.fixture(scope="session")
def pool() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as children:
        yield children


@pytest.fixture(params=["folder", "zip"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same pictures, once as a folder and once as a zip."""
    if request.param == "zip":
        return write_zip(tmp_path / "pets.zip", pets())
    return write_files(tmp_path / "pets", pets())


@pytest.fixture
def bring(tmp_path: Path, pool: DecoderPool) -> Bring:
    """Imports a source with the shared children, into a fresh folder of tmp_path/datasets."""
    made: list[Path] = []

    def bring_in(source: Path | list[Path], limits: Limits = LOCAL) -> Dataset:
        made.append(tmp_path / "datasets" / f"dataset{len(made)}")
        import_into(source, made[-1], limits=limits, pool=pool)
        return open_dataset(made[-1])

    return bring_in
