from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from tests.data.conftest import Bring
from tl_core.data.samples import write_sample
from tl_core.data.samples.garden import COPIED, WRONG, Fault
from tl_core.errors import DataError


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples") / "garden"
    write_sample("garden", folder)
    return folder


def test_the_digits_are_scikit_learns_own_in_a_folder_each(tmp_path: Path, bring: Bring) -> None:
    facts = write_sample("digits", tmp_path / "digits")
    assert "1,797 pictures of 10 kinds" in facts[0]
    dataset = bring(tmp_path / "digits")
    assert dataset.index.counts() == {
        str(label): {"train": count} for label, count in Counter(map(int, load_digits().target)).items()
    }
    assert dataset.report.skipped == ()
    assert dataset.report.system_files == 1  # its README
    first = np.asarray(Image.open(tmp_path / "digits" / "0" / "0000.png"), dtype=float)
    blocks = first.reshape(8, 8, 8, 8).mean(axis=(1, 3))
    assert np.corrcoef(blocks.ravel(), -load_digits().images[0].ravel())[0, 1] > 0.95


def test_the_garden_has_four_kinds_in_train_and_test(garden: Path, bring: Bring) -> None:
    counts = bring(garden).index.counts()
    assert sorted(counts) == ["daisy", "sunflower", "tulip", "violet"]
    assert sum(sum(sides.values()) for sides in counts.values()) == 121
    assert all(set(sides) == {"train", "test"} for sides in counts.values())


def test_the_planted_copy_is_found_and_nothing_else_is(garden: Path, bring: Bring) -> None:
    (finding,) = bring(garden).report.findings
    assert (finding.kind, finding.paths) == ("leak", ("test/daisy/daisy_09.jpg", "train/daisy/daisy_04.jpg"))
    assert COPIED == ("daisy", 3)


def test_the_readme_names_every_planted_fault(garden: Path) -> None:
    text = (garden / "README.txt").read_text(encoding="utf-8")
    for name in ("train/daisy/daisy_06.jpg", "train/sunflower/sunflower_14.jpg", "test/daisy/daisy_09.jpg"):
        assert name in text
        assert (garden / name).is_file()
    assert (Fault(5, "tulip", "daisy"), Fault(13, "violet", "sunflower")) == WRONG


def test_the_garden_is_drawn_alike_every_time(garden: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tl_core.data.samples.garden.TRAIN", 4)
    monkeypatch.setattr("tl_core.data.samples.garden.TEST", 1)
    write_sample("garden", tmp_path / "again")
    for path in sorted((tmp_path / "again" / "train").rglob("*.jpg")):
        assert path.read_bytes() == (garden / path.relative_to(tmp_path / "again")).read_bytes()


def test_every_garden_picture_is_colourful_and_like_no_other(garden: Path) -> None:
    seen = set()
    for path in garden.rglob("*.jpg"):
        with Image.open(path) as image:
            assert image.size == (256, 256)
            pixels = np.asarray(image)
        assert pixels.std() > 15
        seen.add(pixels.tobytes())
    assert len(seen) == 121


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match=r"is not empty; nothing was written. Name a new or an empty folder"):
        write_sample("garden", tmp_path)
    with pytest.raises(DataError, match="is not empty"):
        write_sample("garden", tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_sample_and_an_unwritable_place_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no sample called 'zoo'. Choose digits or garden"):
        write_sample("zoo", tmp_path / "zoo")
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written to"):
        write_sample("garden", tmp_path / "file" / "inside")
