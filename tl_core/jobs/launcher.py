"""Starts the workers of jobs, and who keeps the queue. Knows processes and files, no training."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tl_core.errors import RunError
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.rundir import JobDir
from tl_core.jobs.stopping import force_stop as force_stop  # whoever starts finds here how to stop, too
from tl_core.jobs.stopping import request_stop as request_stop
from tl_core.jobs.tickets import QueueFiles, ticketed
from tl_core.jobs.workspace import Workspace
from tl_core.platform import is_locked
from tl_core.processes import ChildProcess, spawn_detached

PROGRAM_ROOT = Path(__file__).resolve().parents[2]
WORKER_NICENESS = 5  # the assistant has 2: Try answers while a training runs
LOG_TAIL_BYTES = 8 * 1024
# What a worker gets of our environment, and nothing else: where things are, the person's language, proxies, devices.
PASSED_NAMES = frozenset((
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "USERNAME", "APPDATA", "LOCALAPPDATA",
    "PROGRAMDATA", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE", "TORCH_HOME",
))  # fmt: skip
PASSED_PREFIXES = ("LC_", "XDG_", "HF_", "CUDA_", "NVIDIA_", "PYTORCH_", "OMP_", "MKL_", "KMP_", "THAW_")


def launch(folder: Path, *, environment: Mapping[str, str] | None = None) -> ChildProcess:
    """Start the worker of the run or import in `folder`: it outlives us, and writes its output to worker.log.

    Raises RunError when one works there already.
    """
    job = JobDir(folder.resolve())
    _must_be_free(job)
    job.identity.unlink(missing_ok=True)
    return _start(job, environment)


def _start(job: JobDir, environment: Mapping[str, str] | None = None) -> ChildProcess:
    process = start_python("tl_core.jobs.worker", str(job.path), log=job.log, environment=environment)
    identity = ProcessIdentity.of(process.pid)
    if identity is not None:
        identity.write(job.launched)
    return process


def launch_run(folder: Path, reserve: Callable[[Path], ProcessIdentity | None]) -> None:
    """Start the run in `folder`: by the worker in reserve, where `reserve` has one that takes it, else by a new one.

    Raises RunError when one works there already.
    """
    job = JobDir(folder.resolve())
    _must_be_free(job)
    job.identity.unlink(missing_ok=True)
    taken_by = reserve(job.path)
    if taken_by is not None:
        taken_by.write(job.launched)
    elif not is_locked(job.lock):  # else somebody took it whose answer came too late
        _start(job)


def start_python(
    module: str, *words: str, log: Path, environment: Mapping[str, str] | None = None, listens: bool = False
) -> ChildProcess:
    """`python -m MODULE WORDS` as a process of its own, with an explicit environment. See spawn_detached."""
    return spawn_detached(
        [sys.executable, "-m", module, *words],
        cwd=PROGRAM_ROOT,
        environment=worker_environment(os.environ if environment is None else environment),
        log=log,
        listens=listens,
    )


def worker_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """What is passed on of `ours`, with what makes a log readable: UTF-8, no buffering, a stack at a crash."""
    passed = {name: value for name, value in ours.items() if _is_passed(name.upper())}
    return {**passed, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}


def _is_passed(name: str) -> bool:
    return name in PASSED_NAMES or name.startswith(PASSED_PREFIXES)


def keep_queue(workspace: Workspace) -> None:
    """Where somebody waits for a turn and nobody keeps the queue, start who does: it lives on without us."""
    files = QueueFiles(workspace.queue)
    if next(ticketed(workspace), None) is not None and not is_locked(files.keeper):
        files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        start_python("tl_core.jobs.queue_keeper", str(workspace.root.absolute()), log=files.log)


def log_tail(folder: Path, lines: int = 20) -> str:
    """The last lines that the worker wrote, or "" where it wrote nothing."""
    try:
        with open(JobDir(folder).log, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - LOG_TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _must_be_free(job: JobDir) -> None:
    if is_locked(job.lock):
        raise RunError(f"The job in '{job.path}' is under way already.")
