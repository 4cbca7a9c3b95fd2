"""How much the cache may take: as chosen, or a share of the disk, with a reason; what is no size is refused."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import app
from tl_core.__main__ import main
from tl_core.caching.limits import CacheLimit, cache_limit, choose_limit, free_bytes, kept_files
from tl_core.errors import ConfigError
from tl_core.jobs.launcher import worker_environment


def test_a_quarter_of_what_the_disk_could_give_is_the_limit_where_nothing_is_chosen(tmp_path: Path) -> None:
    for name in ("squares/kind/1.shard", "engines/1.compiled"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(bytes(500))
    limit = cache_limit(tmp_path, environment={"THAW_CACHE_GB": " "}, free=lambda _: 399_999_999_000)
    assert limit == CacheLimit(100_000_000_000, "100 GB: a quarter of what is free on the disk or already used for it.")


def test_what_was_chosen_is_the_limit(tmp_path: Path) -> None:
    limit = cache_limit(tmp_path, environment={"THAW_CACHE_GB": "2.5"}, free=lambda _: 10**15)
    assert limit == CacheLimit(2_500_000_000, "2.5 GB, as chosen.")


@pytest.mark.parametrize("text", ["much", "-1", "nan", "1e12", "5 GB"])
def test_what_is_no_size_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    said = re.escape(f"THAW_CACHE_GB is '{text}', which is no number of gigabytes. Give a number such as 20")
    with pytest.raises(ConfigError, match=said):
        cache_limit(tmp_path, environment={"THAW_CACHE_GB": text})
    with pytest.raises(ConfigError, match=said):
        choose_limit(None, {"THAW_CACHE_GB": text})
    with pytest.raises(ConfigError, match=r"^--cache-gb is "):
        choose_limit(text, {})


def test_the_option_holds_for_what_is_started_later_and_wins_over_the_environment() -> None:
    environment = {"THAW_CACHE_GB": "7"}
    choose_limit(None, environment)
    assert environment == {"THAW_CACHE_GB": "7"}
    choose_limit("0", environment)
    assert environment == {"THAW_CACHE_GB": "0"}


def test_the_disk_of_a_folder_that_is_still_to_be_made_is_known(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") > 0


class Gone(type(Path())):  # type: ignore[misc]
    """A path of a drive that is not there: on Windows not even its root exists."""

    def exists(self, **_choices: bool) -> bool:
        return False


def test_looking_for_the_disk_of_a_drive_that_is_gone_comes_to_an_end() -> None:
    assert free_bytes(Gone("/not/yet")) > 0


def test_a_cache_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert kept_files(tmp_path / "none") == []


def test_the_command_line_hands_the_limit_to_what_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("THAW_CACHE_GB", "7")
    assert main(["--workspace", str(tmp_path), "runs", "--cache-gb", "little"]) == 2
    assert "--cache-gb is 'little', which is no number of gigabytes." in capsys.readouterr().err
    assert main(["--workspace", str(tmp_path), "--cache-gb", "3", "runs"]) == 0
    assert worker_environment(os.environ)["THAW_CACHE_GB"] == "3"


def test_the_screen_does_not_start_with_a_limit_that_is_no_size(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("THAW_CACHE_GB", "lots")
    assert app.serve(app.parse([])) == 2
    assert app.serve(app.parse(["--cache-gb", "-3"])) == 2
    said = capsys.readouterr().err
    assert "THAW_CACHE_GB is 'lots'" in said
    assert "--cache-gb is '-3'" in said
