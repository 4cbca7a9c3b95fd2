"""What each stage already knows, against heads fitted by scikit-learn without each picture; caches and stops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from small_training import BACKBONE, CPU, Ticking, files_in, small_network
from test_pooled_stages import heard
from test_reading_and_session import imported, write_digits

from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import StagedNetwork
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.data.decoder import DecoderPool, ItemDecoder
from tl_core.data.groups import kept_together
from tl_core.data.index import ImageIndex, ImageRecord
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.tensors import to_batch
from tl_core.evaluation.scores import wilson
from tl_core.events import Phase
from tl_core.training import heads
from tl_core.training.decomposing import decompose
from tl_core.training.head_phase import first_model
from tl_core.training.leaving_out import groups_of
from tl_core.training.pictures import Part, TrainingData, empty_part
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import DeviceFacts
from tl_core.training.pooled_stages import pooled_stages
from tl_core.training.probe import Judged, best_head, judged_pictures, probe
from tl_core.training.probe_values import NetworkHint, Probe
from tl_core.training.reading import read_pictures
from tl_core.training.sampling import to_learn_from
from tl_core.training.session import plan_facts
from tl_core.training.splitting import split_pictures
from tl_core.training.streams import made_by
from tl_core.training.workplace import Workplace


class NoDecoder:
    """Refuses: whatever is asked of it should have come from a cache."""

    def squares(
        self, paths: Sequence[Path], preprocessing: Preprocessing, *, sha256: Sequence[str] | None = None
    ) -> Iterator[tuple[int, np.ndarray]]:
        assert not paths
        return iter(())

    def square(self, path: Path, preprocessing: Preprocessing) -> np.ndarray:
        raise AssertionError(path)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """60 pictures to learn from, 6 to test on."""
    folder = tmp_path_factory.mktemp("pictures") / "digits"
    write_digits(folder, {"train": 20, "test": 2})
    return imported(folder)


@pytest.fixture(scope="module")
def network() -> StagedNetwork:
    return small_network(3)


def place_in(cache: Path, decoder: ItemDecoder, stop_after: int | None = None) -> Workplace:
    asked = iter(range(10**6))
    return Workplace(cache, decoder, CPU, lambda: stop_after is not None and next(asked) >= stop_after, Ticking(0.3))


def probed(dataset: Dataset, network: StagedNetwork, cache: Path, stop_after: int | None = None) -> list[Probe]:
    with DecoderPool(children=1) as decoder:
        return list(probe(dataset, network, place_in(cache, decoder, stop_after)))


@pytest.fixture(scope="module")
def found(
    digits: Dataset, network: StagedNetwork, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Probe], Path]:
    cache = tmp_path_factory.mktemp("cache")
    return probed(digits, network, cache), cache


def test_of_two_ways_to_read_a_stage_the_better_one_counts() -> None:
    random = np.random.default_rng(0)
    labels = np.arange(80) % 2
    telling = random.normal(size=(80, 4)) + 4.0 * labels[:, None]
    rows = np.concatenate([random.normal(size=(80, 4)), telling], axis=1).astype(np.float32)
    judged = Judged(np.arange(80), labels, np.zeros(80, dtype=np.int64), ())
    stages = pooled_stages(small_network(3))
    reading = type(stages.readings[0])("any", (slice(0, 4), slice(4, 8)))
    assert best_head(reading, rows, judged, 2).loo_accuracy > 0.95


def test_the_readings_are_those_of_heads_fitted_without_each_picture(
    digits: Dataset, network: StagedNetwork, found: tuple[list[Probe], Path]
) -> None:
    last = found[0][-1]
    assert last.state == "done"
    assert [stage.name for stage in last.stages] == [stage.name for stage in network.stages if stage.name != HEAD]
    index = to_learn_from(digits.index, 1000, 0)
    with DecoderPool(children=1) as decoder:
        events = read_pictures(
            index, digits.path_of, network.network.preprocessing, cache=found[1], decoder=decoder,
            should_stop=lambda: False, clock=Ticking(),
        )  # fmt: skip
        data = made_by(events)
    judged = judged_pictures(data, index, kept_together(index))
    stage = last.stages[-1]
    pictures = to_batch(np.asarray(data.squares[judged.rows]), network.network.preprocessing)
    features = heard(network, pictures)[stage.name].numpy()
    parts = decompose(features)
    head = heads.fit_ridge_head(features, judged.labels, 3)
    standard, targets = (features - parts.mean) / parts.scale, np.eye(3)[judged.labels]
    right = 0
    for row in range(len(judged.labels)):
        kept = np.arange(len(judged.labels)) != row
        fitted = Ridge(alpha=head.penalty).fit(standard[kept], targets[kept])
        answer = fitted.predict(standard[[row]])[0] / head.temperature + head.shifts
        right += int(answer.argmax() == judged.labels[row])
    assert stage.images == last.images == len(judged.labels) == 60
    assert stage.accuracy == pytest.approx(right / 60, abs=1 / 60)
    assert (stage.low, stage.high) == wilson(round(stage.accuracy * 60), 60)
    assert (last.baseline, last.baseline_class) == (pytest.approx(1 / 3), "0")


def test_answers_grow_stage_by_stage_and_say_how_far_they_are(found: tuple[list[Probe], Path]) -> None:
    values = found[0]
    assert [value.state for value in values[:-1]] == ["running"] * (len(values) - 1)
    assert [value.phase for value in values if value.phase] == sorted(
        (value.phase for value in values if value.phase), key=["reading", "features", "head"].index
    )
    assert [len(value.stages) for value in values if value.phase == "head"] == list(
        range(1, len(values[-1].stages) + 1)
    )
    assert all(Probe.from_dict(value.to_dict()) == value for value in values)


def test_a_second_probe_reads_no_picture_and_runs_no_network(
    digits: Dataset, network: StagedNetwork, found: tuple[list[Probe], Path]
) -> None:
    again = list(probe(digits, network, place_in(found[1], NoDecoder())))
    assert "features" not in {value.phase for value in again}
    assert again[-1].stages == found[0][-1].stages


def test_a_training_finds_the_features_that_the_head_reads(
    digits: Dataset, network: StagedNetwork, found: tuple[list[Probe], Path]
) -> None:
    config = RunConfig(backbone=BACKBONE, image_size=32)
    index = split_pictures(config, digits.index)
    events = read_pictures(
        index, digits.path_of, network.network.preprocessing, cache=found[1], decoder=NoDecoder(),
        should_stop=lambda: False, clock=Ticking(),
    )  # fmt: skip
    data = made_by(events)
    plan = make_plan(config, plan_facts(index, network, CPU))
    files = replace(files_in(found[1].parent), cache=found[1])
    first = first_model(plan, data, network, files, should_stop=lambda: False, clock=Ticking())
    looked_at = [event for event in first if isinstance(event, Phase) and event.name == "features"]
    assert [(event.done, event.total) for event in looked_at] == [(60, 60)]


@pytest.mark.parametrize("stop_after", [1, 3, 8])
def test_a_probe_that_is_asked_to_stop_says_so_and_the_next_goes_on(
    digits: Dataset, network: StagedNetwork, tmp_path: Path, stop_after: int
) -> None:
    values = probed(digits, network, tmp_path, stop_after)
    assert values[-1].state == "stopped"
    assert values[-1].stages == ()
    assert probed(digits, network, tmp_path)[-1].state == "done"


def test_a_test_split_stays_unseen(found: tuple[list[Probe], Path]) -> None:
    assert found[0][-1].images == found[0][-1].images_in_all == 60
    assert not found[0][-1].is_sample


def records(counts: dict[str, int]) -> ImageIndex:
    made = [
        ImageRecord(f"{label}/{n}.png", label, None, f"{label}{n}".encode().hex().ljust(64, "0"), 10, 10, 100)
        for label, count in counts.items()
        for n in range(count)
    ]
    return ImageIndex(classes=tuple(sorted(counts)), records=tuple(made))


def test_of_many_pictures_each_kind_gives_its_share() -> None:
    index = records({"cat": 3000, "dog": 990, "owl": 10})
    chosen = to_learn_from(index, 400, seed=0)
    assert {name: sum(count.values()) for name, count in chosen.counts().items()} == {"cat": 300, "dog": 99, "owl": 4}
    assert {record.path for record in chosen.records} <= {record.path for record in index.records}
    same, other = to_learn_from(index, 400, seed=0), to_learn_from(index, 400, seed=1)
    assert [record.path for record in same.records] == [record.path for record in chosen.records]
    assert [record.path for record in other.records] != [record.path for record in chosen.records]


def test_a_sample_says_that_it_is_one() -> None:
    assert Probe("any", "done", images=1000, images_in_all=4000).is_sample


def test_a_networks_hint_comes_back_from_its_wire_form() -> None:
    hint = NetworkHint("any", "tiny", "running", done=3, total=9)
    assert NetworkHint.from_dict(hint.to_dict() | {"newer": 1}) == hint


def test_the_precision_is_the_one_of_a_training() -> None:
    native = DeviceFacts(device="cpu", name="fast", threads=1, native_bf16=True)
    place = place_in(Path(), NoDecoder())
    assert place.precision == "fp32"
    assert Workplace(place.cache, place.decoder, native, place.should_stop, place.clock).precision == "bf16"


def test_near_duplicates_are_left_out_together_and_what_lies_in_two_kinds_judges_nothing() -> None:
    made = [
        ImageRecord(f"{n}.png", "ab"[n % 2], "train", f"{n:064x}", 10, 10, 100, near=3 if n in (2, 4) else 0)
        for n in range(6)
    ]
    twice = ImageRecord("again.png", "b", "train", f"{0:064x}", 10, 10, 100)
    index = ImageIndex(classes=("a", "b"), records=(*made, twice))
    rows, labels = np.array([0, 1, 2, 3, 4, 5, 0]), np.array([0, 1, 0, 1, 0, 1, 1])
    contents = tuple(f"{n:064x}" for n in range(6))
    data = TrainingData(
        index.classes, contents, np.zeros((6, 1, 1, 3), np.uint8), Part(rows, labels), empty_part(), empty_part()
    )
    judged = judged_pictures(data, index, kept_together(index))
    assert judged.rows.tolist() == [1, 2, 3, 4, 5]
    ((group,),) = groups_of(judged.together)
    assert judged.rows[group].tolist() == [2, 4]
