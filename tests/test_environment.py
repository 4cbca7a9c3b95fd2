"""The way from a bare Python to a running program, with a package made here in place of the real ones."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
posix_only = pytest.mark.skipif(os.name == "nt", reason="start.command is for macOS and Linux")


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python with nothing installed, not even pip."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


@pytest.fixture
def environment(tmp_path: Path) -> ModuleType:
    """scripts/environment.py of a copy of the program, so that `.venv` is made in a temporary folder."""
    copy = tmp_path / "program" / "scripts" / "environment.py"
    copy.parent.mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "environment.py", copy)
    spec = importlib.util.spec_from_file_location("environment_copy", copy)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_wheel(folder: Path) -> Path:
    wheel = folder / "thawtiny-1.0-py3-none-any.whl"
    info = "thawtiny-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("thawtiny.py", "ANSWER = 42\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: thawtiny\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", f"thawtiny.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return wheel


def quiet(_text: str) -> None:
    """Takes what would be said."""


def test_no_install_on_a_bare_python_names_what_is_missing_and_exits_2(bare_python: str) -> None:
    done = subprocess.run(
        [bare_python, str(ROOT / "app.py"), "--no-install"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "gradio, torch, torchvision, timm" in done.stderr
    assert "pip install -r requirements.txt" in done.stderr


def test_a_port_that_is_no_port_is_refused_before_anything_is_installed(bare_python: str) -> None:
    command = [bare_python, str(ROOT / "app.py"), "--port", "99999"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "'99999' is no port; it goes from 1 to 65535" in done.stderr


def test_an_environment_is_made_once_and_stamped_last(environment: ModuleType, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{make_wheel(tmp_path)}\n")
    said: list[str] = []
    environment.make_ready([requirements], said.append)
    assert environment.is_ready([requirements])
    answer = subprocess.run(
        [str(environment.venv_python()), "-c", "import thawtiny; print(thawtiny.ANSWER)"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert answer.strip() == "42"
    assert any("This happens once" in line for line in said)
    said.clear()
    environment.make_ready([requirements], said.append)
    assert said == []
    requirements.write_text(requirements.read_text() + "# one more\n")
    assert not environment.is_ready([requirements])


def test_an_installation_that_fails_leaves_no_stamp_and_shows_the_end_of_its_log(
    environment: ModuleType, tmp_path: Path
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{tmp_path / 'nowhere-1.0-py3-none-any.whl'}\n")
    with pytest.raises(environment.SetupError, match=r"(?s)Installing did not work.*nowhere-1\.0.*start again"):
        environment.make_ready([requirements], quiet)
    assert not environment.STAMP.exists()


def test_without_ensurepip_the_package_to_install_is_named(
    environment: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", without("ensurepip"))
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("")
    with pytest.raises(environment.SetupError, match=r"sudo apt install python3\.\d+-venv"):
        environment.make_ready([requirements], quiet)
    assert not environment.VENV.exists()


def test_too_little_disk_is_said_before_anything_is_made(
    environment: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1_500_000_000))
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("")
    with pytest.raises(environment.SetupError, match=r"has 1\.5 GB free; the packages may need up to 7 GB"):
        environment.make_ready([requirements], quiet)
    assert not environment.VENV.exists()


def test_both_torch_pins_become_cpu_builds_of_the_same_version(environment: ModuleType) -> None:
    pins = environment._torch_pins([ROOT / "requirements.txt"])
    assert [pin.split("==")[0] for pin in pins] == ["torch", "torchvision"]
    assert all(pin.endswith("+cpu") for pin in pins)


def test_every_requirement_says_its_reason() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if line.strip() and not line.startswith(("#", "-r ")):
                assert "#" in line, f"{name}: {line}"


@posix_only
def test_start_command_ends_with_the_programs_status() -> None:
    done = subprocess.run(
        ["bash", str(ROOT / "start.command"), "--port", "0"], capture_output=True, text=True, input="\n", check=False
    )
    assert done.returncode == 2
    assert "Thaw ended with status 2" in done.stdout


def without(missing: str) -> Callable[[str], object]:
    real = importlib.util.find_spec

    def find(name: str) -> object:
        return None if name == missing else real(name)

    return find
