from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tl_core.data.file_names import NO_KIND_IN_NAME
from tl_core.data.layout import BLANK_NAME, NO_CLASS_IN_SPLIT, NOT_IN_SPLIT, OUTSIDE, Place, empty_classes, plan_layout
from tl_core.data.names import is_system


def places(*paths: str) -> list[Place | str | None]:
    return list(plan_layout(paths).places)


def test_a_folder_is_a_class() -> None:
    assert places("cats/1.jpg", "dogs/1.jpg") == [Place("cats", None), Place("dogs", None)]


@pytest.mark.parametrize(
    ("folder", "split"),
    [("train", "train"), ("Training", "train"), ("VAL", "val"), ("valid", "val"), ("Validation", "val"),
     ("test", "test"), ("Testing", "test")],
)  # fmt: skip
def test_split_folders_go_by_many_names(folder: str, split: str) -> None:
    found = places("train/cats/1.jpg", "train/dogs/1.jpg", f"{folder}/cats/2.jpg")
    assert found[-1] == Place("cats", split)


def test_classes_are_matched_by_name_where_validation_lacks_some() -> None:
    found = places("train/a/1.jpg", "train/b/1.jpg", "train/c/1.jpg", "val/c/1.jpg")
    assert found == [Place("a", "train"), Place("b", "train"), Place("c", "train"), Place("c", "val")]


def test_wrapper_folders_are_passed_through() -> None:
    assert places("my data/v2/cats/1.jpg", "my data/v2/dogs/1.jpg") == [Place("cats", None), Place("dogs", None)]
    assert places("x/train/cats/1.jpg", "x/test/cats/2.jpg") == [Place("cats", "train"), Place("cats", "test")]


def test_a_text_beside_the_classes_does_not_stop_the_way_through_a_wrapper() -> None:
    assert places("x/README.txt", "x/cats/1.jpg", "x/dogs/1.jpg")[1:] == [Place("cats", None), Place("dogs", None)]


def test_a_single_class_keeps_its_name() -> None:
    assert places("cats/1.jpg", "cats/2.jpg") == [Place("cats", None)] * 2


def test_a_class_that_is_called_train_is_a_class() -> None:
    assert places("bus/1.jpg", "train/1.jpg", "car/1.jpg") == [Place(name, None) for name in ("bus", "train", "car")]


def test_a_test_folder_alone_is_a_wrapper() -> None:
    assert places("test/cats/1.jpg", "test/dogs/1.jpg") == [Place("cats", None), Place("dogs", None)]


def test_a_test_folder_without_classes_is_passed_over_and_said() -> None:
    layout = plan_layout(["train/cats/1.jpg", "train/dogs/1.jpg", "test/1.jpg"])
    assert layout.places[-1] == NO_CLASS_IN_SPLIT
    assert [(finding.kind, finding.paths) for finding in layout.findings] == [("ignored_folder", ("test/1.jpg",))]


def test_folders_beside_the_splits_are_passed_over_and_said() -> None:
    layout = plan_layout(["train/cats/1.jpg", "train/dogs/1.jpg", "extra/cats/1.jpg"])
    assert layout.places[-1] == NOT_IN_SPLIT
    assert "1 passed over in 'extra'" in layout.findings[0].message


def test_splits_inside_each_class_are_understood() -> None:
    found = places("cats/train/1.jpg", "cats/test/2.jpg", "dogs/train/1.jpg", "dogs/val/2.jpg")
    assert found == [Place("cats", "train"), Place("cats", "test"), Place("dogs", "train"), Place("dogs", "val")]


def test_a_picture_beside_the_class_folders_is_passed_over() -> None:
    assert places("1.jpg", "cats/1.jpg", "dogs/1.jpg")[0] == OUTSIDE


def test_recurring_inner_folders_are_classes_and_outer_ones_groups() -> None:
    found = places("north/cam1/fox/1.jpg", "north/cam2/fox/1.jpg", "north/cam1/hare/1.jpg", "south/cam1/hare/1.jpg")
    assert found[0] == Place("fox", None, "north/cam1")
    assert found[3] == Place("hare", None, "south/cam1")


def test_inner_names_that_meet_by_accident_keep_their_outer_name() -> None:
    found = places("food/cartoon/1.jpg", "animals/cartoon/1.jpg", "food/bread/1.jpg", "animals/cats/1.jpg", "a/b/1.jpg")
    assert [place.label for place in found if isinstance(place, Place)] == [
        "food/cartoon", "animals/cartoon", "bread", "cats", "b",
    ]  # fmt: skip


def test_nested_folders_are_asked_about() -> None:
    (finding,) = plan_layout(["animals/cats/1.jpg", "animals/dogs/1.jpg", "plants/oak/1.jpg"]).findings
    assert finding.kind == "asked"
    assert "animals/cats" in finding.message


@pytest.mark.parametrize("other", ["Cats", "cats ", "cats.", unicodedata.normalize("NFD", "cats")])
def test_spellings_of_one_class_are_merged(other: str) -> None:
    labels = {place.label for place in places("cats/1.jpg", "cats/2.jpg", f"{other}/3.jpg") if isinstance(place, Place)}
    assert labels == {"cats"}


def test_letters_written_in_two_unicode_forms_are_one_class_and_it_is_said() -> None:
    composed, parted = unicodedata.normalize("NFC", "Müll"), unicodedata.normalize("NFD", "Müll")
    layout = plan_layout([f"{composed}/1.jpg", f"{parted}/2.jpg", "glas/1.jpg"])
    assert {place.label for place in layout.places if isinstance(place, Place)} == {composed, "glas"}
    assert [finding.kind for finding in layout.findings] == ["merged_classes"]


@pytest.mark.parametrize("name", ["unknown", "nan", "null", "True", "1", "01", "NA", "None", "__proto__", "{{7*7}}"])
def test_a_class_name_is_only_text(name: str) -> None:
    assert places(f"{name}/1.jpg", "other/1.jpg")[0] == Place(name, None)


def test_control_characters_in_a_class_name_are_shown_as_escapes() -> None:
    assert places("a\nb\x1b/1.jpg", "c/1.jpg")[0] == Place("a\\x0ab\\x1b", None)
    assert places("\u202egpj/1.jpg", "c/1.jpg")[0] == Place("\\u202egpj", None)


@pytest.mark.parametrize(
    "path",
    [".DS_Store", "cats/Thumbs.db", "cats/desktop.ini", "__MACOSX/cats/._1.jpg", ".git/a.png", "cats/.hidden.jpg",
     "@eaDir/cats/1.jpg", "lost+found/1.jpg", ".ipynb_checkpoints/1.jpg"],
)  # fmt: skip
def test_hidden_and_system_files_are_no_pictures(path: str) -> None:
    assert places("cats/1.jpg", "dogs/1.jpg", path)[-1] is None


def test_a_folder_that_is_called_like_a_picture_is_a_class() -> None:
    assert places("cat.jpg/1.jpg", "dog.jpg/1.jpg")[0] == Place("cat.jpg", None)


def test_empty_folders_are_named_and_full_or_outer_ones_are_not() -> None:
    layout = plan_layout(["x/cats/1.jpg", "x/dogs/readme.txt"])
    assert empty_classes(layout, ["x", "x/cats", "x/dogs", "x/birds"], ["x/cats/1.jpg"]) == ("x/birds", "x/dogs")


def test_a_class_that_is_empty_in_one_split_alone_is_not_called_empty() -> None:
    layout = plan_layout(["train/cats/1.jpg", "train/dogs/1.jpg", "val/dogs/1.jpg"])
    used = ["train/cats/1.jpg", "train/dogs/1.jpg", "val/dogs/1.jpg"]
    folders = ["train", "val", "train/cats", "train/dogs", "val/dogs", "val/cats"]
    assert empty_classes(layout, folders, used) == ()


NAMES = st.sampled_from(["train", "test", "val", "cats", "Cats", "dogs", "x", ".git", "1.jpg", "2.png", "a.txt", "é"])


@given(st.lists(st.lists(NAMES, min_size=1, max_size=4).map("/".join), unique=True, max_size=12))
def test_every_path_gets_exactly_one_place_a_reason_or_is_of_the_system(paths: list[str]) -> None:
    layout = plan_layout(paths)
    assert len(layout.places) == len(paths)
    for path, place in zip(paths, layout.places, strict=True):
        assert (place is None) == any(part.startswith(".") for part in path.split("/"))
        assert not isinstance(place, Place) or (place.label and "/" in path)


@pytest.mark.parametrize("name", ["README.txt", "x/readme.md", "x/cats/LICENSE", "x/.hidden.jpg", "Thumbs.db"])
def test_texts_that_come_along_with_pictures_alarm_nobody(name: str) -> None:
    assert is_system(name)


@pytest.mark.parametrize("name", ["x/readme.jpg", "x/cats/license.png", "x/cats/notes.txt", "x/readme/1.jpg"])
def test_a_picture_called_readme_is_a_picture(name: str) -> None:
    assert not is_system(name)


def test_kinds_are_read_from_clear_file_names_and_it_is_said() -> None:
    layout = plan_layout(["cat_001.jpg", "cat_002.jpg", "Cat (3).jpg", "dog.0.jpg", "dog.1.jpg"])
    assert [place.label for place in layout.places if isinstance(place, Place)] == ["cat"] * 3 + ["dog"] * 2
    (asked,) = [finding for finding in layout.findings if finding.kind == "asked"]
    assert asked.message.startswith("No class folders: the kinds were read from the file names ('Cat', 'cat' and 'dog'")


@pytest.mark.parametrize(
    "files",
    [["IMG_0001.jpg", "IMG_0002.jpg", "DSC_1.jpg", "DSC_2.jpg"], ["cat_1.jpg", "cat_2.jpg"],
     ["a.jpg", "b.jpg", "c.jpg"], ["cat_1.jpg", "cat_2.jpg", "dog_1.jpg"],
     ["IMG-20200101-WA01.jpg", "IMG-20200101-WA02.jpg", "x_1.jpg", "x_2.jpg"]],
    ids=["cameras", "one kind", "no numbers", "a kind of one", "messengers"],
)  # fmt: skip
def test_file_names_without_a_clear_pattern_tell_no_kind(files: list[str]) -> None:
    assert places(*files) == [OUTSIDE] * len(files)


def test_kinds_in_file_names_are_found_inside_splits_and_a_folder_of_all_pictures() -> None:
    found = places("train/cat.0.jpg", "train/cat.1.jpg", "train/dog.0.jpg", "train/dog.1.jpg", "test/1.jpg")
    assert found == [Place("cat", "train")] * 2 + [Place("dog", "train")] * 2 + [NO_CLASS_IN_SPLIT]
    assert places("x/images/001_cat.jpg", "x/images/002_cat.jpg", "x/images/003_dog.jpg", "x/images/4_dog.jpg") == [
        Place("cat", None), Place("cat", None), Place("dog", None), Place("dog", None),
    ]  # fmt: skip


def test_a_name_that_tells_no_kind_among_many_that_do_is_passed_over() -> None:
    files = [f"{kind}_{number}.jpg" for kind in ("cat", "dog") for number in range(10)]
    assert places(*files, "holiday.jpg", "readings.txt")[-2:] == [NO_KIND_IN_NAME, OUTSIDE]


def test_loose_pictures_in_split_folders_are_no_kinds_called_train_and_test() -> None:
    assert places("train/1.jpg", "train/2.jpg", "test/3.jpg") == [NO_CLASS_IN_SPLIT] * 3


@pytest.mark.parametrize("name", [" ", "\u3000", "\u2800", "\u200b", "\u00a0 ", "\u3164"])
def test_a_folder_whose_name_shows_nothing_is_no_kind(name: str) -> None:
    assert places("cats/1.jpg", f"{name}/2.jpg") == [Place("cats", None), BLANK_NAME]


@pytest.mark.parametrize("twin", ["\u0441at", "cat\u200b", "ca\u200dt", "\uff43at"])
def test_classes_that_look_the_same_are_warned_about(twin: str) -> None:
    (finding,) = plan_layout(["cat/1.jpg", f"{twin}/2.jpg", "dog/3.jpg"]).findings
    assert (finding.kind, finding.severity) == ("look_alike", "warning")
    assert re.search(r"look the same and are different names \(.+\); rename one", finding.message)


def test_ten_thousand_classes_are_planned() -> None:
    layout = plan_layout([f"kind {number}/{picture}.jpg" for number in range(10_000) for picture in range(2)])
    assert len({place.label for place in layout.places if isinstance(place, Place)}) == 10_000
    assert layout.findings == ()


def test_nested_folders_are_shown_with_their_counts() -> None:
    (finding,) = plan_layout(["animals/1.jpg", "animals/cats/1.jpg", "animals/cats/2.jpg", "plants/1.jpg"]).findings
    assert "animals/cats: 2" in finding.message
