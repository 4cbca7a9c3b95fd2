"""Downloads from a real server on this computer: cut off and gone on, changed on the way, refused, told of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import safetensors.torch
import timm
import torch
from huggingface_hub import constants

from tests.backbones.weights_server import COMMIT, Behaviour, weights_server
from tl_core.backbones import here, weights
from tl_core.backbones.build import build_network
from tl_core.backbones.fetch import fetch_pretrained
from tl_core.backbones.fetching import BrokenOffError, Source, fetch, partial
from tl_core.config import RunConfig
from tl_core.errors import TrainingError, WeightsError
from tl_core.training.beginning import fetched, is_here

NAME = "test_resnet.r160_in1k"
REPOSITORY = f"/timm/{NAME}/resolve/main"
CONTENT = bytes(range(256)) * 20_000  # 5 MB: several pieces
HASH = hashlib.sha256(CONTENT).hexdigest()

Hub = tuple[Behaviour, dict[str, torch.Tensor]]


@pytest.fixture
def site() -> Iterator[tuple[str, Behaviour]]:
    with weights_server({"/weights.bin": CONTENT}) as served:
        yield served


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one network, and empty caches."""
    state = timm.create_model(NAME, pretrained=False).state_dict()
    content = safetensors.torch.save(state)
    files = {f"{REPOSITORY}/config.json": b"{}", f"{REPOSITORY}/model.safetensors": content}
    with weights_server(files) as (url, behaviour):
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")
        monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
        yield behaviour, state


def source(url: str, tmp_path: Path, sha256: str = HASH) -> Source:
    return Source(f"{url}/weights.bin", tmp_path / "kept" / "weights.bin", sha256)


def test_a_whole_download_counts_up_to_its_end_and_leaves_one_file(site: tuple[str, Behaviour], tmp_path: Path) -> None:
    told = list(fetch(source(site[0], tmp_path)))
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert (told[0].done, told[-1].done, told[-1].total) == (0, len(CONTENT), len(CONTENT))
    assert (tmp_path / "kept" / "weights.bin").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["weights.bin"]


def test_a_connection_that_breaks_off_now_and_then_is_taken_up_where_it_was(
    site: tuple[str, Behaviour], tmp_path: Path
) -> None:
    url, behaviour = site
    behaviour.cut_after, behaviour.cuts = 1_500_000, 3
    list(fetch(source(url, tmp_path)))
    assert (tmp_path / "kept" / "weights.bin").read_bytes() == CONTENT
    assert [asked[2] for asked in behaviour.asked] == ["", "bytes=1500000-", "bytes=3000000-", "bytes=4500000-"]


def test_an_early_end_leaves_no_file_to_use_and_the_next_try_goes_on(
    site: tuple[str, Behaviour], tmp_path: Path
) -> None:
    url, behaviour = site
    wanted = source(url, tmp_path)
    download = fetch(wanted)
    while next(download).done < 2_000_000:
        pass
    download.close()
    assert not wanted.path.exists()
    came = partial(wanted).stat().st_size
    assert 2_000_000 <= came < len(CONTENT)
    list(fetch(wanted))
    assert wanted.path.read_bytes() == CONTENT
    assert behaviour.asked[-1][2] == f"bytes={came}-"


def test_a_server_that_begins_again_is_followed(site: tuple[str, Behaviour], tmp_path: Path) -> None:
    url, behaviour = site
    behaviour.cut_after, behaviour.cuts, behaviour.knows_ranges = 2_000_000, 1, False
    list(fetch(source(url, tmp_path)))
    assert (tmp_path / "kept" / "weights.bin").read_bytes() == CONTENT


def test_a_server_that_never_gets_further_is_given_up_and_what_came_is_kept(
    site: tuple[str, Behaviour], tmp_path: Path
) -> None:
    url, behaviour = site
    behaviour.cut_after, behaviour.cuts, behaviour.knows_ranges = 2_000_000, 1000, False
    wanted = source(url, tmp_path)
    with pytest.raises(BrokenOffError, match="ended too soon") as told:
        list(fetch(wanted))
    assert told.value.done == partial(wanted).stat().st_size == 2_000_000
    assert not wanted.path.exists()


def test_other_bytes_than_promised_are_thrown_away(site: tuple[str, Behaviour], tmp_path: Path) -> None:
    wanted = source(site[0], tmp_path, sha256="0" * 64)
    with pytest.raises(WeightsError, match=r"its hash begins with .*, not with 00000000"):
        list(fetch(wanted))
    assert not wanted.path.exists()
    assert not partial(wanted).exists()


def test_a_partial_file_that_is_whole_already_is_only_checked(site: tuple[str, Behaviour], tmp_path: Path) -> None:
    wanted = source(site[0], tmp_path)
    wanted.path.parent.mkdir()
    partial(wanted).write_bytes(CONTENT)
    list(fetch(wanted))
    assert wanted.path.read_bytes() == CONTENT


def test_a_network_of_the_hub_is_fetched_verified_and_filed_where_the_hubs_client_finds_it(hub: Hub) -> None:
    _, state = hub
    assert not here.needs_no_fetching(NAME)
    network = build_network(NAME, 3, pretrained=True)
    for name, tensor in network.module.state_dict().items():
        assert name.startswith(network.classifier) or torch.equal(tensor, state[name])
    kept = here.hub_file(f"timm/{NAME}")
    assert kept is not None
    assert kept.parent.name == COMMIT
    assert kept.resolve().name == hashlib.sha256(kept.read_bytes()).hexdigest()
    assert not list(Path(constants.HF_HUB_CACHE).rglob("*.part*"))


def test_a_download_of_the_hub_that_was_cut_off_goes_on_in_the_next_program(hub: Hub) -> None:
    behaviour, _ = hub
    behaviour.cut_after, behaviour.cuts, behaviour.knows_ranges = 500_000, 1000, False
    with pytest.raises(WeightsError, match=r"of 'test_resnet.r160_in1k' from .* broke off after 0.5 MB") as told:
        build_network(NAME, 3, pretrained=True)
    assert told.value.hint == "Try again: it goes on where it broke off."
    assert not here.needs_no_fetching(NAME)
    behaviour.cuts, behaviour.knows_ranges = 0, True
    assert [progress.done for progress in fetch_pretrained(NAME)][:1] == [500_000]
    assert here.needs_no_fetching(NAME)
    assert ("GET", f"{REPOSITORY}/model.safetensors", "bytes=500000-") in behaviour.asked


def test_bytes_of_the_hub_that_were_changed_on_the_way_are_never_used(hub: Hub) -> None:
    behaviour, _ = hub
    path = f"{REPOSITORY}/model.safetensors"
    behaviour.files[f"{path}?promised"] = behaviour.files[path]
    behaviour.files[path] = behaviour.files[path][:-1] + b"#"
    with pytest.raises(WeightsError, match="is not what was asked for"):
        build_network(NAME, 3, pretrained=True)
    assert not here.needs_no_fetching(NAME)


def test_a_repository_without_weights_is_said(hub: Hub) -> None:
    behaviour, _ = hub
    del behaviour.files[f"{REPOSITORY}/model.safetensors"]
    with pytest.raises(WeightsError, match=r"holds no weights of 'test_resnet.r160_in1k' that can be read"):
        build_network(NAME, 3, pretrained=True)


def test_an_address_without_a_hash_is_not_trusted() -> None:
    with pytest.raises(WeightsError, match="carries no hash to check the weights of 'some' by"):
        weights.url_state("some", "https://example.org/IN22K-vit.g.16-600e.pth.tar")


def test_a_training_tells_of_the_download_in_megabytes_and_can_be_stopped(hub: Hub) -> None:
    config = RunConfig(backbone=NAME)
    assert not is_here(config)
    with pytest.raises(TrainingError, match="stopped while the weights were fetched"):
        list(fetched(config, should_stop=lambda: True, clock=lambda: 0.0))
    phases = list(fetched(config, should_stop=lambda: False, clock=lambda: 0.0))
    assert {(phase.name, phase.total) for phase in phases[1:]} == {("fetching", 2)}  # type: ignore[union-attr]
    assert phases[-1].done == 2  # type: ignore[union-attr]
    assert is_here(config)
    assert is_here(RunConfig(backbone="convnext_nano", start="scratch", freeze="none"))
