"""The port that is taken, the address that is shown, and settings from the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tl_core.data.limits import HOSTED, LOCAL
from tl_core.errors import ConfigError, RunError
from tl_ui.listening import DEFAULT_PORT, listen, page_address
from tl_ui.server import forget_secrets, prepare_gradio
from tl_ui.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_a_port_that_was_named_and_is_taken_is_said() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} is taken by another program") as caught:
            listen("127.0.0.1", port)
        assert "Leave --port out" in caught.value.hint


def test_without_a_port_the_next_free_one_is_taken() -> None:
    with listen("127.0.0.1", None) as first, listen("127.0.0.1", None) as second:
        ports = [taken.getsockname()[1] for taken in (first, second)]
    assert DEFAULT_PORT <= ports[0] < ports[1]


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_is_said(host: str) -> None:
    with pytest.raises(ConfigError, match=f"'{host}' is no address of this computer"):
        listen(host, 0)


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("localhost", "localhost")]
)
def test_the_address_shown_is_one_that_opens(host: str, shown: str) -> None:
    with listen(host, 0) as taken:
        assert page_address(host, taken) == f"http://{shown}:{taken.getsockname()[1]}"


@pytest.mark.parametrize(
    ("host", "shared"), [(None, False), ("localhost", False), ("127.0.0.2", False), ("0.0.0.0", True), ("lab-pc", True)]
)
def test_what_others_can_reach_is_shared(host: str | None, shared: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    settings = Settings.from_arguments(host=host, port=None, workspace=Path("/w"))
    assert settings.shared is shared
    assert settings.limits == (HOSTED if shared else LOCAL)
    assert settings.allows_host((host or "127.0.0.1").lower())
    assert not settings.allows_host("evil.example")


def test_on_a_space_every_visitor_is_apart_and_its_frame_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "me/thaw")
    monkeypatch.setenv("SPACE_HOST", "me-thaw.hf.space")
    settings = Settings.from_arguments(host=None, port=None, workspace=Path("/w"))
    assert (settings.host, settings.shared, settings.is_framed) == ("0.0.0.0", True, True)
    assert settings.allows_host("me-thaw.hf.space")


def test_more_names_of_this_server_can_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THAW_ALLOWED_HOSTS", "Thaw.School.Example, other.example")
    settings = Settings.from_arguments(host=None, port=None, workspace=Path("/w"))
    assert settings.allows_host("thaw.school.example")
    assert settings.allows_host("other.example")
    assert not settings.shared


def test_a_workspace_that_is_a_file_is_said_in_words(tmp_path: Path) -> None:
    file = tmp_path / "workspace"
    file.write_text("not a folder")
    with pytest.raises(RunError, match=r"The workspace '.*workspace' cannot be used: .* with --workspace"):
        prepare_gradio(Settings(workspace=file))


def test_the_page_is_mounted_and_never_launched_so_nothing_shares_it() -> None:
    files = [ROOT / "app.py", *sorted((ROOT / "tl_ui").rglob("*.py"))]
    code = {path.name: path.read_text(encoding="utf-8") for path in files}
    sharing = re.compile(r"blocks\.launch\(|share\s*=\s*True|GRADIO_SHARE")
    assert [name for name, text in code.items() if sharing.search(text)] == []
    assert "gr.mount_gradio_app(" in code["server.py"]


def test_a_hosted_server_forgets_its_keys_before_it_starts_anything() -> None:
    surroundings = {"HF_TOKEN": "t", "OAUTH_CLIENT_SECRET": "s", "AWS_ACCESS_KEY": "k", "HF_HOME": "/h", "PATH": "/p"}
    forget_secrets(surroundings)
    assert surroundings == {"HF_HOME": "/h", "PATH": "/p"}
