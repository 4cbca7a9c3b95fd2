"""A bundle's predict.py: every kind of picture comes out with the pixels that Thaw itself sees, in under 80 lines."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from tl_core.data import pictures
from tl_core.data.limits import LOCAL
from tl_core.export import alone
from tl_core.export.decision import Decision
from tl_core.export.onnx_file import SCRIPT

# Pillow warns about odd pictures; in Thaw's decoding child that is quiet.
pytestmark = pytest.mark.filterwarnings("ignore:Corrupt EXIF data", "ignore:Palette images with Transparency")
NOISE = np.random.default_rng(0)
RGB = Image.fromarray(NOISE.integers(0, 256, (30, 41, 3), dtype=np.uint8))
RGBA = Image.fromarray(NOISE.integers(0, 256, (30, 41, 4), dtype=np.uint8), "RGBA")
DEEP = Image.fromarray(NOISE.integers(0, 65536, (30, 41), dtype=np.uint16))


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(RGB, "JPEG", exif=exif.tobytes())


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def with_colour_key() -> bytes:
    return encoded(RGB.convert("P", palette=Image.Palette.ADAPTIVE), transparency=3)


def floats(top: float) -> bytes:
    values = NOISE.random((30, 41), dtype=np.float32) * np.float32(top)
    return encoded(Image.fromarray(values), "TIFF")


LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
KINDS = {
    **{f"turned {number}": turned(number) for number in range(1, 9)},
    "a broken EXIF block": encoded(RGB, "JPEG", exif=b"Exif\0\0" + b"II*\0" + struct.pack("<I", 9999)),
    "alpha": encoded(RGBA),
    "grey with alpha": encoded(RGBA.convert("LA")),
    "palette": encoded(RGB.convert("P")),
    "palette with a transparent colour": with_colour_key(),
    "16 bit": encoded(DEEP),
    "16 bit TIFF": encoded(DEEP, "TIFF"),
    "32 bit": encoded(Image.fromarray(NOISE.integers(-99, 70000, (30, 41), dtype=np.int32)), "TIFF"),
    "floats up to 1": floats(1.0),
    "floats up to 255": floats(200.0),
    "floats beyond": floats(4000.0),
    "CMYK": encoded(RGB.convert("CMYK"), "JPEG"),
    "one bit": encoded(RGB.convert("1")),
    "a profile of sRGB": encoded(RGB, icc_profile=LAB),
    "a broken profile": encoded(RGB, icc_profile=b"no profile"),
    "several frames": encoded(RGB.convert("P"), "GIF", save_all=True, append_images=[RGB.rotate(90).convert("P")]),
    "WebP": encoded(RGBA, "WEBP"),
    "AVIF": encoded(RGB, "AVIF"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_has_the_same_pixels_as_in_thaw(kind: str):
    with io.BytesIO(KINDS[kind]) as file:
        own = np.asarray(alone.upright_rgb(Image.open(file)))
    image = pictures.open_picture(KINDS[kind], LOCAL)
    pictures.load(image)
    wanted = np.asarray(pictures.upright_rgb(image))
    assert own.shape == wanted.shape
    assert np.array_equal(own, wanted)


class Fixed:
    """A runtime that gives one row whatever it is shown; keeps what it was shown."""

    def __init__(self, *row: float) -> None:
        self.row = np.array(row, dtype=np.float32)
        self.seen: list[np.ndarray] = []

    def run(self, _outputs: None, feed: dict[str, np.ndarray]) -> list[np.ndarray]:
        self.seen.append(feed["picture"])
        return [self.row]


@pytest.mark.parametrize("row", [(0.5, 0.3, 0.2), (0.2, 0.45, 0.35), (0.1, 0.1, 0.8)])
@pytest.mark.parametrize("rule", [Decision(), Decision(0.5), Decision(0.6, "b", 0.3), Decision(0.0, "b", 0.4)])
def test_it_decides_as_thaw_decides(tmp_path: Path, rule: Decision, row: tuple[float, ...]):
    RGB.save(tmp_path / "a.png")
    about = {"classes": ["a", "b", "c"], "smallest": 64, "rule": rule.to_dict()}
    said = alone.answer(str(tmp_path / "a.png"), Fixed(*row), about)
    answered, is_sure = rule.answers(np.array([row], dtype=np.float32), about["classes"])
    assert said["class"] == about["classes"][answered[0]]
    assert said.get("sure") == (bool(is_sure[0]) if rule.unsure_below else None)
    assert list(said["scores"].values()) == sorted(said["scores"].values(), reverse=True)


def test_a_large_jpeg_is_decoded_at_the_fraction_that_thaw_decodes(tmp_path: Path):
    big = RGB.resize((900, 700))
    big.save(tmp_path / "big.jpg")
    runtime = Fixed(1.0, 0.0)
    alone.answer(
        str(tmp_path / "big.jpg"), runtime, {"classes": ["a", "b"], "smallest": 64, "rule": {"unsure_below": 0}}
    )
    image = pictures.open_picture((tmp_path / "big.jpg").read_bytes(), LOCAL)
    pictures.load(image, smallest=64)
    assert image.size != big.size
    assert np.array_equal(runtime.seen[0], np.asarray(pictures.upright_rgb(image)))


def test_the_script_is_shorter_than_80_lines_and_imports_three_packages():
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 80
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported - {"io", "json", "math", "sys", "contextlib", "pathlib", "typing"} == {
        "numpy",
        "onnxruntime",
        "PIL",
    }


def test_every_file_gets_a_line_and_what_is_no_picture_its_reason(tmp_path: Path, monkeypatch, capsys):
    (tmp_path / "letter.txt").write_text("dear")
    (tmp_path / ".hidden").write_text("")
    RGB.save(tmp_path / "a.png")

    class Runtime(Fixed):
        def __init__(self, *_words: object, **_options: object) -> None:
            super().__init__(0.25, 0.75)

        def get_modelmeta(self):
            about = {"classes": ["no", "yes"], "smallest": 64, "rule": {"unsure_below": 0.0}}
            return type("Meta", (), {"custom_metadata_map": {"thaw": json.dumps(about)}})

    monkeypatch.setattr(alone.onnxruntime, "InferenceSession", Runtime)
    alone.main([str(tmp_path), str(tmp_path / "nowhere.png")])
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["path"], first["class"], first["probability"]) == (str(tmp_path / "a.png"), "yes", 0.75)
    assert (second["kind"], second["path"]) == ("skipped", str(tmp_path / "letter.txt"))
    assert (third["kind"], "No such file" in third["reason"]) == ("skipped", True)
