"""A person's own weights file: what fits is taken, what does not is listed, what carries code is never run."""

from __future__ import annotations

import pickle
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from tests.backbones.networks import CLASSES, random_network
from tl_core.backbones.build import build_network
from tl_core.backbones.network import Network
from tl_core.backbones.own_weights import load_own_weights, read_own_weights
from tl_core.errors import WeightsError

NAME, SIZE = "torchvision/resnet18", 64


@pytest.fixture(scope="module")
def made() -> Network:
    """A network that somebody trained elsewhere."""
    return random_network(NAME, SIZE)


def fresh(classes: int = CLASSES) -> Network:
    torch.manual_seed(7)
    return build_network(NAME, classes, pretrained=False, image_size=SIZE)


def state_of(network: Network) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in network.module.state_dict().items()}


def assert_same(network: Network, made: Network, *, but: str = "none of all") -> None:
    wanted = made.module.state_dict()
    for name, tensor in network.module.state_dict().items():
        assert torch.equal(tensor, wanted[name]) != name.startswith(but), name


@pytest.mark.parametrize("ending", [".safetensors", ".pth", ".pt", ".bin"])
def test_a_file_that_fits_fills_the_whole_network(made: Network, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"mine{ending}"
    if ending == ".safetensors":
        safetensors.torch.save_file(state_of(made), path)
    else:
        torch.save(state_of(made), path)
    network = fresh()
    assert load_own_weights(network, path) == ()
    assert_same(network, made)


def test_a_head_of_other_classes_is_left_out_and_said(made: Network, tmp_path: Path) -> None:
    torch.save(state_of(made), tmp_path / "mine.pth")
    network = fresh(classes=3)
    (told,) = load_own_weights(network, tmp_path / "mine.pth")
    assert told == "The head of 'mine.pth' answers 5 other classes and was left out."
    assert network.module.get_submodule("fc").out_features == 3
    assert torch.equal(network.module.get_submodule("conv1").weight, made.module.get_submodule("conv1").weight)


def test_a_file_without_a_head_is_taken_and_said(made: Network, tmp_path: Path) -> None:
    torch.save({name: tensor for name, tensor in state_of(made).items() if "fc." not in name}, tmp_path / "mine.pth")
    network = fresh()
    assert load_own_weights(network, tmp_path / "mine.pth") == ("'mine.pth' has no head; yours begins at random.",)
    assert_same(network, made, but="fc.")


def test_what_training_programs_put_around_the_tensors_is_taken_off_and_said(made: Network, tmp_path: Path) -> None:
    inner = {f"module.{name}": tensor for name, tensor in state_of(made).items()}
    torch.save({"epoch": 3, "optimizer": {"lr": 0.1}, "model": {"state_dict": inner}}, tmp_path / "mine.pth")
    network = fresh()
    assert load_own_weights(network, tmp_path / "mine.pth") == (
        "The tensors were taken from 'model' in 'mine.pth'.",
        "The tensors were taken from 'state_dict' in 'mine.pth'.",
        "'module.' before every name was left out.",
    )
    assert_same(network, made)


def test_the_first_five_differences_are_listed_and_nothing_is_filled(made: Network, tmp_path: Path) -> None:
    state = state_of(made)
    for number in range(1, 5):
        del state[f"layer{number}.0.conv1.weight"]
    state["conv1.weight"] = torch.zeros(64, 3, 3, 3)
    state["extra"] = torch.zeros(2)
    state["layer1.0.conv2.weight"] = torch.zeros(64, 64, 3, 3, dtype=torch.int64)
    safetensors.torch.save_file(state, tmp_path / "mine.safetensors")
    network = fresh()
    before = state_of(network)
    with pytest.raises(WeightsError) as told:
        load_own_weights(network, tmp_path / "mine.safetensors")
    assert str(told.value) == (
        "The weights in 'mine.safetensors' do not fit 'torchvision/resnet18': 'conv1.weight' is 64 x 3 x 3 x 3 instead "
        "of 64 x 3 x 7 x 7; 'layer1.0.conv1.weight' is missing; 'layer1.0.conv2.weight' holds int64 instead of "
        "float32; 'layer2.0.conv1.weight' is missing; 'layer3.0.conv1.weight' is missing; and 2 more. Choose the "
        "network that they were made with, and its picture size."
    )
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.module.state_dict().items())


def test_an_original_squeezenet_file_fits_though_its_end_is_built_otherwise(tmp_path: Path) -> None:
    import torchvision

    original = torchvision.models.squeezenet1_1(num_classes=4)
    torch.save(original.state_dict(), tmp_path / "squeeze.pth")
    network = build_network("torchvision/squeezenet1_1", 4, pretrained=False)
    assert load_own_weights(network, tmp_path / "squeeze.pth") == ()
    picture = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        original.classifier[2] = torch.nn.Identity()  # type: ignore[assignment]
        torch.testing.assert_close(network.module(picture), original.eval()(picture), atol=1e-5, rtol=1e-5)


class Canary:
    """A pickle that makes a file when it is opened carelessly."""

    def __init__(self, path: Path, function: Any = subprocess.call) -> None:
        self.path, self.function = path, function

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.function, (["touch", str(self.path)],)


@pytest.mark.parametrize("save", [torch.save, lambda thing, path: path.write_bytes(pickle.dumps(thing, protocol=2))])
def test_a_file_that_carries_code_is_refused_and_its_code_never_runs(tmp_path: Path, save: Any) -> None:
    canary = tmp_path / "canary"
    save({"conv1.weight": Canary(canary)}, tmp_path / "mine.pth")
    with pytest.raises(WeightsError, match=r"it asks to run '\w+.call'. Thaw opens no such file"):
        read_own_weights(tmp_path / "mine.pth")
    assert not canary.exists()
    subprocess.call(["touch", str(canary)])
    assert canary.exists()  # it would have been made


def test_a_pickle_of_a_newer_kind_is_refused_without_advice_to_open_it_all_the_same(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    (tmp_path / "mine.pth").write_bytes(pickle.dumps(Canary(canary), protocol=4))
    with pytest.raises(WeightsError, match=r"'mine.pth' cannot be read as a plain table of tensors") as refused:
        read_own_weights(tmp_path / "mine.pth")
    assert "weights_only" not in str(refused.value)
    assert not canary.exists()


def test_a_whole_module_in_place_of_its_tensors_is_refused(made: Network, tmp_path: Path) -> None:
    torch.save(made.module, tmp_path / "mine.pth")
    with pytest.raises(WeightsError, match=r"it asks to run 'torchvision.models.resnet.ResNet'"):
        read_own_weights(tmp_path / "mine.pth")


def test_a_zip_that_unpacks_to_far_more_than_its_size_is_refused(made: Network, tmp_path: Path) -> None:
    torch.save({"conv1.weight": torch.zeros(2_000_000)}, tmp_path / "plain.pth")
    with (
        zipfile.ZipFile(tmp_path / "plain.pth") as plain,
        zipfile.ZipFile(tmp_path / "bomb.pth", "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for member in plain.infolist():
            bomb.writestr(member.filename, plain.read(member))
    with pytest.raises(WeightsError, match=r"'bomb.pth' is damaged \(it claims to unpack to 8 MB, which no weights do"):
        read_own_weights(tmp_path / "bomb.pth")


@pytest.mark.parametrize("ending", [".pth", ".safetensors"])
@pytest.mark.parametrize("length", [10, 5_000, -1])
def test_a_file_that_was_cut_off_is_damaged(made: Network, tmp_path: Path, ending: str, length: int) -> None:
    path = tmp_path / f"mine{ending}"
    (torch.save if ending == ".pth" else safetensors.torch.save_file)(state_of(made), path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(WeightsError, match=f"The weights file 'mine{ending}' is damaged"):
        read_own_weights(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.pth", b"", "The weights file 'empty.pth' is empty"),
        ("header.safetensors", b"\xff" * 64, "'header.safetensors' is damaged"),
        ("words.pth", b"these are no tensors", "'words.pth' is damaged"),
        ("model.h5", b"\x89HDF", "'model.h5' is no weights file that Thaw reads"),
    ],
)
def test_what_is_no_weights_file_is_said(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=message):
        read_own_weights(tmp_path / name)


def test_a_file_that_is_not_there_or_holds_no_tensors_is_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="There is no weights file"):
        read_own_weights(tmp_path / "nowhere.pth")
    torch.save([torch.zeros(2)], tmp_path / "list.pth")
    with pytest.raises(WeightsError, match=r"'list.pth' holds a list in place of a table of tensors"):
        read_own_weights(tmp_path / "list.pth")
    torch.save({"epoch": 3}, tmp_path / "number.pth")
    with pytest.raises(WeightsError, match=r"'number.pth' holds no tensors"):
        read_own_weights(tmp_path / "number.pth")
