"""What the core says in English, said in Chinese: whole tables, and what the core really says."""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.training.test_plan_reasons import FACTS
from tl_core.config import RunConfig
from tl_core.data import children, dataset, layout, sniffing
from tl_core.errors import UserError
from tl_core.training.plan import make_plan
from tl_ui.words import LANGUAGES, words_for
from tl_ui.words.said import LONGEST, PLACE, said
from tl_ui.words.said import TABLES as TABLES_BY_LANGUAGE
from tl_ui.words.said_phrases_zh_cn import PHRASES

TABLES = TABLES_BY_LANGUAGE["zh-CN"]
PAIRS = [pair for table in (*TABLES, PHRASES) for pair in table.items()]
CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH_RUN = re.compile(r"[A-Za-z]+(?: +[A-Za-z]+){3,}")


def in_chinese(text: str) -> str:
    """The translation; fails where a sentence of it stayed English (names in quotes and brackets may be)."""
    told = said(text, "zh-CN")
    bare = re.sub(r"'[^']*'|（[^）]*）|`[^`]*`", "", told)
    assert CHINESE.search(told), text
    assert not ENGLISH_RUN.search(bare), told
    return told


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=[english[:50] for english, _ in PAIRS])
def test_both_sides_of_a_pair_have_the_same_places(english: str, chinese: str) -> None:
    assert set(PLACE.findall(english)) == set(PLACE.findall(chinese))
    assert chinese.strip()


def test_no_sentence_is_in_two_tables() -> None:
    for one, other in itertools.combinations(TABLES, 2):
        assert one.keys().isdisjoint(other)


def test_english_stays_exactly_as_it_is() -> None:
    text = "It is empty (0 bytes).  Send it again. "
    assert said(text, "en") == text
    assert said(text, "tlh") == text
    assert set(LANGUAGES) == {"en", "zh-CN"}


def test_names_and_numbers_are_carried_over() -> None:
    text = "The same picture lies in 'red fox', 'cat and dog' and 'x'; one label is wrong."
    assert said(text, "zh-CN") == "同一张图片出现在'red fox'、'cat and dog'和'x'中，其中一个标签是错的。"
    assert said("1,200 pictures below 32 pixels: a network sees little there.", "zh-CN").startswith(
        "1,200 张图片小于 32"
    )


def test_what_is_not_known_stays_between_what_is() -> None:
    text = "It is empty (0 bytes). Nobody ever wrote this. Send it again."
    assert said(text, "zh-CN") == "文件为空（0 字节）。Nobody ever wrote this. 请重新发送。"
    assert said("Nobody ever wrote this", "zh-CN") == "Nobody ever wrote this"
    assert said("", "zh-CN") == ""


def test_a_name_that_looks_like_a_place_or_a_sentence_is_only_a_name() -> None:
    name = "{n}. It is empty (0 bytes). \\1"
    assert said(f"'{name}' is protected by a password.", "zh-CN") == f"'{name}' 有密码保护。"


def test_a_long_text_is_left_alone_and_a_hostile_one_takes_no_time() -> None:
    assert said("a" * (LONGEST + 1), "zh-CN") == "a" * (LONGEST + 1)
    hostile = "'" * 300 + " and " * 100 + ". " * 50
    assert said(hostile, "zh-CN")


CONFIGS: tuple[dict[str, Any], ...] = (
    {},
    {"epochs": 7, "batch_size": 4, "learning_rate": 0.1, "optimizer": "sgd", "schedule": "cosine", "augment": "none"},
    {"freeze": "none"},
    {"freeze": "stem", "optimizer": "sgd"},
    {"freeze": "middle"},
    {"freeze": "none", "start": "scratch"},
    {"freeze": "none", "epochs": 30},
    {"gradual": "2:last", "optimizer": "adagrad", "momentum": 0.0, "mixup": 0.2, "batch_norm": "reestimate"},
    {"batch_norm": "train", "optimizer": "rmsprop", "schedule": "one-cycle", "warmup_epochs": 1.0, "flips": "both"},
    {"train_stages": ["last"], "head_learning_rate": 0.1, "schedule": "plateau", "test_views": 9, "momentum": 0.5},
    {"gradual": "2:head,3:last,3:last", "lora_rank": 4, "epochs": 2},
    {"freeze": "none", "lora_rank": 4},
    {"freeze": "last", "augment": "gentle"},
    {"freeze": "last", "cached_views": 4},
    {"freeze": "last", "cached_views": 4, "augment": "none"},
    {"freeze": "none", "cached_views": 4},
)


def situations() -> Iterator[dict[str, Any]]:
    grid = itertools.product((30, 400, 6000, 40_000), (0, 40, 900), (False, True), (False, True), ("cpu", "cuda"))
    for train, val, has_cuts, convolutional, device in grid:
        free = 10**9 if device == "cuda" else None
        here = replace(FACTS.device, device=device, native_bf16=device == "cuda", free_bytes=free)
        pictures = {"train": train, "val": val, "test": val}
        yield {
            "pictures": pictures, "has_cuts": has_cuts, "convolutional": convolutional, "device": here,
            "brings_test": val == 900, "batch_norms": convolutional, "most_train": train // 2, "rarest_train": 5,
            "lora_sizes": {} if convolutional else {"stem": 9}, "lora_left_out": 0 if convolutional else 3,
        }  # fmt: skip


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_every_reason_of_every_plan_is_translated(config: dict[str, Any]) -> None:
    seen = set()
    for changes in situations():
        try:
            plan = make_plan(RunConfig.from_dict(config), replace(FACTS, **changes))
        except UserError as error:
            seen.add(str(error))
            continue
        seen.update(plan.reasons.values())
    for reason in seen:
        in_chinese(reason)


@pytest.mark.parametrize(
    "config",
    [
        {"freeze": "steem"},
        {"train_stages": ["head", "x"]},
        {"start": "scratch", "freeze": "all"},
        {"gradual": "5:last", "epochs": 2},
        {"gradual": "5:last,7:middle", "epochs": 2},
    ],
    ids=str,
)
def test_a_choice_that_does_not_fit_is_said_in_chinese(config: dict[str, Any]) -> None:
    with pytest.raises(UserError) as problem:
        make_plan(RunConfig.from_dict(config), FACTS)
    in_chinese(str(problem.value))


def test_the_epochs_of_stages_that_thaw_too_late_are_said_in_chinese() -> None:
    late = "gradual thaws 'last' in epoch 5, 'middle' in epoch 7, after the last of the 2 epochs."
    assert said(late, "zh-CN") == "gradual 要解冻 'last'（第 5 轮）、'middle'（第 7 轮），但训练只有 2 轮。"


def picture(path: Path, colour: int, *, size: int = 64, mode: str = "RGB") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = Image.radial_gradient("L").resize((size, size)).point(lambda value: (value * (colour + 1)) % 251)
    drawn.convert(mode).save(path)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A folder that has a little of everything that can be wrong with pictures."""
    root = tmp_path_factory.mktemp("said") / "animals"
    for n in range(12):
        picture(root / "train" / "fox" / f"{n}.png", n)
    picture(root / "train" / "dog" / "0.png", 0)
    picture(root / "train" / "dog" / "0 again.png", 0)
    picture(root / "test" / "fox" / "1.png", 1)
    picture(root / "train" / "Fox" / "tiny.png", 40, size=16)
    picture(root / "train" / "fox" / "clear.png", 50, mode="RGBA")
    picture(root / "train" / "fox" / "print.jpg", 60, mode="CMYK")
    picture(root / "loose.png", 70)
    (root / "train" / "cat").mkdir()
    for name, content in {
        "a.jpg": b"",
        "b.jpg": b"%PDF-1.4",
        "c.png": b"plain words",
        "d.jpg": b"\xff\xd8\xff",
    }.items():
        (root / "train" / "fox" / name).write_bytes(content)
    (root / "train" / "fox" / "gone.jpg").symlink_to("nowhere")
    return dataset.import_source(root, root.parent / "dataset").report


def test_a_real_report_is_said_in_chinese(report: Any) -> None:
    assert len({finding.kind for finding in report.findings}) >= 6
    for text in {finding.message for finding in report.findings} | {item.reason for item in report.skipped}:
        in_chinese(text)


@pytest.mark.parametrize("what", sorted({words for _, words in sniffing.STARTS} | {*sniffing.REMEDIES, "a web page"}))
def test_what_a_file_truly_is_has_a_chinese_name(what: str) -> None:
    in_chinese(f"It is {what}, not a picture. {sniffing.remedy(what)}".strip())


@pytest.mark.parametrize("reason", [*layout.BESIDE, children.STOPPED, children.CRASHED])
def test_a_constant_reason_is_said_in_chinese(reason: str) -> None:
    in_chinese(reason)


@pytest.mark.parametrize("content", [b"", b"Rar!....", b"plain", b"PK\x03\x04 cut off"])
def test_a_refused_archive_is_said_in_chinese(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "animals.zip").write_bytes(content)
    with pytest.raises(UserError) as problem:
        dataset.import_source(tmp_path / "animals.zip", tmp_path / "dataset")
    in_chinese(str(problem.value))


def test_an_archive_without_pictures_is_said_in_chinese(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "animals.zip", "w") as archive:
        archive.writestr("fox/readme.txt", "no picture")
    with pytest.raises(UserError) as problem:
        dataset.import_source(tmp_path / "animals.zip", tmp_path / "dataset")
    in_chinese(str(problem.value))


def test_the_words_of_a_language_say_it() -> None:
    assert words_for("zh-CN").said("Send it again.") == "请重新发送。"
    assert words_for("en").said("Send it again.") == "Send it again."
