"""When a checkpoint is due, what goes along with it, and a disk that refuses it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tl_core.errors import RunError
from tl_core.events import Warned
from tl_core.training.capturing import put_back_optimizer
from tl_core.training.checkpoint import load_tensors
from tl_core.training.checkpointing import ROLE_BEST, ROLE_LEADER, Checkpointing, copied, writing
from tl_core.training.presets import Counting, Leader, around, changed, leader_of


class Standing:
    """A clock that is set by hand; every save takes so many seconds of it."""

    def __init__(self, cost: float = 0.0) -> None:
        self.now, self.cost = 0.0, cost

    def __call__(self) -> float:
        return self.now

    def capture(self) -> tuple[dict[str, int], dict[str, torch.Tensor]]:
        self.now += self.cost
        return {"epoch": 1, "batch": 0}, {"weight": torch.ones(3)}


def test_one_is_due_at_an_epochs_end_and_every_minute_within_it(tmp_path: Path) -> None:
    clock = Standing()
    checkpoints = Checkpointing(tmp_path, clock)
    assert (checkpoints.due(in_epoch=False), checkpoints.due(in_epoch=True)) == (True, False)
    clock.now = 59.0
    assert not checkpoints.due(in_epoch=True)
    clock.now = 60.0
    assert checkpoints.due(in_epoch=True)
    assert list(checkpoints.save(clock.capture, pinned=None)) == []
    assert not checkpoints.due(in_epoch=True)


def test_what_costs_much_is_done_seldom_so_that_it_stays_under_a_hundredth(tmp_path: Path) -> None:
    clock = Standing(cost=2.0)
    checkpoints = Checkpointing(tmp_path, clock)
    list(checkpoints.save(clock.capture, pinned=None))
    clock.now += 199.0
    assert not checkpoints.due(in_epoch=False)
    clock.now += 60.0
    assert checkpoints.due(in_epoch=False)


def test_a_disk_that_refuses_is_told_once_and_training_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    clock = Standing()
    checkpoints = Checkpointing(tmp_path / "file" / "checkpoints", clock)
    (told,) = checkpoints.save(clock.capture, pinned=None)
    assert isinstance(told, Warned)
    assert "A checkpoint could not be written (Not a directory)" in told.message
    assert list(checkpoints.save(clock.capture, pinned=None)) == []


def test_what_goes_along_is_written_once_and_then_named(tmp_path: Path) -> None:
    clock = Standing()
    checkpoints = Checkpointing(tmp_path, clock)
    checkpoints.carry(ROLE_BEST, {"weight": torch.zeros(2)})
    for _ in range(2):
        list(checkpoints.save(clock.capture, pinned=None))
    assert len(list(tmp_path.glob("*-best.safetensors"))) == 1
    last = next(checkpoints.folder.listed())
    kept = Checkpointing(tmp_path, clock).load(last)
    assert torch.equal(kept.best["weight"], torch.zeros(2))
    checkpoints.carry(ROLE_BEST, None)
    list(checkpoints.save(clock.capture, pinned=None))
    assert ROLE_BEST not in next(checkpoints.folder.listed()).files


def test_a_damaged_file_of_tensors_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "x.safetensors").write_bytes(b"half")
    with pytest.raises(RunError, match=r"The checkpoint 'x\.safetensors' cannot be read"):
        load_tensors(tmp_path / "x.safetensors")
    with pytest.raises(OSError, match="directory"):
        writing({"weight": torch.ones(2)})(tmp_path / "nowhere" / "x.safetensors")


def test_what_the_optimizer_knows_lies_as_its_parameter_does() -> None:
    module = torch.nn.Conv2d(4, 8, 3).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(module.parameters(), fused=True)
    module(torch.randn(2, 4, 5, 5)).sum().backward()
    optimizer.step()
    names = {"weight": module.weight, "bias": module.bias}
    kept = {
        f"optimizer/{key}/{name}": copied(value)
        for name, parameter in names.items()
        for key, value in optimizer.state[parameter].items()
    }
    assert kept["optimizer/exp_avg/weight"].is_contiguous()
    again = torch.optim.AdamW(module.parameters(), fused=True)
    put_back_optimizer(module, again, kept)
    for parameter in names.values():
        for key, value in optimizer.state[parameter].items():
            assert torch.equal(again.state[parameter][key], value)
            assert again.state[parameter][key].stride() == value.stride()
            assert again.state[parameter][key].dtype == value.dtype


def test_the_leader_of_a_preset_comes_back_from_what_it_learned_over_the_first_model(tmp_path: Path) -> None:
    clock, start = Standing(), {"frozen": torch.ones(2), "learned": torch.zeros(2)}
    leader = Leader("blocks.1", 0.9, 0.3, {**start, "learned": torch.full((2,), 5.0)})
    checkpoints = Checkpointing(tmp_path, clock)
    checkpoints.carry(ROLE_LEADER, changed(leader.weights, start))
    checkpoints.around |= around(3, Counting(10, 100, epochs=4, steps=40), leader)
    list(checkpoints.save(clock.capture, pinned=None))
    kept = next(checkpoints.folder.listed())
    assert list(load_tensors(tmp_path / kept.files[ROLE_LEADER])) == ["learned"]
    found = leader_of(kept, Leader("all", 0.5, 1.0, start), checkpoints)
    assert (found.freeze, found.accuracy, found.loss) == ("blocks.1", 0.9, 0.3)
    assert all(torch.equal(found.weights[name], leader.weights[name]) for name in start)
    assert (kept.state["candidate"], kept.state["epochs_before"], kept.state["steps_before"]) == (3, 4, 40)
