"""README's part about speed, from the files in benchmarks/results: each goal with its figure, and the peers.

Knows the form of those files, and Markdown; measures nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.comparison import BETTER, INSTANT, compared, in_time, percent
from benchmarks.recording import RESULTS, goals_in, read

ONE_CORE = "_one_core"  # the end of a file's name for what was measured so


def results_part(folder: Path = RESULTS) -> str:
    files = {path.stem: read(path) for path in sorted(folder.glob("*.json"))}
    lines = ["| What | Goal | Measured | | With |", "|---|---|---|---|---|"]
    for name, found in files.items():
        for goal in goals_in(found):
            met = "met" if goal.is_met else "**not met**"
            command = f"`benchmarks.{name.replace(ONE_CORE, ' --one-core')}`"
            cells = (goal.what, goal.goal, goal.measured, met, command)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    machines = [f"`{name}`: {machine_words(found['machine'])}" for name, found in files.items() if "machine" in found]
    if machines:
        lines += [
            "",
            "<details><summary>The machines</summary>",
            "",
            *(f"- {one}" for one in machines),
            "",
            "</details>",
        ]
    if "rows" in files.get("data", {}):
        lines += ["", bringing_line(files["data"])]
    for name, found in files.items():
        if name.startswith("peers") and found.get("rows"):
            lines += ["", *peers_lines(found)]
    return "\n".join(lines)


def machine_words(machine: Mapping[str, Any]) -> str:
    """A load far above the cores says that others were at work: then the ratios count, not the seconds."""
    gigaflops = f"{machine['gigaflops_fp32']:.0f} and {machine['gigaflops_bf16']:.0f} GFLOP/s in fp32 and bf16"
    return f"{machine['processor']}, {machine['cores']} cores, {gigaflops}, load {machine['load']:.1f}"


def bringing_line(found: Mapping[str, Any]) -> str:
    small, large, rows = found["small, 350 px"], found["large, 12 megapixels"], found["rows"]
    peaks = {name: f"{rows[name + '_peak_megabytes']:,.0f} MB" for name in ("build", "use", "near")}
    return (
        f"Bringing pictures of 350 pixels in: the first pass takes {small['index_images_per_second']:,.0f} a second, "
        f"{small['share_of_raw']:.0%} of the rate of reading and hashing the same bytes and nothing else "
        f"(12 megapixels: {large['share_of_raw']:.0%}), the second {small['look_images_per_second']:,.0f} a second. "
        f"An index of {rows['rows']:,} pictures was built in {peaks['build']} of memory, then opened, counted, "
        f"searched and split in {peaks['use']}; looking for near-duplicates among them took {peaks['near']} and "
        f"{rows['near_seconds']:,.0f} s (`benchmarks.data`)."
    )


def peers_lines(found: Mapping[str, Any]) -> list[str]:
    settings = found["settings"]
    rows = compared(found["rows"])
    one = "; one core each, the others by their processor's time, Thaw by the wall"
    cores = one if settings.get("cores") == 1 else ""
    lines = [
        f"The same job: {settings['data']}, {settings['train']:,} pictures to learn from, {settings['test']:,} to test "
        f"with, {settings['backbone']} at {settings['image_size']} pixels, "
        f"seeds: {max(len(row.seconds) for row in rows)}{cores}.",
        "",
        f"| | right on the test | to the end | as right as {INSTANT} | as right as {BETTER} |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        cells = (
            row.contender, percent(row.accuracies), in_time(row.seconds, None), in_time(row.to_instant, row.times),
            in_time(row.to_better, row.times_better),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    for name, why in found.get("skipped", {}).items():
        lines.append(f"| {name} | skipped: {why.partition(' in ')[0]} | | | |")
    return lines
