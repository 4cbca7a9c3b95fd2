"""Cookies that only this server makes, the key that makes them, and people who log in."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tl_core.errors import ConfigError, RunError
from tl_ui import passwords
from tl_ui.edge import Edge
from tl_ui.owner import OWNER_HEADER
from tl_ui.passwords import FAILURES_A_MINUTE, Passwords
from tl_ui.settings import Settings
from tl_ui.visitors import Visitors, kept_key


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people"
    passwords.add(file, "anna", "winter berries")
    passwords.add(file, "ben", "summer berries")
    return file


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    key = kept_key(tmp_path / "workspace")
    assert kept_key(tmp_path / "workspace") == key
    assert (tmp_path / "workspace/visitors.key").stat().st_mode & 0o177 == 0
    cookie = Visitors(key).new_cookie()
    assert Visitors(key).owner_of_cookie(cookie)
    assert Visitors(kept_key(tmp_path / "other")).owner_of_cookie(cookie) is None


def test_a_damaged_key_is_said_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "visitors.key").write_bytes(b"short")
    with pytest.raises(RunError, match="is damaged: it has 5 bytes, not 32"):
        kept_key(tmp_path)
    assert (tmp_path / "visitors.key").read_bytes() == b"short"


def test_owners_are_identifiers_of_128_bits_and_all_different() -> None:
    visitors = Visitors()
    owners = {visitors.owner_of_cookie(visitors.new_cookie()) for _ in range(200)}
    assert len(owners) == 200
    assert all(owner and len(owner) == 26 for owner in owners)
    assert visitors.owner_of_name("anna") == visitors.owner_of_name("anna") != visitors.owner_of_name("ben")


def test_passwords_lie_hashed_in_a_file_of_one_s_own(people: Path) -> None:
    assert people.stat().st_mode & 0o177 == 0
    text = people.read_text()
    assert "berries" not in text
    assert [line.split(":")[0] for line in text.splitlines()] == ["anna", "ben"]
    known = Passwords.read(people)
    assert known.name_of(basic("anna", "winter berries")) == "anna"
    assert known.remembered(basic("anna", "winter berries")) == "anna"
    for header in (basic("anna", "summer berries"), basic("carl", "winter berries"), "Basic ?", "Bearer x", ""):
        assert known.name_of(header) is None
        assert known.remembered(header) is None


def test_too_many_wrong_passwords_are_not_even_looked_at_for_a_minute(people: Path) -> None:
    now = [0.0]
    known = Passwords(passwords.read_file(people), clock=lambda: now[0])
    for _ in range(FAILURES_A_MINUTE):
        assert known.name_of(basic("anna", "wrong guess")) is None
        now[0] += 0.1
    assert known.name_of(basic("anna", "winter berries")) is None
    assert known.name_of(basic("ben", "summer berries")) == "ben"
    now[0] += 61
    assert known.name_of(basic("anna", "winter berries")) == "anna"


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "names nobody"), ("anna:plain\n", "Line 1 of"), ("\n:YQ==:YQ==\n", "Line 2 of"), ("a:?:?\n", "Line 1 of")],
)
def test_a_file_that_is_no_list_of_passwords_is_said(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "people").write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        Passwords.read(tmp_path / "people")
    assert "python -m tl_ui.passwords FILE NAME" in caught.value.hint
    with pytest.raises(ConfigError, match="cannot be read"):
        Passwords.read(tmp_path / "nowhere")


def test_a_short_password_and_an_odd_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="The password has 3 characters"):
        passwords.add(tmp_path / "people", "anna", "abc")
    with pytest.raises(ConfigError, match="'an:na' is no name for a login"):
        passwords.add(tmp_path / "people", "an:na", "winter berries")
    assert not (tmp_path / "people").exists()


def test_the_command_adds_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THAW_PASSWORD", "winter berries")
    assert passwords.main([str(tmp_path / "people"), "anna"]) == 0
    assert Passwords.read(tmp_path / "people").name_of(basic("anna", "winter berries")) == "anna"
    assert passwords.main([]) == 2
    monkeypatch.setenv("THAW_PASSWORD", "")
    assert passwords.main([str(tmp_path / "people"), "ben"]) == 2


async def whoami(request: Request) -> JSONResponse:
    return JSONResponse({"owner": request.headers[OWNER_HEADER]})


def test_with_passwords_everything_asks_for_a_login_and_each_name_has_a_workspace_of_its_own(people: Path) -> None:
    settings = Settings(Path("/nowhere"), host="0.0.0.0", shared=True, passwords=Passwords.read(people))
    app = Starlette(routes=[Route("/{rest:path}", whoami, methods=["GET", "POST"])])
    client = TestClient(Edge(app, settings), base_url="http://127.0.0.1")
    for method, path in [("GET", "/"), ("POST", "/thaw/upload"), ("GET", "/assets/x.js")]:
        answer = client.request(method, path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert answer.headers["x-content-type-options"] == "nosniff"
    owners = set()
    for name, password in [("anna", "winter berries"), ("ben", "summer berries"), ("anna", "winter berries")]:
        answer = client.get("/", headers={"authorization": basic(name, password)})
        assert "set-cookie" not in answer.headers
        owners.add(answer.json()["owner"])
    assert len(owners) == 2
    assert all(len(owner) == 26 for owner in owners)
    foreign = {"authorization": basic("anna", "winter berries"), "origin": "http://evil.example"}
    assert client.post("/", headers=foreign).status_code == 403
