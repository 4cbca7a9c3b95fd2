"""A real assistant in a process of its own: killed, frozen, crowded, left alone."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.jobs.jobs_for_tests import assistant_has_ended, wait_until
from tl_core.errors import RunError
from tl_core.jobs.assistant_address import Address, AssistantFiles
from tl_core.jobs.assistant_client import AssistantClient
from tl_core.jobs.launcher import PROGRAM_ROOT
from tl_core.jobs.workspace import Workspace

PING = """
import sys
from pathlib import Path
from tl_core.jobs.assistant_client import AssistantClient
from tl_core.jobs.workspace import Workspace
print(AssistantClient(Workspace(Path(sys.argv[1]))).call("ping"))
"""


def address_in(workspace: Workspace) -> Address | None:
    return Address.read(AssistantFiles(workspace.assistant).address)


def process_of(workspace: Workspace) -> psutil.Process:
    address = address_in(workspace)
    assert address is not None
    return psutil.Process(address.identity.pid)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """For an assistant that a test treats badly; it loads no torch unless it is asked to."""
    made = Workspace(tmp_path / "workspace")
    yield made
    AssistantClient(made).end()
    wait_until(lambda: assistant_has_ended(made))


def test_several_programs_that_ask_at_once_start_one_assistant(workspace: Workspace) -> None:
    command = [sys.executable, "-c", PING, str(workspace.root)]
    programs = [subprocess.Popen(command, cwd=PROGRAM_ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [program.communicate()[0] for program in programs] == ["pong\n"] * 3
    assert AssistantFiles(workspace.assistant).log.read_text() == ""  # a second one would have said that it leaves
    assert process_of(workspace).nice() > psutil.Process().nice()


def test_many_threads_of_one_program_are_all_answered(workspace: Workspace) -> None:
    client = AssistantClient(workspace)
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(client.call("ping"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["pong"] * 8
    assert AssistantFiles(workspace.assistant).log.read_text() == ""


def test_a_killed_assistant_is_replaced_at_the_next_question(workspace: Workspace) -> None:
    client = AssistantClient(workspace)
    client.call("ping")
    first = process_of(workspace)
    first.kill()
    wait_until(lambda: assistant_has_ended(workspace))
    assert client.call("ping") == "pong"
    assert process_of(workspace).pid != first.pid


@pytest.mark.skipif(os.name == "nt", reason="stops a process by a POSIX signal")
def test_an_assistant_that_dies_while_it_is_asked_is_replaced_and_asked_again(workspace: Workspace) -> None:
    client = AssistantClient(workspace)
    client.call("ping")
    first = process_of(workspace)
    first.suspend()
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(client.call("ping")))
    asking.start()
    wait_until(lambda: any(link.status == "ESTABLISHED" for link in psutil.Process().net_connections("tcp4")))
    first.kill()
    asking.join()
    assert answers == ["pong"]
    assert process_of(workspace).pid != first.pid


@pytest.mark.skipif(os.name == "nt", reason="stops a process by a POSIX signal")
def test_an_assistant_that_hangs_is_ended_and_the_person_told(workspace: Workspace) -> None:
    client = AssistantClient(workspace, answer_seconds=0.2)
    AssistantClient(workspace).call("ping")
    process_of(workspace).suspend()
    with pytest.raises(RunError, match=r"gave no answer to 'ping' within 0\.2 s and was ended"):
        client.call("ping")
    assert assistant_has_ended(workspace)
    assert AssistantClient(workspace).call("ping") == "pong"


def test_every_question_while_one_assistant_ends_and_another_comes_is_answered(workspace: Workspace) -> None:
    client = AssistantClient(workspace)
    client.call("ping")
    first = process_of(workspace).pid
    client.end()

    def answered_by_another() -> bool:
        assert client.call("ping") == "pong"
        address = address_in(workspace)
        return address is not None and address.identity.pid != first

    wait_until(answered_by_another)


def test_an_assistant_of_an_older_program_is_replaced_by_one_of_this(workspace: Workspace) -> None:
    AssistantClient(workspace).call("ping")
    before = process_of(workspace)
    assert AssistantClient(workspace).call("ping") == "pong"
    assert process_of(workspace) == before
    assert AssistantClient(workspace, code="of an update").call("ping") == "pong"
    assert process_of(workspace) != before
    wait_until(lambda: not before.is_running())


def test_an_assistant_that_nobody_asks_ends_by_itself(workspace: Workspace) -> None:
    AssistantClient(workspace, idle_seconds=0.1).call("ping")
    wait_until(lambda: assistant_has_ended(workspace))
    assert address_in(workspace) is None


def test_an_assistant_whose_workspace_vanishes_ends(tmp_path: Path) -> None:
    gone = Workspace(tmp_path / "gone")
    AssistantClient(gone).call("ping")
    process = process_of(gone)
    shutil.rmtree(gone.root)
    wait_until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
    assert not gone.root.exists()


def test_the_token_is_its_owners_alone_and_nobody_is_answered_without_it(workspace: Workspace) -> None:
    AssistantClient(workspace).call("ping")
    address = address_in(workspace)
    assert address is not None
    if os.name != "nt":
        assert AssistantFiles(workspace.assistant).address.stat().st_mode & 0o777 == 0o600
    for line in (b'{"op": "ping"}\n', b'{"op": "end", "token": "' + b"0" * 64 + b'"}\n'):
        with socket.create_connection(("127.0.0.1", address.port)) as stranger, stranger.makefile("rwb") as stream:
            stream.write(line)
            stream.flush()
            assert json.loads(stream.readline()) == {"refused": "wrong token"}
    assert AssistantClient(workspace).call("ping") == "pong"
