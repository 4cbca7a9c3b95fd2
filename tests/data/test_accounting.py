"""Every file that was sent is an image, passed over with a reason, or a file of the system: on generated trees."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.pictures_for_tests import png, write_files, write_zip
from tl_core.data.dataset import Dataset, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.importing import import_into
from tl_core.data.limits import Limits
from tl_core.errors import DataError

FOLDERS = st.lists(st.sampled_from(["train", "val", "test", "cats", "Cats", "dogs", "x", ".git", "é"]), max_size=3)
FILES = st.sampled_from(["1.png", "2.png", "3.jpg", "noext", "a.txt", ".DS_Store", "Thumbs.db", "inner.zip"])
UNSAFE = st.sampled_from(
    ["../up.png", "/abs.png", "C:\\x.png", "cats\\1.png", "a//b.png", "cats/../1.png", "nul\0.png"]
)
CONTENTS = st.sampled_from(
    [png(1), png(2), png(3), png(4)[:100], b"", b"text", b"PK\3\4inner", bytes(5000), png(5, (3, 3))]
)
TREES = st.dictionaries(st.tuples(FOLDERS, FILES).map(lambda pair: "/".join([*pair[0], pair[1]])), CONTENTS, max_size=9)
SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sure(files: dict[str, bytes]) -> dict[str, bytes]:
    """With two pictures that are fine, so that there is something to bring in."""
    return {**files, "x/cats/sure1.png": png(11), "x/dogs/sure2.png": png(12)}


def bring(source: Path, folder: Path, pool: DecoderPool) -> Dataset | None:
    try:
        import_into(source, folder, limits=Limits(file_bytes=4000), pool=pool)
    except DataError:
        assert not folder.exists()
        return None
    return open_dataset(folder)


def check(dataset: Dataset | None, sent: int) -> None:
    if dataset is not None:
        report = dataset.report
        assert report.images + len(report.skipped) + report.system_files == sent
        assert report.images == len(dataset.index.records) == sum(sum(n.values()) for n in report.classes.values())
        assert len({record.path for record in dataset.index.records}) == report.images
        assert all(item.reason for item in report.skipped)
        for record in dataset.index.records:
            assert dataset.path_of(record).stat().st_size == record.bytes


@SETTINGS
@given(TREES)
def test_every_file_of_a_folder_is_accounted_for(pool: DecoderPool, files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as place:
        root, sent = Path(place) / "data", 0
        for name, data in sure(files).items():
            path = root / name
            if not path.exists() and not any(parent.is_file() for parent in path.parents):
                write_files(root, {name: data})
                sent += 1
        check(bring(root, Path(place) / "dataset", pool), sent)


@SETTINGS
@given(
    TREES,
    st.lists(st.tuples(UNSAFE, CONTENTS), max_size=3),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
)
def test_every_file_of_an_archive_is_accounted_for(
    pool: DecoderPool, files: dict[str, bytes], unsafe: list[tuple[str, bytes]], method: int
) -> None:
    with tempfile.TemporaryDirectory() as place:
        sent = [*sure(files).items(), *unsafe]
        path = write_zip(Path(place) / "data.zip", sent, method)
        check(bring(path, Path(place) / "dataset", pool), len(sent))


@SETTINGS
@given(TREES, st.data())
def test_a_damaged_archive_is_refused_or_still_accounted_for(
    pool: DecoderPool, files: dict[str, bytes], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = write_zip(Path(place) / "data.zip", sure(files))
        damaged = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(damaged)
        dataset = bring(path, Path(place) / "dataset", pool)
        if dataset is not None:
            with zipfile.ZipFile(path) as archive:
                sent = sum(not info.orig_filename.endswith(("/", "\\")) for info in archive.infolist())
            check(dataset, sent)
