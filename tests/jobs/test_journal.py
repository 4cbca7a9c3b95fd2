"""A journal that may be cut anywhere, and still holds every record that was written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tl_core.events import Failed, Phase, Planned, Warned
from tl_core.jobs.journal import DAMAGED, JournalWriter, last_record, read_records

EVENTS = (Planned(plan={"classes": ["été", "\udce9"]}), Phase("reading", 1, 2), Warned("two\nlines"))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    with JournalWriter(path, clock=lambda: 12.3456) as writer:
        for event in EVENTS:
            writer.append(event)
    return path


def test_records_carry_their_number_and_time(journal: Path) -> None:
    records, offset = read_records(journal)
    assert [(record["n"], record["t"], record["kind"]) for record in records] == [
        (0, 12.346, "planned"),
        (1, 12.346, "phase"),
        (2, 12.346, "warned"),
    ]
    assert records[0]["plan"] == {"classes": ["été", "\udce9"]}
    assert offset == journal.stat().st_size


def test_reading_goes_on_where_it_stopped(journal: Path) -> None:
    _records, offset = read_records(journal)
    assert read_records(journal, offset) == ([], offset)
    with JournalWriter(journal) as writer:
        writer.append(Phase("reading", 2, 2))
    assert [record["done"] for record in read_records(journal, offset)[0]] == [2]


def test_a_journal_cut_at_any_byte_keeps_every_whole_record_and_can_be_written_on(journal: Path) -> None:
    data = journal.read_bytes()
    ends = [position + 1 for position, byte in enumerate(data) if byte == 10]
    for cut in range(len(data) + 1):
        journal.write_bytes(data[:cut])
        whole = [end for end in ends if end <= cut]
        records, offset = read_records(journal)
        assert [record["n"] for record in records] == list(range(len(whole)))
        assert offset == (whole[-1] if whole else 0)
        assert (last_record(journal) or {}).get("n") == (len(whole) - 1 if whole else None)
        with JournalWriter(journal) as writer:
            assert writer.count == len(whole)
            writer.append(Warned("after the cut"))
        again, _offset = read_records(journal)
        assert [record["n"] for record in again] == list(range(len(whole) + 1))
        assert again[-1]["message"] == "after the cut"


def test_a_limit_stops_between_records_and_never_before_a_whole_one(journal: Path) -> None:
    seen, offset = [], 0
    while True:
        records, offset = read_records(journal, offset, limit_bytes=1)
        if not records:
            break
        assert len(records) == 1
        seen += records
    assert seen == read_records(journal)[0]
    assert len(read_records(journal, limit_bytes=journal.stat().st_size - 1)[0]) == 2


def test_a_line_that_is_no_record_is_shown_as_damaged_and_hides_no_other(journal: Path) -> None:
    lines = journal.read_bytes().split(b"\n")
    lines[1] = b"\x00\x00[1, 2"
    journal.write_bytes(b"\n".join(lines))
    assert [record["kind"] for record in read_records(journal)[0]] == ["planned", DAMAGED, "warned"]


def test_a_journal_that_does_not_exist_has_no_records(tmp_path: Path) -> None:
    assert read_records(tmp_path / "none", 7) == ([], 7)
    assert last_record(tmp_path / "none") is None


def test_the_last_record_is_found_behind_a_long_one(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with JournalWriter(path) as writer:
        writer.append(Planned(plan={"filler": "x" * 300_000}))
        assert (last_record(path) or {})["kind"] == "planned"
        writer.append(Failed(message="y" * 200_000, hint="", by_user=True))
    assert (last_record(path) or {})["kind"] == "failed"


def test_a_number_that_is_not_finite_is_refused_and_leaves_no_trace(journal: Path) -> None:
    before = journal.read_bytes()
    with JournalWriter(journal) as writer, pytest.raises(ValueError, match="not JSON compliant"):
        writer.append(Phase("reading", 1, 2, images_per_second=float("inf")))
    assert journal.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="file size limits are POSIX's")
def test_a_record_that_finds_no_room_leaves_no_part_of_it(journal: Path) -> None:
    import resource

    before = journal.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with JournalWriter(journal) as writer:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, hard))
        try:
            with pytest.raises(OSError, match="too large"):
                writer.append(Warned("more than ten bytes"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert journal.read_bytes() == before
        writer.append(Warned("room again"))
    assert json.loads(journal.read_bytes().splitlines()[-1])["n"] == 3
