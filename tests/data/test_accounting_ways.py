"""Every file that was sent is accounted for: through tables, several sources at once, and a person's changes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.pictures_for_tests import png, write_files, write_zip
from tl_core.data.dataset import Dataset, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor
from tl_core.data.importing import import_into
from tl_core.data.layout import Place
from tl_core.data.limits import LOCAL, Limits
from tl_core.data.planning import plan_of
from tl_core.data.several import open_sources
from tl_core.errors import DataError

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WHOLE = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = st.sampled_from(
    ["1.png", "a/1.png", "a/2.png", "b/2.png", "B/3.PNG", "a/notes.txt", ".DS_Store", "x/Thumbs.db"]
)
CELLS = st.one_of(
    NAMES,
    st.sampled_from(
        ["1", "2.png", "gone.png", "../1.png", "/etc/passwd", "http://x/1.png", "a\\1.png", "", "\0", "notes"]
    ),
    st.text(max_size=8),
)
LABELS = st.one_of(st.sampled_from(["cat", "Cat", "dog", "", " ", "NA", "é", "e\u0301"]), st.text(max_size=5))
SIDES = st.sampled_from(["train", "Test", "validation", "", "none of these"])
ROWS = st.lists(st.tuples(CELLS, LABELS, SIDES), max_size=8)
FILES = st.dictionaries(NAMES, st.sampled_from([png(1), png(2), png(3), b"", b"text"]), max_size=8)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""').replace("\r", " ").replace("\n", " ") + '"'


def table_of(rows: Sequence[tuple[str, ...]]) -> bytes:
    lines = ["path,label,split", *(",".join(map(quoted, row)) for row in rows)]
    return "\n".join(lines).encode("utf-8", "replace")


def check(dataset: Dataset, sent: int) -> None:
    report = dataset.report
    assert report.images + len(report.skipped) + report.system_files == sent
    assert report.images == len(dataset.index.records) == sum(sum(n.values()) for n in report.classes.values())
    assert len({record.path for record in dataset.index.records}) == report.images
    assert all(item.reason for item in report.skipped)
    for record in dataset.index.records:
        assert dataset.path_of(record).stat().st_size == record.bytes


@QUICK
@given(FILES, ROWS)
def test_a_table_gives_every_file_a_place_or_a_reason(
    files: dict[str, bytes], rows: list[tuple[str, str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = write_files(
            Path(place), {**files, "sure.png": png(9), "table.csv": table_of([*rows, ("sure.png", "x", "")])}
        )
        source = open_sources([path / "table.csv"], LOCAL)
        plan = plan_of(source, LOCAL)
        listed = [entry.path for entry in source.listing.entries]
        assert sorted(listed) == sorted([*files, "sure.png", "table.csv"])
        assert len(plan.places) == len(listed)
        places = dict(zip(listed, plan.places, strict=True))
        assert isinstance(places["sure.png"], Place | str)
        assert places["table.csv"] is None
        assert all(place is None or isinstance(place, Place) or place.endswith(".") for place in plan.places)
        assert all(place.label.strip() for place in plan.places if isinstance(place, Place))


@WHOLE
@given(FILES, ROWS, st.booleans())
def test_every_file_beside_a_table_is_accounted_for(
    pool: DecoderPool, files: dict[str, bytes], rows: list[tuple[str, str, str]], packed: bool
) -> None:
    with tempfile.TemporaryDirectory() as place:
        everything = {**files, "sure.png": png(9), "table.csv": table_of([*rows, ("sure.png", "x", "train")])}
        path = write_files(Path(place) / "set", everything) / "table.csv"
        if packed:
            path = write_zip(Path(place) / "set.zip", everything)
        try:
            import_into(path, Path(place) / "dataset", limits=Limits(file_bytes=4000), pool=pool)
        except DataError:
            assert not (Path(place) / "dataset").exists()
            return
        check(open_dataset(Path(place) / "dataset"), len(everything))


@WHOLE
@given(st.lists(FILES, min_size=2, max_size=3))
def test_every_file_of_several_sources_is_accounted_for(pool: DecoderPool, trees: list[dict[str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        sources = []
        for number, files in enumerate(trees):
            sure = {**files, f"sure/{number}.png": png(9)}
            folder = Path(place) / str(number)
            packed = number % 2
            folder.mkdir()
            sources.append(write_zip(folder / "x.zip", sure) if packed else write_files(folder / "x", sure))
        import_into(sources, Path(place) / "dataset", pool=pool)
        check(open_dataset(Path(place) / "dataset"), sum(len({**files, "sure": b""}) for files in trees))


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("relabel"), st.integers(0, 9), st.sampled_from(["cats", "DOGS", "new"])),
        st.tuples(st.just("leave_out"), st.integers(0, 9), st.sampled_from(["", "blurred"])),
        st.tuples(st.just("bring_back"), st.integers(0, 9), st.just("")),
        st.tuples(st.just("rename"), st.integers(0, 9), st.sampled_from(["cats", "birds"])),
        st.tuples(st.just("add"), st.integers(0, 9), st.sampled_from(["cats", "fish"])),
        st.tuples(st.just("undo"), st.just(0), st.just("")),
        st.tuples(st.just("redo"), st.just(0), st.just("")),
    ),
    max_size=6,
)


def carry_out(editor: DatasetEditor, dataset: Dataset, action: tuple[str, int, str], folder: Path) -> int:
    """Does one change; how many files it has sent."""
    kind, number, word = action
    paths = [record.path for record in dataset.index.records]
    out = [item.record.path for item in dataset.left_out]
    if kind == "relabel" and paths:
        editor.relabel([paths[number % len(paths)]], word)
    elif kind == "leave_out" and paths:
        editor.leave_out([paths[number % len(paths)]], word)
    elif kind == "bring_back" and out:
        editor.bring_back([out[number % len(out)]])
    elif kind == "rename" and dataset.index.classes:
        editor.rename_class(dataset.index.classes[number % len(dataset.index.classes)], word)
    elif kind in ("undo", "redo"):
        getattr(editor, kind)()
    elif kind == "add":
        files = write_files(folder, {"a.png": png(number), "b.png": b"text", ".hidden": b"", "c.png": png(number)})
        added = editor.add(word, [(path.name, path) for path in sorted(files.iterdir())])
        assert added.images + len(added.skipped) + added.system_files == 4
        return 4
    return 0


@WHOLE
@given(ACTIONS)
def test_a_persons_changes_lose_no_file_and_undo_brings_everything_back(
    pool: DecoderPool, actions: list[tuple[str, int, str]]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        files = {f"{kind}/{number}.png": png(number + ord(kind[0])) for kind in ("cats", "dogs") for number in range(2)}
        root = write_files(Path(place) / "pets", {**files, "cats/x.txt": b"x", ".DS_Store": b""})
        folder = Path(place) / "dataset"
        import_into(root, folder, pool=pool)
        first = open_dataset(folder)
        editor = DatasetEditor(folder, pool)
        for action in actions:
            dataset = open_dataset(folder)
            before = dataset.report.images + len(dataset.report.skipped) + dataset.report.system_files
            try:
                sent = carry_out(editor, dataset, action, Path(place) / "new")
            except DataError:
                sent = 0  # nothing to undo or redo
                assert open_dataset(folder).report == dataset.report
            if action[0] not in ("undo", "redo"):
                check(open_dataset(folder), before + sent)
        while any(not entry.is_undone for entry in editor.history()):
            editor.undo()
        assert open_dataset(folder).index == first.index
        assert open_dataset(folder).report == first.report
