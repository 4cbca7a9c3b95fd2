"""How long it takes to find out what every stage of a network knows about a person's pictures, and what it says.

`python -m benchmarks.probe DATA [BACKBONE]`: an empty cache first, then a full one, then the time of asking what is in
memory already. Measurements only; the goal is 15 s for 1,000 pictures and EfficientNet-Lite0 on two cores.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tl_core.config import RunConfig
from tl_core.data.dataset import import_source
from tl_core.data.decoder import DecoderPool
from tl_core.training.device import device_facts, use_threads
from tl_core.training.probe import probe
from tl_core.training.probe_values import Probe
from tl_core.training.surroundings import staged
from tl_core.training.workplace import Workplace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("backbone", nargs="?", default="tf_efficientnet_lite0")
    arguments = parser.parse_args()
    device = device_facts()
    use_threads(device.threads)
    with tempfile.TemporaryDirectory() as folder, DecoderPool() as decoder:
        dataset = import_source(arguments.data, Path(folder) / "dataset")
        network = staged(RunConfig(backbone=arguments.backbone), len(dataset.index.classes), device)
        place = Workplace(Path(folder) / "cache", decoder, device, lambda: False, time.monotonic)
        for what in ("an empty cache", "a full cache"):
            phases: dict[str, float] = {}
            found = Probe(arguments.backbone, "waiting")
            begun = before = time.perf_counter()
            for found in probe(dataset, network, place):
                now = time.perf_counter()
                phases[found.phase] = phases.get(found.phase, 0.0) + now - before
                before = now
            told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in phases.items())
            print(f"{what}: {found.images:,} pictures in {before - begun:.1f} s ({told})")
    for stage in found.stages:
        print(f"  readable from {stage.name:12} {stage.accuracy:6.1%}  ({stage.low:.1%} to {stage.high:.1%})")
    print(f"  always '{found.baseline_class}': {found.baseline or 0.0:.1%}")


if __name__ == "__main__":
    main()
