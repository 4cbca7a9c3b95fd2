"""A real assistant in a process of its own: asked, killed, frozen, crowded, left alone."""

from __future__ import annotations

import json
import math
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from tests.export.models import CLASSES, save_small_model, small_network
from tests.jobs.jobs_for_tests import wait_until
from tl_core.data.decoder import DecoderPool
from tl_core.data.index import ImageRecord
from tl_core.errors import ConfigError, DataError, RunError
from tl_core.evaluation.measuring import measure
from tl_core.evaluation.predictor import Prediction, Predictor
from tl_core.export.packing import zip_model
from tl_core.jobs.assistant_address import Address, AssistantFiles
from tl_core.jobs.assistant_client import AssistantClient
from tl_core.jobs.launcher import PROGRAM_ROOT
from tl_core.jobs.workspace import Workspace
from tl_core.platform import is_locked

BACKBONE = "test_resnet.r160_in1k"
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


def has_ended(workspace: Workspace) -> bool:
    return not is_locked(AssistantFiles(workspace.assistant).lock)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """For an assistant that a test treats badly; it loads no torch unless it is asked to."""
    made = Workspace(tmp_path / "workspace")
    yield made
    AssistantClient(made).end()
    wait_until(lambda: has_ended(made))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """With one assistant for all the tests that only ask."""
    made = Workspace(tmp_path_factory.mktemp("assistant"))
    yield made
    AssistantClient(made).end()
    wait_until(lambda: has_ended(made))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    save_small_model(folder / "model")
    return folder


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "noise.png"
    pixels = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def test_try_gives_the_same_answer_as_predict(shared: Workspace, model: Path, picture: Path) -> None:
    client = AssistantClient(shared)
    client.call("warm", model=model)
    scores = client.call("predict", model=model, picture=picture)["scores"]
    with DecoderPool(children=1) as pool:
        (expected,) = Predictor.open(model).predict([picture], pool)
    assert isinstance(expected, Prediction)
    assert list(scores) == list(expected.scores)  # the likeliest first
    assert scores == pytest.approx(expected.scores, abs=1e-6)


@pytest.mark.parametrize("part", [None, (0.2, 0.0, 0.9, 0.65)])
def test_try_predict_evaluate_and_the_bundle_agree(
    shared: Workspace, picture: Path, tmp_path: Path, part: tuple[float, float, float, float] | None
) -> None:
    model = tmp_path / "run"
    save_small_model(model / "model", preprocessing=replace(small_network().preprocessing, part=part))
    tried = AssistantClient(shared).call("predict", model=model, picture=picture)["scores"]
    zip_model(model / "model", tmp_path / "bundle.zip")
    record = ImageRecord("noise.png", CLASSES[0], "test", sha256(picture.read_bytes()).hexdigest(), 120, 90, 1)
    with DecoderPool(children=1) as pool:
        for source in (model, tmp_path / "bundle.zip"):
            predictor = Predictor.open(source)
            (predicted,) = predictor.predict([picture], pool)
            assert isinstance(predicted, Prediction)
            assert predicted.scores == pytest.approx(tried, abs=1e-6)
            measured = measure(predictor, [record], lambda _record: picture, pool=pool).result
            assert math.exp(-measured.log_loss) == pytest.approx(tried[CLASSES[0]], abs=1e-6)


def test_a_model_that_was_trained_again_is_not_answered_from_memory(
    shared: Workspace, tmp_path: Path, picture: Path
) -> None:
    client = AssistantClient(shared)
    for classes in (CLASSES, ("cat", "dog")):
        shutil.rmtree(tmp_path / "model", ignore_errors=True)
        save_small_model(tmp_path / "model", classes)
        assert set(client.call("predict", model=tmp_path, picture=picture)["scores"]) == set(classes)


def test_what_a_person_can_put_right_is_raised_as_the_same_error(
    shared: Workspace, model: Path, tmp_path: Path
) -> None:
    client = AssistantClient(shared)
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(DataError, match=r"'notes\.txt' cannot be used"):
        client.call("predict", model=model, picture=tmp_path / "notes.txt")
    with pytest.raises(RunError, match="There is no model in"):
        client.call("predict", model=tmp_path / "none", picture=tmp_path / "notes.txt")
    with pytest.raises(ConfigError, match="There is no backbone called 'resnet_x'"):
        client.call("layers", backbone="resnet_x")


def test_a_fault_is_told_from_an_error_and_stands_in_the_log(shared: Workspace) -> None:
    with pytest.raises(RuntimeError, match="The assistant met a fault: KeyError: 'sing'"):
        AssistantClient(shared).call("sing")
    assert "KeyError: 'sing'" in AssistantFiles(shared.assistant).log.read_text()
    assert AssistantClient(shared).call("ping") == "pong"


def test_stages_are_answered_from_the_disk_the_second_time_without_any_assistant(tmp_path: Path) -> None:
    cold = Workspace(tmp_path / "cold")
    client = AssistantClient(cold)
    layers = client.call("layers", backbone=BACKBONE, image_size=64)
    assert layers[-1]["name"] == "head"
    assert {"name", "title", "parameters", "share", "output_shape"} <= set(layers[0])
    client.end()
    wait_until(lambda: has_ended(cold))
    assert client.call("layers", backbone=BACKBONE, image_size=64) == layers
    assert has_ended(cold)


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
    wait_until(lambda: has_ended(workspace))
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
    assert has_ended(workspace)
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
    wait_until(lambda: has_ended(workspace))
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
