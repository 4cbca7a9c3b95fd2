"""Own weights in the browser: what does not fit is told as it arrives, what fits is what a training takes."""

from __future__ import annotations

from pathlib import Path

import torch
from playwright.sync_api import expect

from tests.browser.conftest import App, Watched
from tests.browser.test_networks import LOOKING_MS, network
from tl_core.backbones.bundled import bundled_state
from tl_core.config import DEFAULT_BACKBONE


def test_a_weights_file_is_checked_as_it_arrives_and_keeps_its_name(app: App, watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    network(page, app, level="Expert")
    state = bundled_state(DEFAULT_BACKBONE)
    torch.save(state, tmp_path / "my network.pth")
    del state["conv_stem.weight"]
    torch.save(state, tmp_path / "half.pth")
    box, told = page.locator("#own-weights input[type=file]"), page.locator("#own-weights [role=status]")
    start = page.get_by_label("Start from").first

    box.set_input_files(tmp_path / "half.pth")
    expect(told).to_contain_text(
        f"The weights in 'half.pth' do not fit '{DEFAULT_BACKBONE}': 'conv_stem.weight' is missing",
        timeout=LOOKING_MS,
    )
    expect(start).to_have_value("pretrained weights")
    watched.problems = [problem for problem in watched.problems if "/thaw/weights" not in problem]  # its status is 400

    box.set_input_files(tmp_path / "my network.pth")
    expect(start).to_have_value("my own weights file: my network.pth", timeout=LOOKING_MS)
