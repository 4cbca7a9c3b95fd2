"""The catalogue's rows, of which each has a test that carries its name."""

from __future__ import annotations

import re
from pathlib import Path

ROWS = {
    "a": "01 02 04 05 06 08 09 10 12 13 14 16 17 18 20 21 22 24 25 26 28 29 30 32 33 34 36",
    "b": "01 02 04 05 06 08 09 10 12 13 14 16 17 18 20 21 22",
    "c": "01 02 04 05 06 08 09 10 12 13 14 16 17 18 20 21 22 24 25 26 28 29 30 32 33 34 36 37 38 40 41 42 44 45 46 48 "
    "49 50",
    "d": "01 02 04 05 06 08 09 10 12 13 14 16 17 18 20 21 22 24 25",
    "e": "01 02 04 05 06 08 09 10 12 13 14 16",
}
WANTED = {letter + number for letter, numbers in ROWS.items() for number in numbers.split()}
# The name of a test, the row of a file that is sent, the id of a parameter
CARRIED = re.compile(r"def (test_[a-e]\d\d_\w+)|Sent\(\s*\"([a-e]\d\d)\"|^    \"(e\d\d)\": ", re.MULTILINE)


def test_every_row_has_a_test_of_its_name_and_no_test_has_a_row_that_is_none() -> None:
    found: set[str] = set()
    for path in Path(__file__).parent.glob("*.py"):
        for names in CARRIED.findall(path.read_text(encoding="utf-8")):
            found |= {
                row
                for name in names
                for row in re.findall(r"(?<![a-z0-9])([a-e]\d\d)(?![a-z0-9])", name.replace("_", " "))
            }
    assert found == WANTED
