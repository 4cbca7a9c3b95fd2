"""Files that wait together: counted, limited, and forgotten whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tl_core.jobs.workspace import Person
from tl_ui.guard import NotFoundError, TooLargeError
from tl_ui.staging import MOST_SETS, Staging


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person("me", tmp_path)


def bring(staging: Staging, person: Person, staged: str, name: str, content: bytes) -> int:
    path, _ = staging.reserve(person, staged, name)
    path.write_bytes(content)
    return staging.arrived(person, staged, path, name)


def test_files_keep_their_order_and_names_and_only_harmless_letters_reach_the_disk(person: Person) -> None:
    staging = Staging(most_bytes=100)
    staged = staging.open(person)
    assert bring(staging, person, staged, "../狐狸 one.jpg", b"1") == 1
    assert bring(staging, person, staged, "../狐狸 one.jpg", b"2") == 2
    files = staging.files(person, staged)
    assert [name for name, _ in files] == ["../狐狸 one.jpg"] * 2
    assert [path.name for _, path in files] == ["1-..-狐狸-one.jpg", "2-..-狐狸-one.jpg"]
    assert {path.parent for _, path in files} == {person.folder / "incoming" / staged}


def test_what_is_too_much_together_is_refused(person: Person) -> None:
    staging = Staging(most_bytes=10, most_files=3)
    staged = staging.open(person)
    bring(staging, person, staged, "a", b"12345678")
    assert staging.reserve(person, staged, "b")[1] == 2
    with pytest.raises(TooLargeError, match="too large together"):
        bring(staging, person, staged, "c", b"123")
    with pytest.raises(TooLargeError, match="At most 3 files are taken at a time"):
        staging.reserve(person, staged, "d")
    assert [name for name, _ in staging.files(person, staged)] == ["a"]


def test_one_person_has_only_so_many_uploads_under_way(person: Person, tmp_path: Path) -> None:
    staging = Staging(most_bytes=10)
    sets = [staging.open(person) for _ in range(MOST_SETS)]
    with pytest.raises(TooLargeError, match="16 uploads are under way already"):
        staging.open(person)
    staging.close(person, sets[0])
    assert staging.open(Person("you", tmp_path / "you"))
    assert staging.open(person)


def test_a_closed_set_is_gone_with_its_files(person: Person) -> None:
    staging = Staging(most_bytes=10)
    staged = staging.open(person)
    bring(staging, person, staged, "a", b"1")
    staging.close(person, staged)
    assert list((person.folder / "incoming").iterdir()) == []
    for unknown in (staged, "../../etc", ""):
        with pytest.raises(NotFoundError, match="This upload is not known here"):
            staging.files(person, unknown)
