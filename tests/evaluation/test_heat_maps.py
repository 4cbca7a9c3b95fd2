"""Heat maps that move when the object moves, on convolutions and on a transformer, and the border that is warned of."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.ui.test_said import in_chinese
from tl_core.backbones.build import Network, build_network
from tl_core.data.tensors import to_batch
from tl_core.evaluation.heat_maps import HeatMap, border_warning, heat_maps, mean_map
from tl_core.training.head_phase import set_classifier
from tl_core.training.heads import fit_ridge_head

SIZE = 64
PLACES = {"top left": (0, 0), "top right": (0, 1), "bottom left": (1, 0), "bottom right": (1, 1)}


def scene(down: int, right: int, seed: int, size: int, *, with_thing: bool = True) -> np.ndarray:
    """A bright striped thing in one quarter of a dull, noisy square."""
    generator = np.random.default_rng(seed)
    square = generator.integers(90, 120, size=(size, size, 3), dtype=np.uint8)
    if with_thing:
        half, side = size // 2, size // 3
        top, left = (place * half + generator.integers(0, half - side) for place in (down, right))
        stripes = np.where((np.arange(side) // 3 % 2)[:, None, None], [255, 230, 0], [0, 0, 140])
        square[top : top + side, left : left + side] = np.broadcast_to(stripes, (side, side, 3))
    return square


@pytest.fixture(scope="module", params=["test_efficientnet.r160_in1k", "test_vit.r160_in1k", "test_resnet.r160_in1k"])
def trained(request: pytest.FixtureRequest) -> Network:
    """A head in closed form tells a thing from nothing, wherever it is, on what random layers make of them."""
    torch.manual_seed(0)
    network = build_network(request.param, 2, pretrained=False, image_size=SIZE)
    size, module = network.preprocessing.resize_size, network.module.eval()
    squares = np.stack([scene(n // 2 % 2, n // 4 % 2, n, size, with_thing=n % 2 == 1) for n in range(48)])
    classifier = module.get_submodule(network.classifier)
    assert isinstance(classifier, torch.nn.Linear)
    seen: list[torch.Tensor] = []
    listening = classifier.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    with torch.inference_mode():
        module(to_batch(squares, network.preprocessing))
    listening.remove()
    head = fit_ridge_head(seen[0].numpy(), np.arange(48) % 2, 2)
    assert head.loo_accuracy > 0.9
    set_classifier(classifier, head.weight, head.bias)
    return network


@pytest.mark.parametrize(("down", "right"), PLACES.values(), ids=PLACES)
def test_the_heat_is_where_the_thing_is(trained: Network, down: int, right: int) -> None:
    how = trained.preprocessing
    squares = np.stack([scene(down, right, 100 + seed, how.resize_size) for seed in range(4)])
    heat = mean_map(heat_maps(trained.module, how, squares, [1] * 4)).grid
    half = -(-heat.shape[0] // 2)
    quarters = {
        (row, column): heat[row * (heat.shape[0] - half) :][:half, column * (heat.shape[1] - half) :][:, :half].sum()
        for row in (0, 1)
        for column in (0, 1)
    }
    assert max(quarters, key=lambda place: quarters[place]) == (down, right)


def test_the_network_is_left_as_it_was(trained: Network) -> None:
    how, module = trained.preprocessing, trained.module
    squares = np.stack([scene(0, 0, 1, how.resize_size)])
    before = {name: value.clone() for name, value in module.state_dict().items()}
    heat_maps(module, how, squares, [1])
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    assert all(value.grad is None for value in module.parameters())
    assert not any(part._forward_hooks for part in module.modules())


def test_pictures_together_have_the_maps_of_each_alone(trained: Network) -> None:
    how = trained.preprocessing
    squares = np.stack([scene(n % 2, n // 2, n, how.resize_size) for n in range(3)])
    together = heat_maps(trained.module, how, squares, [1, 0, 1])
    for n in range(3):
        alone = heat_maps(trained.module, how, squares[n : n + 1], [[1, 0, 1][n]])[0]
        assert np.abs(alone.grid - together[n].grid).max() < 1e-3


def test_a_network_without_places_is_no_silent_blank() -> None:
    plain = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * SIZE * SIZE, 2))
    how = build_network("test_vit.r160_in1k", 2, pretrained=False, image_size=SIZE).preprocessing
    with pytest.raises(ValueError, match="the network has no places"):
        heat_maps(plain, how, np.zeros((1, how.resize_size, how.resize_size, 3), np.uint8), [0])


@pytest.mark.parametrize("size", [3, 7, 14])
def test_the_border_is_told_on_coarse_and_on_fine_grids(size: int) -> None:
    even = HeatMap(np.ones((size, size), np.float32))
    assert even.border_share == pytest.approx(1 - 0.75**2, abs=1e-5)
    assert border_warning("cat", even, 9) == ""
    frame = np.ones((size, size), np.float32)
    frame[1:-1, 1:-1] = 0
    at_border = HeatMap(frame)
    middle = HeatMap(1 - frame)
    assert middle.border_share < at_border.border_share
    if size > 3:
        told = border_warning("cat", mean_map([at_border] * 4 + [middle]), 5)
        assert told.startswith("For 'cat' the model looks at the border of the pictures (")
        in_chinese(told)


def test_a_mean_counts_each_picture_alike_and_passes_over_empty_ones() -> None:
    left, right, nothing = (HeatMap(np.array(rows, np.float32)) for rows in ([[1, 0]], [[0, 0.1]], [[0, 0]]))
    assert mean_map([left, right, nothing]).grid.tolist() == [[1.0, 1.0]]
    assert mean_map([nothing]).grid.tolist() == [[0.0, 0.0]]
    assert left.to_dict() == {"width": 2, "height": 1, "pixels": "/wA="}
