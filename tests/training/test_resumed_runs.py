"""Whole runs that go on: with the split, the plan and the pictures that they were begun with, or with words why not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import safetensors.torch
import torch
from small_training import Ticking, digits_data, small_network, small_plan

from tests.training.test_reading_and_session import imported, write_digits
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.errors import ConfigError, DataError, RunError
from tl_core.events import EpochDone, Event, Finished, Planned, RepeatDone, Resumed, StepDone, Stopped, Warned, checked
from tl_core.training.checkpoint_files import Checkpoint, CheckpointFolder
from tl_core.training.extending import Asked, extended
from tl_core.training.machines import on_this_machine
from tl_core.training.plan_values import DeviceFacts
from tl_core.training.schedules import learning_rate_at
from tl_core.training.session import run_training

CONFIG = RunConfig.from_dict(
    {"backbone": "test_efficientnet.r160_in1k", "start": "scratch", "freeze": "none", "epochs": 3, "batch_size": 8,
     "image_size": 32, "learning_rate": 1e-3, "augment": "none"}
)  # fmt: skip


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system says that nobody else works, so that every run chooses the same number of threads."""
    monkeypatch.setattr(psutil, "getloadavg", lambda: (0.0, 0.0, 0.0))


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    write_digits(tmp_path / "digits", {"": 12})
    return imported(tmp_path / "digits")


def carried_on(
    dataset: Dataset,
    name: str,
    config: RunConfig = CONFIG,
    *,
    asked: Asked | None = None,
    ends: Callable[[list[Event]], bool] = lambda _events: False,
) -> list[Event]:
    """The events of a run in the folder of this name; it is asked to stop once `ends` holds."""
    folder = dataset.folder.parent / name
    folder.mkdir(exist_ok=True)
    events: list[Event] = []
    stream = run_training(
        config, dataset, folder, dataset.folder.parent / "cache", clock=Ticking(0.3), asked=asked,
        should_stop=lambda: ends(events),
    )  # fmt: skip
    for event in checked(stream):
        events.append(event)
    return events


def with_the_plan_of(dataset: Dataset, one: str, other: str) -> list[Event]:
    """A whole run with what another one decided: threads are chosen by how busy the machine is just now."""
    folder = dataset.folder.parent / other
    folder.mkdir()
    for name in ("plan.json", "split.csv"):
        shutil.copy(dataset.folder.parent / one / name, folder)
    return carried_on(dataset, other, asked=Asked())


def after_steps(count: int) -> Callable[[list[Event]], bool]:
    return lambda events: sum(isinstance(event, StepDone) for event in events) >= count


def weights(dataset: Dataset, name: str) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(dataset.folder.parent / name / "model" / "model.safetensors")


def told(events: list[Event]) -> list[EpochDone]:
    return [replace(event, images_per_second=0.0) for event in events if isinstance(event, EpochDone)]


def warned(events: list[Event]) -> str:
    return " ".join(event.message for event in events if isinstance(event, Warned))


def test_a_stopped_run_goes_on_with_its_plan_and_split_and_ends_with_the_same_bits(dataset: Dataset) -> None:
    stopped = carried_on(dataset, "parts", ends=after_steps(6))
    assert isinstance(stopped[-1], Stopped)
    whole = with_the_plan_of(dataset, "parts", "whole")
    split = (dataset.folder.parent / "parts" / "split.csv").read_bytes()
    after = carried_on(dataset, "parts", asked=Asked())
    assert after[0] == Resumed(1, 6, 0, 0)
    assert after[1] == Planned(stopped[0].plan)
    assert isinstance(after[-1], Finished)
    assert told(stopped) + told(after) == told(whole)
    assert after[-1].result == whole[-1].result
    ours, theirs = weights(dataset, "parts"), weights(dataset, "whole")
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert (dataset.folder.parent / "parts" / "split.csv").read_bytes() == split
    assert list(checked([*stopped, *after])) == [*stopped, *after]


def test_a_run_without_a_checkpoint_begins_anew_and_says_so(dataset: Dataset) -> None:
    stopped = carried_on(dataset, "run", ends=lambda events: len(events) > 0)
    after = carried_on(dataset, "run", asked=Asked())
    assert after[0] == Resumed(-1, 0, 0, 0)
    assert "There is no checkpoint yet, so the run begins anew." in warned(after)
    assert [epoch.epoch for epoch in told(after)] == [0, 1, 2, 3]
    assert list(checked([*stopped, *after]))


def test_a_flipped_byte_is_noticed_and_the_checkpoint_before_it_is_used(dataset: Dataset) -> None:
    whole = carried_on(dataset, "run")
    folder = CheckpointFolder(dataset.folder.parent / "run" / "checkpoints")
    last, before = list(folder.listed())[:2]
    path = folder.path / last.files["state"]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    after = carried_on(dataset, "run", asked=Asked())
    assert after[0] == Resumed(before.state["epoch"], before.state["step"], 0, 0)
    assert "The last checkpoint is damaged. It goes on from the one before" in warned(after)
    assert after[-1].result == whole[-1].result


def test_more_epochs_are_trained_after_the_last_one(dataset: Dataset) -> None:
    carried_on(dataset, "run")
    after = carried_on(dataset, "run", asked=Asked(more=2))
    assert [epoch.epoch for epoch in told(after)] == [4, 5]
    assert {epoch.epochs for epoch in told(after)} == {5}
    assert "It goes on to 5 epochs in all, 3 of them done; the learning rate starts again at 0.0001" in warned(after)
    rates = [event.learning_rate for event in after if isinstance(event, StepDone)]
    assert rates == sorted(rates, reverse=True)
    assert isinstance(after[-1], Finished)
    assert after[-1].epochs == 5


def test_going_on_from_an_earlier_epoch_makes_the_same_epochs_again(dataset: Dataset) -> None:
    whole = carried_on(dataset, "run")
    after = carried_on(dataset, "run", asked=Asked(from_epoch=1))
    assert isinstance(after[0], Resumed)
    assert after[0].epoch == 1
    assert told(after) == told(whole)[2:]
    with pytest.raises(RunError, match=r"no checkpoint at the end of epoch 7\..*Kept are .*: .*3"):
        carried_on(dataset, "run", asked=Asked(from_epoch=7))


def test_pictures_that_are_no_longer_the_same_are_named(dataset: Dataset) -> None:
    carried_on(dataset, "run", ends=after_steps(6))
    rows = dataset.folder.parent / "run" / "split.csv"
    lines = rows.read_text("utf-8").splitlines()
    path, label, split, group, sha256 = lines[1].split(",")
    changed = ",".join((path, label, split, group, sha256[::-1]))
    gone = lines[2].replace(lines[2].split(",")[0], "elsewhere.png")
    rows.write_text("\n".join([lines[0], changed, gone, *lines[3:]]) + "\n", "utf-8")
    with pytest.raises(DataError, match=rf"Gone: 'elsewhere\.png'\. Replaced: '{path}'\. Bring them back"):
        carried_on(dataset, "run", asked=Asked())


def test_other_kinds_make_it_another_model(dataset: Dataset) -> None:
    carried_on(dataset, "run", ends=after_steps(6))
    plan = dataset.folder.parent / "run" / "plan.json"
    values = json.loads(plan.read_text())
    values["plan"]["classes"] = ["cat", "dog"]
    plan.write_text(json.dumps(values))
    with pytest.raises(DataError, match="tells 'cat', 'dog' apart, and the pictures are now sorted into '0', '1', '2'"):
        carried_on(dataset, "run", asked=Asked())


def test_repeats_go_on_with_the_seed_that_was_under_way(dataset: Dataset) -> None:
    config = replace(CONFIG, repeats=3, epochs=1)
    whole = carried_on(dataset, "whole", config)
    second = lambda events: any(isinstance(event, RepeatDone) for event in events) and len(events) % 7 == 0  # noqa: E731
    stopped = carried_on(dataset, "parts", config, ends=second)
    assert isinstance(stopped[-1], Stopped)
    after = carried_on(dataset, "parts", config, asked=Asked())
    assert after[0] == Resumed(1, after[1].plan["steps_per_epoch"], 0, 1)
    assert [event.number for event in after if isinstance(event, RepeatDone)] == [2, 3]
    assert after[-1].result == whole[-1].result
    assert not (dataset.folder.parent / "parts" / "repeats").exists()


def test_what_was_asked_for_has_to_leave_something_to_train() -> None:
    with pytest.raises(ConfigError, match=r"3 epochs are done already, so 2 in all leave nothing to train"):
        Asked(epochs=2).total(3)
    with pytest.raises(ConfigError, match="epochs and more are both given"):
        Asked(epochs=2, more=1)
    with pytest.raises(ConfigError, match=r"more is 0; it goes from 1 to 1000"):
        Asked(more=0)
    assert (Asked(more=4).total(3), Asked(epochs=9).total(3)) == (7, 9)


@pytest.mark.parametrize(("schedule", "first", "last"), [("cosine", 0.1, 0.01), ("constant", 1.0, 1.0)])
def test_a_longer_run_goes_down_once_more_or_stays(schedule: str, first: float, last: float) -> None:
    data, network = digits_data(160, 20), small_network()
    plan = small_plan(data, network, freeze="none", epochs=4, learning_rate=1.0, schedule=schedule)
    longer, sentence = extended(plan, 4, 40, 6)
    assert learning_rate_at(longer, 40) == pytest.approx(first)
    assert learning_rate_at(longer, 59) == pytest.approx(last)
    assert [learning_rate_at(longer, step) for step in range(40)] == [
        learning_rate_at(plan, step) for step in range(40)
    ]
    assert ("falls along a cosine" in sentence) == (schedule == "cosine")


def test_a_machine_that_gives_other_threads_or_another_device_is_said() -> None:
    plan = small_plan(digits_data(40, 20), small_network(), freeze="none", epochs=1)
    facts = DeviceFacts("cpu", plan.device_name, 4, native_bf16=False)
    asked: list[int] = []
    same, nothing = on_this_machine(plan, None, facts, use=asked.append, threads_in_use=lambda: plan.threads)
    assert (same, nothing, asked) == (plan, (), [plan.threads])
    other, told = on_this_machine(plan, None, facts, use=asked.append, threads_in_use=lambda: 7)
    assert other.threads == 7
    assert "begun with 1 threads and goes on with 7, so it is no longer exactly" in told[0]
    card = replace(plan, device="cuda", device_name="a card", precision="bf16")
    moved, told = on_this_machine(card, None, facts, use=asked.append, threads_in_use=lambda: 4)
    assert (moved.device, moved.precision, moved.threads) == ("cpu", "fp32", 4)
    assert "begun on a card and goes on on a processor" in told[0]
    older = Checkpoint(1, {"made_with": {"torch": "1.0"}}, {})
    assert "begun with PyTorch 1.0" in on_this_machine(same, older, facts, threads_in_use=lambda: 1)[1][0]
