"""`python -m tl_core sample digits|garden OUT_DIR`: writes a small set of pictures to try. Trains nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

from tl_core.data.names import shown
from tl_core.data.samples import SAMPLES, write_sample


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", choices=tuple(SAMPLES), help=" or ".join(SAMPLES))
    parser.add_argument("out_dir", metavar="OUT_DIR", type=Path, help="a new or an empty folder")


def run(arguments: argparse.Namespace) -> int:
    for fact in write_sample(arguments.name, arguments.out_dir):
        print(fact)
    print(f"Next: python -m tl_core train {shown(str(arguments.out_dir))}")
    return 0
