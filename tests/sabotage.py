"""Takes one safeguard away at a time and looks whether a test turns red: `python -m tests.sabotage [WORD ...]`.

Works in a copy of the tree. With words, only the safeguards whose sentence holds one of them. Exit status 1 where a
test stayed green, or where a safeguard is written otherwise by now: then its row here has to follow.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", "shots"
)


@dataclass(frozen=True, slots=True)
class Safeguard:
    """`kept` stands in `file` and becomes `taken`; `test` notices it."""

    sentence: str
    file: str
    kept: str
    taken: str
    test: str


SAFEGUARDS = (
    Safeguard(
        "a row that could not be written whole is taken back",
        "tl_core/jobs/journal.py",
        "            self._file.truncate(start)\n",
        "",
        "tests/faults/test_full_disk.py",
    ),
    Safeguard(
        "a reader stops at the last line end",
        "tl_core/jobs/journal.py",
        'whole = data.rfind(b"\\n") + 1\n',
        "whole = len(data)\n",
        "tests/jobs/test_journal.py",
    ),
    Safeguard(
        "a full disk is waited for",
        "tl_core/jobs/room.py",
        "if not is_full(error):",
        "if True:",
        "tests/faults/test_full_disk.py",
    ),
    Safeguard(
        "a worker that dies each time before it begins is not started for ever",
        "tl_core/jobs/queue.py",
        "if ticket.attempts >= ATTEMPTS:",
        "if False:",
        "tests/jobs/test_queue.py",
    ),
    Safeguard(
        "whoever had a turn lets the others go first",
        "tl_core/jobs/turns.py",
        "(counts[one.owner], one.last_turn, one.number))",
        "(counts[one.owner], one.number))",
        "tests/jobs/test_turns.py",
    ),
    Safeguard(
        "nobody is signalled who is not the worker",
        "tl_core/jobs/stopping.py",
        "if identity is None or not identity.is_alive():",
        "if identity is None:",
        "tests/jobs/test_worker.py",
    ),
    Safeguard(
        "what has left the worker's process group is ended, too",
        "tl_core/processes.py",
        "if number not in spared and os.getsid(number) == pid:",
        "if False:",
        "tests/faults/test_ends_by_force.py",
    ),
    Safeguard(
        "a thread beside the work gives no sign of life",
        "tl_core/jobs/heartbeat.py",
        "if threading.get_ident() != self._thread:",
        "if False:",
        "tests/jobs/test_heartbeat.py",
    ),
    Safeguard(
        "a run at work is not deleted",
        "tl_core/jobs/deleting.py",
        'if state_of(folder) in ("starting", "running"):',
        "if False:",
        "tests/jobs/test_deleting.py",
    ),
    Safeguard(
        "a run at work is not put into the queue",
        "tl_core/jobs/queue.py",
        'if is_locked(job.lock) or (state == "starting" and is_launched(job)):',
        "if False:",
        "tests/jobs/test_queue.py",
    ),
    Safeguard(
        "a process is told from a later one with its number",
        "tl_core/jobs/liveness.py",
        "return birth_of(self.pid) == self.started",
        "return birth_of(self.pid) is not None",
        "tests/jobs/test_liveness.py",
    ),
    Safeguard(
        "a run belongs to whoever asks for it",
        "tl_ui/routes_queue.py",
        "services.runs(owner_of(request))",
        'services.runs("a" * 26)',
        "tests/ui/test_routes_queue.py",
    ),
    Safeguard(
        "locks are tried at the start",
        "tl_core/jobs/workspace_check.py",
        "        other.release()\n        return False\n",
        "        other.release()\n        return True\n",
        "tests/faults/test_workspace_faults.py",
    ),
)


def main(words: list[str]) -> int:
    chosen = [one for one in SAFEGUARDS if not words or any(word in one.sentence for word in words)]
    with tempfile.TemporaryDirectory(prefix="thaw-sabotage-") as folder:
        copy = Path(folder) / "thaw"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT, symlinks=True)
        outcomes = [outcome(one, copy) for one in chosen]
    print(f"{outcomes.count('red')} of {len(outcomes)} were noticed.")
    return 0 if set(outcomes) <= {"red"} else 1


def outcome(safeguard: Safeguard, copy: Path) -> str:
    """`red` where a test failed without it, `green` where none did, `gone` where the code is another by now."""
    file = copy / safeguard.file
    whole = file.read_text(encoding="utf-8")
    started = time.monotonic()
    if safeguard.kept not in whole:
        told = "gone"
    else:
        file.write_text(whole.replace(safeguard.kept, safeguard.taken, 1), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-m",
            "not long",
            "-p",
            "no:cacheprovider",
            safeguard.test,
        ]
        status = subprocess.run(command, cwd=copy, env=dict(os.environ), capture_output=True, check=False).returncode
        file.write_text(whole, encoding="utf-8")
        told = {0: "green", 1: "red"}.get(status, "gone")
    print(f"{told:<6} {time.monotonic() - started:5.1f} s  {safeguard.sentence}", flush=True)
    return told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
