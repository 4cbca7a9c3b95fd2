from __future__ import annotations

import hashlib
import io
import os
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from tests.data.pictures_for_tests import SMALL, encoded, headers_of, noise, png, seen_of, to_read, write_files
from tl_core.data import children
from tl_core.data.decoder import DecoderPool, Problem, Seen
from tl_core.data.limits import LOCAL, Limits
from tl_core.errors import DataError

MISBEHAVING = "tests.data.misbehaving_child"


def reasons(pool: DecoderPool, paths: list[Path]) -> dict[str, str]:
    """Of both passes, which have to give the same ones."""
    found = [headers_of(pool, *paths), seen_of(pool, *paths)]
    told = [{name: item.reason for name, item in some.items() if isinstance(item, Problem)} for some in found]
    assert told[0] == told[1]
    return told[0]


def test_every_path_comes_back_once_with_what_it_is(pool: DecoderPool, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(70)]
    for number, path in enumerate(paths):
        path.write_bytes(png(number, (20 + number, 30)))
    found = headers_of(pool, *paths)
    assert {path.name: (int(found[path.name]["width"]), 30) for path in paths} == {
        path.name: (20 + number, 30) for number, path in enumerate(paths)
    }
    assert found["0.png"]["sha256"].tobytes() == hashlib.sha256(png(0, (20, 30))).digest()
    seen = seen_of(pool, *paths)
    assert sorted(seen) == sorted(path.name for path in paths)
    assert all(isinstance(item, Seen) for item in seen.values())


def test_squares_are_the_centre_of_the_picture_at_the_size_that_was_asked_for(
    pool: DecoderPool, tmp_path: Path
) -> None:
    image = Image.new("RGB", (96, 32), (255, 0, 0))
    image.paste((0, 0, 255), (32, 0, 64, 32))
    write_files(tmp_path, {"wide.png": encoded(image)})
    square = pool.square(tmp_path / "wide.png", SMALL)
    assert square.shape == (32, 32, 3)
    assert (square == (0, 0, 255)).all()


def test_a_big_jpeg_decoded_at_a_fraction_looks_as_if_decoded_whole(pool: DecoderPool, tmp_path: Path) -> None:
    image = Image.radial_gradient("L").resize((1200, 900)).convert("RGB")
    write_files(tmp_path, {"big.jpg": encoded(image, "JPEG", quality=95), "big.png": encoded(image)})
    whole = pool.square(tmp_path / "big.png", SMALL).astype(int)
    drafted = pool.square(tmp_path / "big.jpg", SMALL).astype(int)
    assert np.abs(whole - drafted).max() <= 6


def test_a_file_that_changed_since_its_hash_was_taken_is_refused(pool: DecoderPool, tmp_path: Path) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(png(1))
    known = hashlib.sha256(png(1)).hexdigest()
    ((_, before),) = pool.squares([path], SMALL, sha256=[known])
    assert isinstance(before, np.ndarray)
    path.write_bytes(png(2))
    ((_, after),) = pool.squares([path], SMALL, sha256=[known])
    assert after == Problem("The file has changed since the pictures were brought in. Bring them in again.")


def test_a_thumbnail_is_small_upright_and_carries_no_metadata(pool: DecoderPool, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A camera"
    write_files(tmp_path, {"held.jpg": encoded(noise(1, (640, 320)), "JPEG", exif=exif)})
    with Image.open(io.BytesIO(pool.thumbnail(tmp_path / "held.jpg", 160))) as small:
        assert small.format == "JPEG"
        assert small.size == (80, 160)
        assert not small.getexif()


def test_one_picture_that_cannot_be_used_is_an_error_with_its_name_and_the_reason(
    pool: DecoderPool, tmp_path: Path
) -> None:
    write_files(tmp_path, {"letter.png": b"Dear Ada, ..."})
    with pytest.raises(DataError, match=r"'letter.png' cannot be used. It is a text file, not a picture"):
        pool.square(tmp_path / "letter.png", SMALL)
    with pytest.raises(DataError, match=r"'gone.png' cannot be used. The file is gone"):
        pool.thumbnail(tmp_path / "gone.png")


def test_a_child_that_crashes_costs_one_picture_and_the_rest_goes_on(tmp_path: Path) -> None:
    names = ["a.png", "abort.png", "b.png", "c.png", "abort2.png", "d.png"]
    write_files(tmp_path, {name: png(number) for number, name in enumerate(names)})
    with DecoderPool(1, module=MISBEHAVING) as children:
        found = reasons(children, [tmp_path / name for name in names])
    assert sorted(found) == ["abort.png", "abort2.png"]
    assert all("crashed the picture reader" in reason for reason in found.values())


def test_a_child_that_hangs_is_ended_and_its_picture_is_named(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.png": png(1), "hang.png": png(2), "b.png": png(3)})
    with DecoderPool(1, Limits(seconds=0.5), module=MISBEHAVING) as children:
        found = reasons(children, [tmp_path / name for name in ("a.png", "hang.png", "b.png")])
    assert found == {"hang.png": "Reading it took longer than 0.5 seconds."}


def test_a_child_that_asks_for_too_much_memory_is_refused_it(tmp_path: Path) -> None:
    write_files(tmp_path, {"bloat.png": png(1), "b.png": png(3)})
    with DecoderPool(1, module=MISBEHAVING) as children:
        found = reasons(children, [tmp_path / "bloat.png", tmp_path / "b.png"])
    assert found == {"bloat.png": "It needs more memory than a picture may."}


def test_a_picture_with_more_pixels_than_allowed_is_never_decoded(tmp_path: Path) -> None:
    write_files(tmp_path, {"huge.png": encoded(Image.new("1", (2000, 1500)))})
    with DecoderPool(1, Limits(pixels=1_000_000)) as children:
        found = reasons(children, [tmp_path / "huge.png"])
    assert found == {
        "huge.png": "It has more pixels than are read: 1 million in all, 16,384 on a side. Make it smaller."
    }


def test_requests_that_do_not_fit_into_the_pipe_together_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / ("long name " * 8 + f"{number}.png") for number in range(300)]
    for number, path in enumerate(paths):
        path.write_bytes(png(number % 7))
    monkeypatch.setattr(children, "PIPE_BYTES", 3000)
    with DecoderPool(1) as pool:
        assert len(headers_of(pool, *paths)) == 300
        assert len(seen_of(pool, *paths[:20])) == 20


def test_a_picture_that_became_another_of_the_same_size_is_refused_where_its_content_is_known(
    pool: DecoderPool, tmp_path: Path
) -> None:
    path = tmp_path / "a.bmp"
    path.write_bytes(encoded(noise(1), "BMP"))
    (file,) = to_read(path)
    known = file._replace(sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    assert isinstance(next(pool.look([known]))[1], Seen)
    path.write_bytes(encoded(noise(2), "BMP"))
    assert path.stat().st_size == file.size
    assert list(pool.look([known])) == [(0, Problem("It changed while it was read. Bring it in again."))]


def test_a_picture_that_changes_between_the_passes_is_refused(pool: DecoderPool, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(1))
    files = to_read(path)
    path.write_bytes(png(2, (60, 60)))
    assert list(pool.look(files)) == [(0, Problem("It changed while it was read. Bring it in again."))]


def test_a_child_that_cannot_start_is_a_fault_and_no_picture_is_blamed(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.png": png(1)})
    with DecoderPool(1, module="tests.data.no_such_child") as children:  # noqa: SIM117
        with pytest.raises(RuntimeError, match="picture reader could not be started"):
            headers_of(children, tmp_path / "a.png")


def test_a_caller_that_stops_half_way_leaves_the_pool_usable(pool: DecoderPool, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(60)]
    for number, path in enumerate(paths):
        path.write_bytes(png(number))
    first = next(iter(pool.look(to_read(*paths))))
    assert isinstance(first[1], Seen)
    assert len(seen_of(pool, *paths)) == 60


def test_two_threads_share_a_pool_and_each_gets_its_own_answers(pool: DecoderPool, tmp_path: Path) -> None:
    paths = {size: [tmp_path / f"{size}-{number}.png" for number in range(40)] for size in (30, 50)}
    for size, some in paths.items():
        for number, path in enumerate(some):
            path.write_bytes(png(number, (size, size)))
    widths: dict[int, set[int]] = {}

    def look(size: int) -> None:
        widths[size] = {int(row["width"]) for row in headers_of(pool, *paths[size]).values()}

    threads = [threading.Thread(target=look, args=(size,)) for size in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert widths == {30: {30}, 50: {50}}


def test_no_process_is_left_when_a_pool_is_closed(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.png": png(1)})
    with DecoderPool(2) as children:
        headers_of(children, *[tmp_path / "a.png"] * 8)
        started = [child for child in psutil.Process().children() if "tl_core.data.child" in child.cmdline()]
        mine = [child for child in started if child.ppid() == os.getpid()]
        assert mine
    running = psutil.Process().children()
    assert len([child for child in mine if child in running]) <= 1  # the shared pool's own child may be among them


def test_a_child_sees_no_secret_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    write_files(tmp_path, {"a.png": png(1)})
    before = set(psutil.Process().children())
    with DecoderPool(1, LOCAL) as children:
        headers_of(children, tmp_path / "a.png")
        (child,) = set(psutil.Process().children()) - before
        assert "HF_TOKEN" not in child.environ()
