"""The catalogue: every network of the installed registries, with true facts, found and sorted without torch."""

from __future__ import annotations

import csv
import subprocess
import sys

import pytest
import timm
import torch
import torchvision

from tl_core.backbones.build import build_network
from tl_core.backbones.catalogue import (
    SORTS,
    TABLE,
    check_name,
    everything,
    in_order,
    known_names,
    recommended,
    record_of,
    search,
)
from tl_core.backbones.recommended import BUNDLED
from tl_core.backbones.record import OWN, TORCHVISION, BackboneRecord
from tl_core.backbones.small import SMALL
from tl_core.config import DEFAULT_BACKBONE
from tl_core.errors import ConfigError

RECORDS = [pytest.param(record, id=record.name) for record in recommended()]
THEIRS = [pytest.param(record, id=record.name) for record in everything() if record.name.startswith(TORCHVISION)]


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_tells_the_truth_about_its_network(record: BackboneRecord) -> None:
    with torch.device("meta"):
        network = build_network(record.name, None, pretrained=False)
    counted = sum(parameter.numel() for parameter in network.module.parameters())
    config = timm.get_pretrained_cfg(record.name)
    head = network.module.get_submodule(network.classifier)
    if config is not None and not config.num_classes:  # such weights have no head of ImageNet's
        counted -= sum(parameter.numel() for parameter in head.parameters())
    assert counted == record.parameters
    assert network.preprocessing.image_size == record.image_size
    assert network.preprocessing.mean == pytest.approx(record.mean)
    assert network.preprocessing.std == pytest.approx(record.std)


@pytest.mark.parametrize("record", THEIRS)
def test_a_record_of_torchvision_agrees_with_its_metadata(record: BackboneRecord) -> None:
    weights = torchvision.models.get_model_weights(record.name.removeprefix(TORCHVISION)).DEFAULT
    assert record.imagenet_top1 == pytest.approx(weights.meta["_metrics"]["ImageNet-1K"]["acc@1"], abs=0.006)
    assert record.gmacs == pytest.approx(weights.meta["_ops"], rel=0.01)
    assert record.download_megabytes == pytest.approx(weights.meta["_file_size"] * 2**20 / 1e6, rel=0.002)
    assert weights.url.endswith(f"/{record.source}")


def test_every_network_of_both_registries_is_in_the_table_and_no_other() -> None:
    names = set(column("name"))
    trained = set(timm.list_pretrained())
    untrained = set(timm.list_models()) - {name.partition(".")[0] for name in trained}
    theirs = {TORCHVISION + name for name in torchvision.models.list_models(module=torchvision.models)}
    assert names == trained | untrained | theirs | set(SMALL)
    listed = {record.name for record in everything()}
    assert theirs | set(SMALL) <= listed
    assert trained - listed == {timm_name(record) for record in recommended() if timm_name(record) not in listed}
    assert known_names() == names | set(timm.list_models()) | {record.name for record in recommended()}


def column(name: str) -> list[str]:
    with TABLE.open(encoding="utf-8") as file:
        return [row[name] for row in csv.DictReader(file)]


def timm_name(record: BackboneRecord) -> str:
    """The full name, with the weights, that a recommended short name stands for."""
    config = timm.get_pretrained_cfg(record.name)
    return f"{config.architecture}.{config.tag}" if config and "." not in record.name else record.name


def test_every_record_of_timm_agrees_with_its_configuration() -> None:
    for record in everything():
        if record.name.startswith((TORCHVISION, OWN)):
            continue
        config = timm.get_pretrained_cfg(record.name)
        assert (config.license or "unknown") == record.licence.lower(), record.name
        assert config.mean == pytest.approx(record.mean, abs=1e-6), record.name
        assert config.std == pytest.approx(record.std, abs=1e-6), record.name
        if not record.bundled:
            assert record.source == config.hf_hub_id or config.url, record.name
            # Four bytes a number; more for running statistics and tables of positions.
            assert record.download_megabytes is not None
            assert record.parameters * 4e-6 * 0.99 < record.download_megabytes < record.parameters * 4e-6 * 2.1
        if not record.recommended:
            assert record.image_size == config.input_size[-1], record.name


def test_the_published_accuracies_belong_to_networks_that_exist() -> None:
    with TABLE.parents[2].joinpath("scripts", "timm_imagenet.csv").open(encoding="utf-8") as file:
        published = {row["name"]: float(row["top1"]) for row in csv.DictReader(file)}
    assert len(published) > 1000
    assert all(25 < value < 91 for value in published.values())
    table = dict(zip(column("name"), column("imagenet_top1"), strict=True))
    assert not set(published) - set(table)
    assert all(float(table[name]) == pytest.approx(value, abs=0.006) for name, value in published.items())


def test_the_simple_screen_has_its_four_and_two_of_them_work_offline() -> None:
    simple = {record.simple: record for record in recommended() if record.simple}
    assert list(simple) == ["tiny", "quick", "balanced", "strong"]
    assert [record.name for record in recommended() if record.bundled and record.simple] == list(BUNDLED)[::2]
    assert simple["quick"].name == DEFAULT_BACKBONE
    assert [record.gmacs for record in simple.values()] == sorted(record.gmacs or 0 for record in simple.values())


def test_the_recommended_come_first_go_from_two_megabytes_up_and_have_a_tower_of_each_kind() -> None:
    records = recommended()
    assert everything()[: len(records)] == records
    assert 24 <= len(records) <= 30
    megabytes = [record.download_megabytes for record in records if record.download_megabytes]
    assert min(megabytes) < 2.5
    assert max(megabytes) > 1000
    assert {"DINOv2", "SigLIP", "CLIP"} <= {record.family for record in records}


def test_a_short_name_of_timm_means_its_default_weights() -> None:
    short, full = record_of("resnet50"), record_of("resnet50.a1_in1k")
    assert short is not None
    assert full is not None
    assert (short.name, short.source) == ("resnet50", full.source)
    assert record_of("resnet49") is None


def test_search_finds_each_word_in_name_title_family_or_licence() -> None:
    names = {record.name for record in search(everything(), "SMALL dinov2")}
    assert "vit_small_patch14_dinov2.lvd142m" in names
    assert all("dinov2" in name for name in names)
    assert search(everything(), "cc-by-nc convnextv2")
    assert search(everything(), "no such thing") == ()


@pytest.mark.parametrize("sort", SORTS)
def test_records_are_sorted_and_what_is_unknown_comes_last(sort: str) -> None:
    key, largest_first = SORTS[sort]
    values = [key(record) for record in in_order(everything(), sort)]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known
    assert known == sorted(known, reverse=largest_first)  # type: ignore[type-var]


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(ConfigError, match="sort is 'beauty'; it is one of name, family, accuracy"):
        in_order(everything(), "beauty")


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match=r"There is no backbone called 'torchvision/resnet5O'. Did you mean"):
        check_name("torchvision/resnet5O")
    with pytest.raises(ConfigError, match=r"no backbone called '.*passwd'"):
        check_name("../../etc/passwd")


def test_names_of_the_hub_are_taken_if_they_are_some() -> None:
    check_name("hf-hub:timm/resnet18.a1_in1k")
    check_name("hf-hub:somebody/their-network@main")
    for name in ("hf-hub:", "hf-hub:alone", "hf-hub:../../etc/passwd", "hf-hub:a/b/c", "hf-hub:a/b\n"):
        with pytest.raises(ConfigError, match="is no name of the hub"):
            check_name(name)


def test_a_size_that_a_network_cannot_take_is_refused_in_words() -> None:
    with pytest.raises(ConfigError, match="'torchvision/maxvit_t' takes only pictures of 224, not of 200"):
        build_network("torchvision/maxvit_t", 3, pretrained=False, image_size=200)
    with pytest.raises(ConfigError, match="cannot take pictures of 100 by 100"):
        build_network("torchvision/vit_b_32", 3, pretrained=False, image_size=100)


def test_a_network_without_one_linear_layer_at_its_end_is_refused_in_words() -> None:
    with pytest.raises(ConfigError, match="'deit_tiny_distilled_patch16_224' does not end in one linear layer"):
        build_network("deit_tiny_distilled_patch16_224", 3, pretrained=False)


def test_the_auxiliary_heads_of_training_are_left_out() -> None:
    network = build_network("torchvision/googlenet", 3, pretrained=False)
    assert not [name for name, _ in network.module.named_parameters() if name.startswith("aux")]


def test_the_whole_catalogue_is_read_searched_and_checked_without_torch() -> None:
    code = (
        "import sys; from tl_core.__main__ import main; "
        "main(['backbones', '--all', '--search', 'lite0', '--sort', 'accuracy']); sys.exit('torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "tf_efficientnet_lite0" in told.stdout
