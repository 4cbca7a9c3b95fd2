"""The facts of the recommended networks, held to timm's and torchvision's own tables."""

from __future__ import annotations

import subprocess
import sys

import pytest
import timm
import torch
import torchvision

from tl_core.backbones.build import build_network
from tl_core.backbones.catalogue import TORCHVISION, BackboneRecord, check_name, known_names, recommended
from tl_core.config import DEFAULT_BACKBONE
from tl_core.errors import ConfigError

RECORDS = [pytest.param(record, id=record.name) for record in recommended()]


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_tells_the_truth_about_its_network(record: BackboneRecord) -> None:
    with torch.device("meta"):
        network = build_network(record.name, None, pretrained=False)
    counted = sum(parameter.numel() for parameter in network.module.parameters())
    if record.imagenet_top1 is None:  # such weights have no head of ImageNet's
        head = network.module.get_submodule(network.classifier)
        counted -= sum(parameter.numel() for parameter in head.parameters())
    assert counted == record.parameters
    assert network.preprocessing.image_size == record.image_size


@pytest.mark.parametrize("record", [item for item in RECORDS if item.id.startswith(TORCHVISION)])
def test_a_record_of_torchvision_agrees_with_its_metadata(record: BackboneRecord) -> None:
    weights = torchvision.models.get_model_weights(record.name.removeprefix(TORCHVISION)).DEFAULT
    assert record.imagenet_top1 == pytest.approx(weights.meta["_metrics"]["ImageNet-1K"]["acc@1"], abs=0.006)
    assert record.download_megabytes == pytest.approx(weights.meta["_file_size"] * 2**20 / 1e6, rel=0.002)
    assert weights.url.endswith(f"/{record.source}")


@pytest.mark.parametrize("record", [item for item in RECORDS if not item.id.startswith(TORCHVISION)])
def test_a_record_of_timm_agrees_with_its_configuration(record: BackboneRecord) -> None:
    config = timm.get_pretrained_cfg(record.name)
    assert config.license == record.licence.lower()
    if not record.bundled:
        assert config.hf_hub_id == record.source
        # Four bytes a number; a little more for the running statistics and the positions of a larger size.
        assert record.download_megabytes == pytest.approx(record.parameters * 4e-6, rel=0.025)


def test_the_simple_screen_has_its_four_and_the_default_is_bundled() -> None:
    simple = [record.simple for record in recommended() if record.simple]
    assert simple == ["tiny", "quick", "balanced", "strong"]
    assert [record.name for record in recommended() if record.bundled] == [DEFAULT_BACKBONE]


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match=r"There is no backbone called 'torchvision/resnet5O'. Did you mean"):
        check_name("torchvision/resnet5O")
    with pytest.raises(ConfigError, match=r"no backbone called '.*passwd'"):
        check_name("../../etc/passwd")


def test_every_recommended_name_is_known() -> None:
    assert {record.name for record in recommended()} <= set(known_names())


def test_a_network_without_one_linear_layer_at_its_end_is_refused_in_words() -> None:
    with pytest.raises(ConfigError, match="'torchvision/squeezenet1_1' does not end in one linear layer"):
        build_network("torchvision/squeezenet1_1", 3, pretrained=False)


def test_a_size_that_a_network_cannot_take_is_refused_in_words() -> None:
    with pytest.raises(ConfigError, match="'torchvision/maxvit_t' takes only pictures of 224, not of 200"):
        build_network("torchvision/maxvit_t", 3, pretrained=False, image_size=200)
    with pytest.raises(ConfigError, match="cannot take pictures of 100 by 100"):
        build_network("torchvision/vit_b_32", 3, pretrained=False, image_size=100)


def test_the_auxiliary_heads_of_training_are_left_out() -> None:
    network = build_network("torchvision/googlenet", 3, pretrained=False)
    assert not [name for name, _ in network.module.named_parameters() if name.startswith("aux")]


def test_the_list_of_recommended_networks_is_read_without_torch() -> None:
    code = "import sys; from tl_core.__main__ import main; main(['backbones']); sys.exit('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "tf_efficientnet_lite0" in told.stdout
