"""Quotas as they are chosen: defaults, the environment, the command line, and what is said of wrong ones."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tl_core.data.limits import HOSTED
from tl_core.errors import ConfigError
from tl_ui.quotas import NAMES, Quotas, chosen_quotas
from tl_ui.settings import Settings


def test_the_command_line_goes_before_the_environment_which_goes_before_the_defaults() -> None:
    chosen = chosen_quotas(["pictures=7", "keep-hours=2"], {"THAW_QUOTA_PICTURES": "9", "THAW_QUOTA_ALL_PEOPLE": "3"})
    assert chosen == dataclasses.replace(Quotas(), pictures=7, keep_hours=2, all_people=3)
    assert chosen_quotas([], {}) == Quotas()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["picture=7"], "no quota called 'picture'. Did you mean 'pictures'"),
        (["pictures"], "The quota pictures is '', which is no whole number"),
        (["pictures=-1"], "The quota pictures is '-1', which is no whole number"),
        (["pictures=0"], "pictures is 0; it goes from 1 to"),
        (["x=1", "pictures=²"], "no quota called 'x'.* The quota pictures is '²'"),
    ],
)
def test_a_quota_that_does_not_fit_is_said(words: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        chosen_quotas(words, {})


def test_a_hosted_server_stays_on_this_machine_unless_it_is_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SPACE_ID", "SPACE_HOST", "THAW_ALLOWED_HOSTS", *(f"THAW_QUOTA_{name.upper()}" for name in NAMES)):
        monkeypatch.delenv(name, raising=False)
    plain = Settings.from_arguments(host=None, port=None, workspace=tmp_path)
    assert (plain.is_hosted, plain.shared, plain.host) == (False, False, "127.0.0.1")
    hosted = Settings.from_arguments(host=None, port=None, workspace=tmp_path, hosted=True, quotas=["pictures=5"])
    assert (hosted.is_hosted, hosted.shared, hosted.host, hosted.limits) == (True, True, "127.0.0.1", HOSTED)
    assert hosted.quotas == dataclasses.replace(Quotas(), pictures=5)
    with pytest.raises(ConfigError, match="Quotas hold where Thaw is hosted"):
        Settings.from_arguments(host=None, port=None, workspace=tmp_path, quotas=["pictures=5"])


def test_a_space_is_known_by_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "anna/thaw")
    monkeypatch.setenv("SPACE_HOST", "anna-thaw.hf.space")
    space = Settings.from_arguments(host=None, port=None, workspace=tmp_path)
    assert space.is_hosted
    assert space.shared
    assert space.host == "0.0.0.0"
    assert space.framed_by == ("https://huggingface.co",)
    assert space.allows_host("anna-thaw.hf.space")
