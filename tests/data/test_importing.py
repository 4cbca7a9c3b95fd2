from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import pets, png, write_files, write_zip
from tl_core.data import reading
from tl_core.data.dataset import ImportStopped, import_source, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.importing import import_into
from tl_core.errors import DataError


def test_progress_counts_every_file_and_ends_at_the_total(source: Path, tmp_path: Path, pool: DecoderPool) -> None:
    seen: list[tuple[str, int, int]] = []
    import_into(source, tmp_path / "d", on_progress=lambda *progress: seen.append(progress), pool=pool)
    assert seen == [("reading", 0, 6), ("reading", 6, 6), *(("looking", done, 6) for done in range(7))]


@pytest.mark.parametrize("phase", ["reading", "looking"])
def test_an_import_that_is_stopped_keeps_nothing_but_the_jobs_own_files(
    source: Path, tmp_path: Path, pool: DecoderPool, phase: str
) -> None:
    folder = tmp_path / "job"
    write_files(folder, {"job.json": b"{}", "events.jsonl": b""})
    seen: list[tuple[str, int]] = []
    with pytest.raises(ImportStopped, match=r"was stopped. Start again when you like"):
        import_into(
            source, folder, pool=pool, on_progress=lambda name, done, _: seen.append((name, done)),
            should_stop=lambda: seen[-1][0] == phase,
        )  # fmt: skip
    assert seen[-1][0] == phase
    assert ("looking", 6) not in seen
    assert sorted(path.name for path in folder.iterdir()) == ["events.jsonl", "job.json"]
    with pytest.raises(DataError, match="There is no complete dataset in 'job'"):
        open_dataset(folder)


def test_a_full_disk_is_said_and_nothing_half_written_stays(
    tmp_path: Path, pool: DecoderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, calls = os.replace, iter(range(100))

    def full(*paths: Path) -> None:
        if next(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        honest(*paths)

    monkeypatch.setattr(reading.os, "replace", full)
    with pytest.raises(DataError, match=r"The disk is full; nothing was kept. Free some space"):
        import_into(write_zip(tmp_path / "pets.zip", pets()), tmp_path / "dataset", pool=pool)
    assert not (tmp_path / "dataset").exists()


def test_a_zip_that_changes_while_it_is_read_is_refused(tmp_path: Path, pool: DecoderPool) -> None:
    path = write_zip(tmp_path / "pets.zip", pets())
    with pytest.raises(DataError, match=r"'pets.zip' changed while it was read. Bring it in again"):
        import_into(path, tmp_path / "d", on_progress=lambda *progress: os.utime(path, ns=(1, 1)), pool=pool)
    assert not (tmp_path / "d").exists()


def test_pictures_in_no_class_folder_are_refused_with_the_remedy(tmp_path: Path, bring: Bring) -> None:
    folder = write_files(tmp_path / "pets", {"1.png": png(1), "2.png": png(2)})
    with pytest.raises(DataError, match=r"2 pictures in 'pets', and no class folder. Put each kind in a folder"):
        bring(folder)


def test_no_pictures_at_all_are_refused_with_what_was_looked_for(tmp_path: Path, bring: Bring) -> None:
    folder = write_files(tmp_path / "animals", {"cats/a.txt": b"text", "dogs/.DS_Store": b"x"})
    with pytest.raises(DataError, match=r"No pictures \(JPEG, PNG, .*\) were found in 'animals'. 1 other file passed"):
        bring(folder)
    broken = write_files(tmp_path / "broken", {"cats/a.png": b""})
    with pytest.raises(DataError, match=r"found in 'broken'. cats/a.png: It is empty"):
        bring(broken)


def test_a_missing_path_is_named(tmp_path: Path, bring: Bring) -> None:
    with pytest.raises(DataError, match=r"There is no file or folder .*nowhere"):
        bring(tmp_path / "nowhere")


def test_links_to_files_are_followed_and_links_to_folders_are_not(tmp_path: Path, bring: Bring) -> None:
    folder = write_files(tmp_path / "pets", pets())
    outside = write_files(tmp_path / "outside", {"9.png": png(9)})
    (folder / "cats" / "9.png").symlink_to(outside / "9.png")
    (folder / "dogs" / "loop").symlink_to(folder)
    (folder / "dogs" / "dangling.png").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "dogs" / "pipe.png")
    dataset = bring(folder)
    assert dataset.report.images == 7
    reasons = {item.path: item.reason for item in dataset.report.skipped}
    assert reasons["dogs/loop"].startswith("It is a link to a folder")
    assert reasons["dogs/dangling.png"] == "It is a link that leads nowhere."
    assert reasons["dogs/pipe.png"] == "It is no ordinary file."
    assert [finding.paths for finding in dataset.report.findings if finding.kind == "links"] == [
        ("cats/9.png", "dogs/dangling.png", "dogs/loop")
    ]


def test_a_name_that_is_no_utf8_is_kept_to_the_byte(tmp_path: Path, bring: Bring) -> None:
    folder = write_files(tmp_path / "pets", pets())
    with open(os.fsencode(folder) + b"/cats/\xff\n.png", "wb") as out:
        out.write(png(60))
    dataset = bring(folder)
    record = next(item for item in dataset.index.records if "\n" in item.path)
    assert open_dataset(dataset.folder).path_of(record).read_bytes() == png(60)
    json.dumps(dataset.report.to_dict()).encode("ascii")


def test_an_import_starts_children_of_its_own_when_it_is_given_none(tmp_path: Path) -> None:
    dataset = import_source(write_files(tmp_path / "pets", pets()), tmp_path / "d", name="My pets")
    assert (dataset.name, dataset.id, dataset.report.images) == ("My pets", "d", 6)


def test_of_a_zip_only_the_pictures_in_use_are_kept(tmp_path: Path, bring: Bring) -> None:
    odd = {"cats/a.txt": b"text", "cats/head.png": png(1)[:30], "cats/late.png": png(2)[:-60], "loose.png": png(70)}
    dataset = bring(write_zip(tmp_path / "pets.zip", {**pets(), **odd, "dogs/copy.png": png(0)}))
    assert {item.path for item in dataset.report.skipped} == odd.keys()
    kept = [path.name for path in (dataset.folder / "files").rglob("*") if path.is_file()]
    assert sorted(kept) == sorted({record.sha256 for record in dataset.index.records})
