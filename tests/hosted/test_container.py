"""What can be said of the Dockerfile and its page without an engine: user, files, command, health, quotas."""

from __future__ import annotations

import dataclasses
import json
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from app import parse
from scripts.healthy import ASKED, is_healthy
from tl_ui.quotas import Quotas

ROOT = Path(__file__).resolve().parents[2]
LINES = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
PAGE = (ROOT / "docs/HOSTING.md").read_text(encoding="utf-8")


def said(word: str) -> list[str]:
    return [line.partition(" ")[2].strip() for line in LINES if line.startswith(f"{word} ")]


def test_it_runs_as_somebody_without_rights_after_all_is_installed() -> None:
    assert said("USER") == ["thaw"]
    words = [line.split(" ")[0] for line in LINES if line and not line.startswith(("#", " "))]
    assert max(at for at, word in enumerate(words) if word in ("RUN", "COPY")) < words.index("USER")


def test_what_it_copies_is_there_and_the_program_is_whole() -> None:
    copied = {line.split(" ")[0] for line in said("COPY")}
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    needed = {
        path.name for path in (ROOT / "tl_ui", ROOT / "tl_core", ROOT / "assets", ROOT / "scripts", ROOT / "app.py")
    }
    assert needed | {"requirements.txt"} == copied
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert not copied & set(ignored)


def test_its_command_is_one_that_the_program_understands() -> None:
    (command,) = said("CMD")
    words = json.loads(command)
    assert words[:2] == ["python", "app.py"]
    arguments = parse(words[2:])
    assert (arguments.hosted, arguments.host, arguments.no_install) == (True, "0.0.0.0", True)
    assert str(arguments.workspace).startswith("/data/")
    assert said("VOLUME") == ["/data"]
    assert said("EXPOSE") == [str(arguments.port)]
    (health,) = said("HEALTHCHECK")
    assert '["python", "-m", "scripts.healthy", "7860"]' in health


def test_everything_that_libraries_keep_lies_in_the_volume() -> None:
    kept = dict(word.split("=", 1) for line in said("ENV") for word in line.split())
    for name in ("HOME", "XDG_CACHE_HOME", "HF_HOME", "TORCH_HOME"):
        assert kept[name].startswith("/data/")


class Answering(BaseHTTPRequestHandler):
    statuses: ClassVar[dict[str, int]] = {}

    def do_GET(self) -> None:
        self.send_response(self.statuses.get(self.path, 404))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed in a test."""


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (401, True), (500, False), (404, False)])
def test_a_server_is_healthy_when_it_answers(server: HTTPServer, status: int, healthy: bool) -> None:
    Answering.statuses = {ASKED: status}
    assert is_healthy(server.server_port) is healthy


def test_where_nobody_listens_nobody_is_healthy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and listens to nobody
        assert not is_healthy(taken.getsockname()[1])


def test_the_page_lists_every_quota_with_its_number() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE, flags=re.MULTILINE))
    assert rows == {field.name: str(field.default) for field in dataclasses.fields(Quotas)}


def test_the_space_s_front_matter_names_the_version_that_is_installed() -> None:
    matter = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    values = dict(line.split(": ", 1) for line in matter.splitlines())
    assert f"gradio=={values['sdk_version']} " in (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert (ROOT / values["app_file"]).is_file()
    assert len(values["short_description"]) <= 60
