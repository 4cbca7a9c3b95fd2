"""What cannot be fetched is said before a training begins: no weights at all, nobody there, the hub switched off."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from huggingface_hub import constants

from tests.backbones.weights_server import weights_server
from tl_core.backbones import reaching
from tl_core.backbones.reaching import check_can_be_had
from tl_core.backbones.recommended import BUNDLED
from tl_core.errors import WeightsError

NOBODY = "http://127.0.0.1:9"  # the discard port: refused at once


@pytest.fixture(autouse=True)
def nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty caches, and servers that nobody answers at."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", NOBODY)
    monkeypatch.setattr(reaching, "TORCHVISIONS_SERVER", f"{NOBODY}/models/")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


@pytest.mark.parametrize("name", ["thaw/cnn_28", "vovnet39a"])
def test_a_network_without_weights_is_refused_without_asking_anybody(name: str) -> None:
    with pytest.raises(WeightsError, match=f"'{name}' has no pretrained weights"):
        check_can_be_had(name)


@pytest.mark.parametrize("name", ["convnext_nano", "torchvision/vgg16", "hf-hub:somebody/net"])
def test_weights_that_are_away_while_nobody_answers_are_said_with_what_works_offline(name: str) -> None:
    with pytest.raises(WeightsError, match=rf"weights of '{name}' are not on this computer .*127\.0\.0\.1:9") as told:
        check_can_be_had(name)
    assert f"{' or '.join(BUNDLED)}, whose weights came with Thaw" in told.value.hint


def test_a_hub_that_is_switched_off_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsError, match="HF_HUB_OFFLINE is set"):
        check_can_be_had("convnext_nano")


def test_what_came_with_thaw_and_what_somebody_may_send_is_let_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    check_can_be_had(next(iter(BUNDLED)))
    with weights_server({}) as (address, behaviour):
        monkeypatch.setattr(constants, "ENDPOINT", address)
        check_can_be_had("convnext_nano")
    assert [(method, path) for method, path, _ in behaviour.asked] == [("HEAD", "/timm/convnext_nano.in12k_ft_in1k")]


def test_a_server_that_is_slow_is_left_to_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "SECONDS_TO_ASK", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        check_can_be_had("convnext_nano")
