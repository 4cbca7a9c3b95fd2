"""Rows C, single files that are damaged, hostile or unusual, all brought in at once and told apart by their rows."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from tests.data.catalogue.hostile import accounted, png_of, said, spoiled
from tests.data.catalogue.picture_files import Sent, exif, sent_pictures
from tests.data.conftest import Bring
from tests.data.pictures_for_tests import encoded, noise, pets, write_files
from tl_core.data.dataset import Dataset, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.importing import import_into
from tl_core.data.limits import Limits
from tl_core.data.preprocessing import Preprocessing

SENT = tuple(sent_pictures())
BY_NAME = {sent.name: sent for sent in SENT}
WHOLE = Preprocessing(16, 16, "bilinear", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
DEPTHS = [(0, depth) for depth in (1, 2, 4, 8, 16)] + [(3, depth) for depth in (1, 2, 4, 8)]
DEPTHS += [(colour, depth) for colour in (2, 4, 6) for depth in (8, 16)]
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory, pool: DecoderPool) -> Dataset:
    """Every file of the rows as one set of pictures."""
    place = tmp_path_factory.mktemp("pictures")
    files = {f"cats/{sent.name}": sent.data for sent in SENT}
    import_into(write_files(place / "sent", {**pets(), **files}), place / "dataset", pool=pool)
    return open_dataset(place / "dataset")


def seen(
    pool: DecoderPool, place: Path, data: bytes, how: Preprocessing = WHOLE
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The square that a network gets, through a real child."""
    path = place / "seen"
    path.write_bytes(data)
    return pool.square(path, how)


@pytest.mark.parametrize("sent", SENT, ids=[f"{sent.row} {sent.name}" for sent in SENT])
def test_a_file_of_the_catalogue_gets_its_answer(together: Dataset, sent: Sent) -> None:
    reasons = accounted(together, 6 + len(SENT))
    path = f"cats/{sent.name}"
    if sent.reason:
        assert re.search(sent.reason, reasons[path])
    else:
        assert path not in reasons
        assert path in [record.path for record in together.index.records]
    if sent.note:
        notes = [finding for finding in together.report.findings if sent.note in finding.message]
        assert path in [found for finding in notes for found in finding.paths]


def test_c13_print_colours_are_right_with_and_without_the_mark_of_their_maker(
    tmp_path: Path, pool: DecoderPool
) -> None:
    inverted = encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    at = inverted.index(b"Adobe")
    unmarked = inverted[: at - 4] + inverted[at + 12 :]
    for data in (inverted, unmarked):
        red, green, blue = seen(pool, tmp_path, data)[8, 8].tolist()
        assert red > 200
        assert max(green, blue) < 90


@pytest.mark.parametrize("orientation", range(2, 9))
def test_c14_a_picture_is_turned_as_the_camera_was_held(tmp_path: Path, pool: DecoderPool, orientation: int) -> None:
    turns = {2: (0,), 3: (3,), 4: (1,), 5: (5,), 6: (2,), 7: (6,), 8: (4,)}[orientation]
    upright = noise(orientation, (16, 16))
    stored = upright
    for turn in turns:
        stored = stored.transpose(Image.Transpose(turn))
    data = encoded(stored, exif=exif(orientation))
    assert np.array_equal(seen(pool, tmp_path, data), np.asarray(upright))


def test_c16_what_is_shown_holds_no_place(together: Dataset, pool: DecoderPool) -> None:
    (record,) = [record for record in together.index.records if record.path == "cats/c16.jpg"]
    with Image.open(together.thumbnail(record, pool)) as shown:
        assert not shown.getexif()
        assert "exif" not in shown.info
    with Image.open(io.BytesIO(BY_NAME["c16.jpg"].data)) as brought:
        assert brought.getexif().get_ifd(0x8825)


def test_c17_c18_sixteen_bits_are_scaled_and_not_cut_off(tmp_path: Path, pool: DecoderPool) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    expected = np.rint(ramp / 257)
    for data in (encoded(Image.fromarray(ramp)), encoded(Image.fromarray(ramp), "TIFF")):
        assert np.array_equal(seen(pool, tmp_path, data)[:, :, 0], expected)
    colours = np.stack([ramp, ramp.T, ramp[::-1]], 2)
    assert np.abs(seen(pool, tmp_path, png_of(colours, 16, 2)) - colours / 257).max() <= 1


def test_c20_c21_c22_what_is_hidden_or_transparent_becomes_white(tmp_path: Path, pool: DecoderPool) -> None:
    one_bit = seen(pool, tmp_path, encoded(noise(1, (16, 16)).convert("1")))
    assert set(np.unique(one_bit)) == {0, 255}
    palette = Image.new("P", (16, 16), 0)
    palette.putpalette([200, 0, 0, 0, 0, 200])
    for data in (encoded(palette, transparency=b"\0\xff"), encoded(Image.new("RGBA", (16, 16), (255, 0, 0, 0)))):
        assert (seen(pool, tmp_path, data) == 255).all()


def test_c24_a_class_that_alone_is_grey_is_warned_about(tmp_path: Path, bring: Bring) -> None:
    files = {f"a/{at}.png": encoded(noise(at)) for at in range(8)}
    files |= {f"b/{at}.png": encoded(noise(50 + at).convert("L")) for at in range(8)}
    dataset = bring(write_files(tmp_path / "c", files))
    assert accounted(dataset, 16) == {}
    assert "Nearly all pictures of 'b' are grey, and hardly any others" in said(dataset, "shortcut")


def test_c25_c26_of_an_animation_the_first_frame_is_seen(tmp_path: Path, pool: DecoderPool) -> None:
    first = Image.new("RGB", (16, 16), "red")
    data = encoded(first, "GIF", save_all=True, append_images=[Image.new("RGB", (16, 16), "blue")])
    assert seen(pool, tmp_path, data)[8, 8].tolist() == [255, 0, 0]


def test_c33_a_speck_is_accepted_where_the_limit_allows_it(tmp_path: Path, bring: Bring) -> None:
    with DecoderPool(children=1, limits=Limits(shortest_side=1)) as lenient:
        files = write_files(tmp_path / "c", {**pets(), "cats/1x1.png": BY_NAME["c33.png"].data})
        import_into(files, tmp_path / "dataset", pool=lenient)
    dataset = open_dataset(tmp_path / "dataset")
    assert accounted(dataset, 7) == {}
    assert "1 picture below 32 pixels: a network sees little there." in said(dataset, "tiny")


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("colour", "depth"), DEPTHS)
def test_c38_every_depth_filter_and_interlacing_of_png_gives_the_same_pixels(
    tmp_path: Path, pool: DecoderPool, colour: int, depth: int, interlaced: bool
) -> None:
    rng = np.random.default_rng(depth + 100 * colour)
    samples = rng.integers(0, 1 << depth, (16, 16, CHANNELS[colour]), dtype=np.uint16)
    palette = rng.integers(0, 256, (1 << depth, 3), dtype=np.uint8) if colour == 3 else np.zeros((0, 3), np.uint8)
    expected = reference(samples, depth, colour, palette)
    for filter_type in range(5):
        data = png_of(samples, depth, colour, filter_type=filter_type, interlaced=interlaced, palette=palette.tobytes())
        difference = np.abs(seen(pool, tmp_path, data).astype(float) - expected)
        assert difference.max() <= 2, filter_type


def reference(samples: NDArray[np.uint16], depth: int, colour: int, palette: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The colours by the standard's own arithmetic, on white."""
    if colour == 3:
        return palette[samples[:, :, 0]].astype(np.float64)
    values = samples * (255 / ((1 << depth) - 1))
    shades = values[:, :, :3] if colour in (2, 6) else np.repeat(values[:, :, :1], 3, axis=2)
    alpha = values[:, :, -1:] / 255 if colour in (4, 6) else 1.0
    return np.asarray(shades * alpha + 255 * (1 - alpha))


def test_c41_hundreds_of_spoiled_files_end_in_a_picture_or_a_reason(tmp_path: Path, bring: Bring) -> None:
    seeds = {kind: encoded(noise(at, (48, 40)), kind) for at, kind in enumerate(KINDS)}
    seeds |= {"PROGRESSIVE": encoded(noise(8, (48, 40)), "JPEG", progressive=True)}
    seeds |= {
        "PALETTE": encoded(noise(9, (48, 40)).quantize(16)),
        "LZW": encoded(noise(10), "TIFF", compression="tiff_lzw"),
    }
    files = {f"x/{kind} {at}.png": spoiled(data, at * 31 + 7) for at in range(40) for kind, data in seeds.items()}
    reasons = accounted(bring(write_files(tmp_path / "c", {**pets(), **files})), 6 + len(files))
    assert 50 < len(reasons) < len(files)
    assert all(re.fullmatch(r"(It|Its|Reading) .*\.", reason) for reason in reasons.values())
    assert not any("Traceback" in reason or "crashed" in reason for reason in reasons.values())


def test_c42_a_wide_colour_profile_becomes_srgb(tmp_path: Path, pool: DecoderPool) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"qXYZ").replace(b"gXYZ", b"rXYZ").replace(b"qXYZ", b"gXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "wide".encode("utf-16-be"))
    red, green, _ = seen(pool, tmp_path, encoded(Image.new("RGB", (16, 16), (0, 255, 0)), icc_profile=swapped))[8, 8]
    assert red > 200
    assert green < 60
