"""The tables of words: two languages that say the same things, and sentences filled in once."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from tl_core.data.index import FINDING_KINDS, SPLITS
from tl_core.events import PHASES
from tl_ui.controls import CONTROLS
from tl_ui.words import LANGUAGES, PARTS, words_for

ROOT = Path(__file__).resolve().parents[2]
ENGLISH, CHINESE = words_for("en"), words_for("zh-CN")


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_both_languages_have_the_same_keys() -> None:
    assert set(LANGUAGES) == {"en", "zh-CN"}
    assert ENGLISH.table.keys() == CHINESE.table.keys()


def test_no_key_is_in_two_tables_of_a_language() -> None:
    for parts in PARTS.values():
        for one, other in itertools.combinations(parts, 2):
            assert one.keys().isdisjoint(other)


def test_both_languages_fill_in_the_same_places() -> None:
    differing = [key for key in ENGLISH.table if places(ENGLISH.table[key]) != places(CHINESE.table[key])]
    assert differing == []


def test_no_word_is_empty() -> None:
    assert [key for words in (ENGLISH, CHINESE) for key, text in words.table.items() if not text.strip()] == []


def test_chinese_sentences_are_chinese() -> None:
    """A line that was forgotten stays English; names, units and paths are the same in both."""
    same = {key for key in ENGLISH.table if ENGLISH.table[key] == CHINESE.table[key]}
    names = {
        "pictures.path_placeholder", "measure.auroc", "results.f1", "keep.command",
        "control.optimizer.adamw", "control.optimizer.adam", "control.optimizer.rmsprop", "control.optimizer.adagrad",
    }  # fmt: skip
    assert same - names <= {"live.count"}


def test_every_split_phase_and_finding_has_words() -> None:
    keys = [*(f"split.{name}" for name in SPLITS), *(f"phase.{name}" for name in PHASES)]
    keys += [f"finding.{kind}" for kind in FINDING_KINDS]
    assert [key for key in keys if not ENGLISH.has(key)] == []


def test_a_name_with_braces_is_filled_in_as_it_is() -> None:
    said = ENGLISH("results.mixed", truth="{answer}", answer="{{7*7}}", n=2)
    assert said == "Most often mixed up: “{answer}” taken for “{{7*7}}” (2)."


def test_one_picture_is_singular_and_thousands_are_grouped() -> None:
    assert ENGLISH.count("found.images", 1) == "1 picture"
    assert ENGLISH.count("found.images", 1797) == "1,797 pictures"
    assert CHINESE.count("found.images", 1797) == "1,797 张图片"


def test_an_unknown_language_is_answered_in_english() -> None:
    assert words_for("<script>").language == "en"


def test_an_unknown_key_is_an_error_and_not_an_empty_label() -> None:
    with pytest.raises(KeyError, match=r"no\.such\.key"):
        ENGLISH("no.such.key")


def test_every_word_that_the_browser_asks_for_is_in_the_table() -> None:
    """`say('key')` in the scripts names whole keys; keys that are put together end with a quote and a plus."""
    asked: set[str] = set()
    for path in sorted((ROOT / "assets" / "js").glob("*.js")):
        asked |= set(re.findall(r"say\(\s*'([a-z_.]+)'\s*[,)]", path.read_text(encoding="utf-8")))
    assert len(asked) > 50
    assert [key for key in sorted(asked) if not ENGLISH.has(key)] == []


def test_every_word_of_the_table_is_said_somewhere() -> None:
    """Keys that the code puts together are known by their beginning; any other key stands in it whole."""
    files = [*(ROOT / "tl_ui").glob("*.py"), *(ROOT / "assets" / "js").glob("*.js")]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    put_together = (
        "tab.", "level.", "sample.", "split.", "severity.", "cards.", "ice.freeze_", "stage.",
        "live.col_", "live.loss", "live.accuracy", "live.finished_lead", "live.stopped_lead", "live.paused_lead",
        "live.as_", "state.",
        "results.precision_help", "results.recall_help", "results.by_",
        "measure.", "next.", "seen.", "checks.", "catalogue.", "preset.", "group.", "doctor.",
        "use.by_", "mine.", "drop.phase_", "found.column_", "runs.col_",
            "many.phase_", "many.order_", "many.col_", "report.",
        "versus.on_", "versus.chance", "versus.better", "versus.same", "use.same", "use.new", "live.first_on_",
    )  # fmt: skip
    by_name = {*(f"finding.{kind}" for kind in FINDING_KINDS), *(f"phase.{name}" for name in PHASES)}
    for control in CONTROLS:
        offered = control.choices if control.kind == "choice" else ()
        by_name |= {control.label_key, control.help_key, *(f"{control.label_key}.{value}" for value in offered)}
    said = [
        key.removesuffix(".one").removesuffix(".other")
        for key in ENGLISH.table
        if not key.startswith(put_together) and key not in by_name
    ]
    assert [key for key in said if not re.search(rf"[\"']{re.escape(key)}[\"']", code)] == []
