"""Runs one of the program's own commands in a process of its own and waits for it. Knows no command.

For what is rare and takes seconds, and would leave torch or scikit-learn in the screen's memory for good.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tl_core.errors import DataError
from tl_core.jobs.launcher import PROGRAM_ROOT, worker_environment

BY_THE_PERSON = 2  # the exit status of what a person can put right; message and hint are on stderr then


def run_command(*words: str, seconds: float) -> None:
    """`python -m tl_core WORDS`. Raises DataError with the command's own words, RuntimeError for a fault in it."""
    done = subprocess.run(
        [sys.executable, "-m", "tl_core", *words],
        cwd=PROGRAM_ROOT,
        env=worker_environment(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
    )
    if done.returncode == BY_THE_PERSON:
        message, _, hint = done.stderr.strip().partition("\n")
        raise DataError(message, hint)
    if done.returncode != 0:
        raise RuntimeError(f"`tl_core {' '.join(words)}` ended with {done.returncode}: {done.stderr[-2000:]}")
