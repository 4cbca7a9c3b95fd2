"""README's part about speed against files of results made by hand, and against those that are there."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

from benchmarks.comparison import INSTANT
from benchmarks.peers_chart import CHART, SOURCE, drawing, lines_of, what_of
from benchmarks.recording import Goal, goals_in, read, record, table
from benchmarks.results_table import results_part
from scripts.readme import README

MACHINE = {"processor": "Abacus", "cores": 2, "gigaflops_fp32": 3.4, "gigaflops_bf16": 7.0, "load": 0.25}
SETTINGS = {"data": "Buttons", "train": 2000, "test": 10, "backbone": "tiny", "image_size": 28}


def point(seconds: float, accuracy: float) -> dict[str, float]:
    return {"seconds": seconds, "accuracy": accuracy}


def rows() -> list[dict[str, Any]]:
    return [
        {"contender": INSTANT, "seed": 0, "points": [point(2.0, 0.8)]},
        {"contender": INSTANT, "seed": 1, "points": [point(4.0, 0.7)]},
        {"contender": "loop", "seed": 0, "points": [point(10.0, 0.6), point(20.0, 0.9)]},
        {"contender": "loop", "seed": 1, "points": [point(12.0, 0.4), point(22.0, 0.5)]},
    ]


def test_every_goal_of_every_file_has_a_line(tmp_path: Path) -> None:
    record(tmp_path / "abacus.json", MACHINE, {"any": 1}, [Goal("beads | a second", "at least 3", "4", True)])
    record(tmp_path / "buttons.json", MACHINE, {}, [Goal("buttons", "none", "2", False)])
    part = results_part(tmp_path)
    assert "| beads \\| a second | at least 3 | 4 | met | `benchmarks.abacus` |" in part
    assert "| buttons | none | 2 | **not met** | `benchmarks.buttons` |" in part
    assert "- `abacus`: Abacus, 2 cores, 3 and 7 GFLOP/s in fp32 and bf16, load 0.2\n" in part


def test_peers_stand_beside_thaw_and_who_was_skipped_is_said(tmp_path: Path) -> None:
    found = {"settings": SETTINGS, "rows": rows(), "skipped": {"fastai": "fastai not installed in '/x/python'"}}
    record(tmp_path / "peers.json", MACHINE, found, [])
    part = results_part(tmp_path)
    assert "Buttons, 2,000 pictures to learn from, 10 to test with, tiny at 28 pixels, seeds: 2." in part
    assert "| loop | 70.0 % (50.0 to 90.0) | 21.0 s | 20.0 s, 1 of 2 seeds | - |" in part
    assert "| fastai | skipped: fastai not installed | | | |" in part


def test_bringing_pictures_in_is_told_in_the_figures_of_its_file(tmp_path: Path) -> None:
    small = {"index_images_per_second": 36438.7, "share_of_raw": 0.748, "look_images_per_second": 462.3}
    peaks = {"build_peak_megabytes": 437.0, "use_peak_megabytes": 331.0, "near_peak_megabytes": 456.2}
    rows = {"rows": 1_000_000, **peaks, "near_seconds": 4.92}
    found = {"small, 350 px": small, "large, 12 megapixels": {"share_of_raw": 1.08}, "rows": rows}
    record(tmp_path / "data.json", MACHINE, found, [])
    part = results_part(tmp_path)
    assert "the first pass takes 36,439 a second, 75% of the rate" in part
    assert "the second 462 a second. An index of 1,000,000 pictures was built in 437 MB" in part
    assert "took 456 MB and 5 s (`benchmarks.data`)" in part
    assert "`data`: Abacus, 2 cores" in part


def test_recorded_goals_are_read_as_they_were(tmp_path: Path) -> None:
    goals = [Goal("what", "goal", "measured", False)]
    record(tmp_path / "new" / "file.json", MACHINE, {"rows": [1]}, goals)
    found = read(tmp_path / "new" / "file.json")
    assert (goals_in(found), found["rows"], found["machine"]) == (goals, [1], MACHINE)
    assert read(tmp_path / "none.json") == {}


def test_a_table_has_columns() -> None:
    assert table(("", "ms"), [("long name", "1"), ("b", "22")]) == "           ms\nlong name   1\nb          22"


def test_a_line_is_the_mean_of_its_seeds_point_by_point() -> None:
    instant, loop = lines_of(rows())
    assert instant.points == ((3.0, 0.75),)
    assert loop.points == ((11.0, 0.5), (21.0, 0.7))
    assert instant.colour != loop.colour


def test_the_chart_is_a_picture_with_every_contender_inside_it() -> None:
    root = ElementTree.fromstring(drawing(rows(), what_of(SETTINGS)))
    space = "{http://www.w3.org/2000/svg}"
    words = [element.text for element in root.iter(f"{space}text")]
    assert {INSTANT, "loop", "How right, after how long: Buttons, 2,000 pictures of 28 px"} <= set(words)
    circles = list(root.iter(f"{space}circle"))
    assert len(circles) == 3
    assert all(64 <= float(circle.attrib["cx"]) <= 560 for circle in circles)
    assert all(56 <= float(circle.attrib["cy"]) <= 380 for circle in circles)


def test_the_readme_shows_what_was_recorded() -> None:
    assert results_part() in README.read_text(encoding="utf-8"), "run: python -m scripts.readme"


def test_the_chart_shows_what_was_recorded() -> None:
    found = read(SOURCE)
    expected = drawing(found["rows"], what_of(found["settings"]))
    assert CHART.read_text(encoding="utf-8") == expected, "run: python -m benchmarks.peers_chart"
