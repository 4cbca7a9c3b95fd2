"""What one person may use of a hosted server, and all together. Values only; allowances.py holds people to them."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tl_core.errors import ConfigError

VARIABLE = "THAW_QUOTA_"
MEGABYTE = 1_000_000
MOST = 10**9


@dataclass(frozen=True, slots=True)
class Quotas:
    """Each is one number: `--quota pictures=2000`, or THAW_QUOTA_PICTURES=2000. Those of a day count the last 24 hours.

    A test ties the fields to the table in docs/HOSTING.md.
    """

    upload_megabytes_a_day: int = 1000
    sets: int = 50
    pictures: int = 5000
    disk_megabytes: int = 2000
    cache_megabytes: int = 1000
    running_runs: int = 1
    waiting_runs: int = 2
    training_minutes_a_day: int = 60
    predictions_a_minute: int = 60
    keep_hours: int = 24
    all_people: int = 200
    all_disk_megabytes: int = 30_000
    all_uploads_at_once: int = 40
    all_imports_at_once: int = 20
    all_running_runs: int = 1
    all_waiting_runs: int = 20
    all_predictions_a_minute: int = 300

    def __post_init__(self) -> None:
        wrong = [
            f"{field.name} is {value}; it goes from 1 to {MOST:,}."
            for field in dataclasses.fields(self)
            if not 1 <= (value := getattr(self, field.name)) <= MOST
        ]
        if wrong:
            raise ConfigError.from_problems(wrong)


NAMES = tuple(field.name for field in dataclasses.fields(Quotas))


def chosen_quotas(words: Iterable[str], environment: Mapping[str, str]) -> Quotas:
    """From `NAME=NUMBER` words of the command line, which go before the environment's.

    Raises ConfigError that names every one that does not fit.
    """
    given = {name: environment[VARIABLE + name.upper()] for name in NAMES if environment.get(VARIABLE + name.upper())}
    problems = []
    for word in words:
        name, _, text = word.partition("=")
        name = name.strip().replace("-", "_")
        if name in NAMES:
            given[name] = text
        else:
            near = difflib.get_close_matches(name, NAMES, n=1)
            problems.append(f"There is no quota called '{name}'." + (f" Did you mean '{near[0]}'?" if near else ""))
    numbers = {}
    for name, text in given.items():
        if text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 12:
            numbers[name] = int(text)
        else:
            problems.append(f"The quota {name} is '{text}', which is no whole number.")
    if problems:
        raise ConfigError.from_problems(problems)
    return Quotas(**numbers)
