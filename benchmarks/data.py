"""Bringing pictures in: speed against the raw rate of reading and hashing the same bytes, and memory by rows.

`python -m benchmarks.data [--small N] [--large N] [--rows N]` prints a table and writes benchmarks/results/data.json.
Both rates use as many processes as there are cores, in turn and several times, so that a busy machine slows both.
Looking at pictures, and the whole import, also keep what a network will see of each, as they do for people.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from benchmarks.bringing import brought_in
from benchmarks.limits import as_record, limits
from benchmarks.recording import RESULTS, record
from tl_core.backbones.usual import usual_preprocessing
from tl_core.config import RunConfig
from tl_core.data.dataset import find_unchanged
from tl_core.data.decoder import DecoderPool, ToRead
from tl_core.data.importing import import_into
from tl_core.data.reading import ImportStopped
from tl_core.jobs.workspace import Workspace

ROUNDS = 5
SIZES = {"small": (350, 263), "large": (4000, 3000)}  # pixels; the large one is a phone's 12 megapixels
MOTIFS = {"small": 40, "large": 4}  # different pictures; the others are these with other bytes behind the pixels


def photo(seed: int, size: tuple[int, int]) -> bytes:
    """A JPEG that packs like a photograph: soft shapes, fine grain."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (9, 12, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    grain = random.normal(0, 14, (size[1], size[0], 1)).astype(np.float32)
    pixels = np.clip(np.asarray(coarse, dtype=np.float32) + grain, 0, 255).astype(np.uint8)
    exif = Image.Exif()
    if size == SIZES["large"]:  # small pictures are mostly from the web, where it was taken out
        exif[0x010F], exif[0x0110] = "Maker", f"Model {seed % 3}"
        exif.get_ifd(0x8769)[0x9003] = f"2026:0{1 + seed % 9}:11 10:20:30"
    out = io.BytesIO()
    Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(0.6)).save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()


def write_photos(root: Path, kind: str, count: int) -> list[Path]:
    motifs = [photo(seed, SIZES[kind]) for seed in range(min(MOTIFS[kind], count))]
    paths = []
    for number in range(count):
        path = root / kind / f"kind {number % 10}" / f"{number:06d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        comment = b"\xff\xfe\x00\x0a%08d" % number  # a JPEG comment: every file has a hash of its own
        data = motifs[number % len(motifs)]
        path.write_bytes(data[:2] + comment + data[2:])
        paths.append(path)
    return paths


def read_and_hash(paths: Sequence[str]) -> int:
    total = 0
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        hashlib.sha256(data).digest()
        total += len(data)
    return total


def raw_seconds(processes: Any, paths: list[Path]) -> float:
    """Of reading and hashing every file once, by a process for each core that is warm already."""
    pieces = [[str(path) for path in paths[first::64]] for first in range(64)]
    started = time.perf_counter()
    sum(processes.imap_unordered(read_and_hash, pieces))
    return time.perf_counter() - started


def index_seconds(pool: DecoderPool, source: Path, spare: Path) -> float:
    """Of the first pass of a real import, which is stopped when the second one begins."""
    phases: dict[str, float] = {}

    def note(phase: str, _done: int, _total: int) -> None:
        phases.setdefault(phase, time.perf_counter())
        if phase == "looking":  # nothing was sent to the children yet
            raise ImportStopped("The first pass is all that is measured.")

    with contextlib.suppress(ImportStopped):
        import_into(source, spare, pool=pool, on_progress=note)
    return phases["looking"] - phases["reading"]


def measure_speed(root: Path, kind: str, count: int) -> dict[str, Any]:
    paths = write_photos(root, kind, count)
    sizes = [path.stat().st_size for path in paths]
    files = [ToRead(str(path), str(path.relative_to(root)), size) for path, size in zip(paths, sizes, strict=True)]
    raw, index, look = [], [], []
    with multiprocessing.get_context("spawn").Pool() as processes, DecoderPool() as pool:
        raw_seconds(processes, paths), index_seconds(pool, root / kind, root / "spare")  # warm: files, processes
        for _ in range(ROUNDS):
            raw.append(raw_seconds(processes, paths))
            index.append(index_seconds(pool, root / kind, root / "spare"))
        some = files[: max(8, count // 10)]
        for _ in range(2):
            started = time.perf_counter()
            list(pool.look(some, preprocessing=usual_preprocessing(RunConfig())))
            look.append((time.perf_counter() - started) / len(some))
    return {
        "pictures": count,
        "bytes": sum(sizes),
        "raw_images_per_second": round(count / statistics.median(raw), 1),
        "index_images_per_second": round(count / statistics.median(index), 1),
        "share_of_raw": round(statistics.median(one / other for one, other in zip(raw, index, strict=True)), 3),
        "look_images_per_second": round(1 / min(look), 1),
    }


def measure_import(root: Path) -> dict[str, Any]:
    """The whole import of the small pictures, and finding again that nothing changed."""
    workspace = Workspace(root / "workspace")
    started = time.perf_counter()
    dataset = brought_in(root / "small", workspace)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    known = find_unchanged(workspace.person().datasets, root / "small")
    again = time.perf_counter() - started
    assert known is not None
    return {
        "pictures": dataset.report.images,
        "seconds": round(seconds, 2),
        "unchanged_seconds": round(again, 3),
        "index_bytes": (dataset.folder / "index.columns").stat().st_size,
        "thumbnail_bytes": sum(path.stat().st_size for path in (dataset.folder / "thumbnails").rglob("*.jpg")),
    }


def measure_rows(root: Path, count: int) -> dict[str, Any]:
    """Peak memory of building, and of opening and using, an index of so many rows; each in a process of its own."""
    found: dict[str, Any] = {"rows": count}
    for step in ("build", "use", "near"):
        command = [sys.executable, "-m", "benchmarks.data_rows", step, str(root / "rows"), str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
        found |= {f"{step}_{name}": value for name, value in json.loads(done.stdout).items()}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, count in (("small", 4000), ("large", 60), ("rows", 1_000_000)):
        parser.add_argument(f"--{name}", type=int, default=count, metavar="N")
    parser.add_argument("--out", type=Path, default=RESULTS / "data.json")
    arguments = parser.parse_args()
    machine = limits()
    print(machine.words())
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="thaw-benchmark-") as folder:
        root = Path(folder)
        results["small, 350 px"] = measure_speed(root, "small", arguments.small)
        results["large, 12 megapixels"] = measure_speed(root, "large", arguments.large)
        results["import of the small"] = measure_import(root)
        results["rows"] = measure_rows(root, arguments.rows)
    record(arguments.out, as_record(machine), results, [])
    for name, values in results.items():
        print(name)
        for key, value in values.items():
            print(f"  {key:26} {value:>15,}" if isinstance(value, int | float) else f"  {key:26} {value:>15}")


if __name__ == "__main__":
    main()
