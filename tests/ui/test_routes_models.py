"""A bundle that somebody drops is opened, asked and closed; what is none says so."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from starlette.testclient import TestClient

from tests.ui.conftest import FakeAssistant, animals_zip, incoming, picture, staged
from tl_core.data.preprocessing import Preprocessing
from tl_core.export.manifest import FILES, MANIFEST
from tl_core.export.model_config import FORMAT, ModelConfig, config_bytes
from tl_core.export.packing import zip_model
from tl_core.jobs import launcher
from tl_core.jobs.tries import read_try
from tl_ui import owned_models
from tl_ui.services import Services
from tl_ui.settings import Settings

SEES = Preprocessing(24, 32, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.25, 0.125))


@pytest.fixture
def bundle(tmp_path: Path) -> bytes:
    """As an export writes it, with weights that no network has."""
    folder = tmp_path / "model"
    folder.mkdir()
    files = dict.fromkeys(FILES, b"text")
    files["config.json"] = config_bytes(ModelConfig("tf_efficientnet_lite0", ("cat", "dog"), SEES))
    files["model.safetensors"] = safetensors.numpy.save({"weight": np.zeros((2, 3), np.float32)})
    entries = {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / MANIFEST).write_text(json.dumps({"format": FORMAT, "format_version": 1, "files": entries}))
    zip_model(folder, tmp_path / "bundle.zip")
    return (tmp_path / "bundle.zip").read_bytes()


def opened(client: TestClient, bundle: bytes, name: str = "pets.zip") -> str:
    return str(client.post("/thaw/models", params={"name": name}, content=bundle).json()["model"])


def test_a_bundle_is_opened_listed_asked_and_closed(
    client: TestClient, settings: Settings, assistant: FakeAssistant, bundle: bytes
) -> None:
    model = opened(client, bundle)
    assert incoming(settings) == []
    (row,) = client.get("/thaw/models").json()["models"]
    assert (row["id"], row["name"]) == (model, "pets")
    found = client.post(f"/thaw/models/{model}/try", content=picture()).json()
    assert (found["class"], found["answers"][0]) == ("dog", {"class": "dog", "probability": 0.75})
    assert assistant.pictures == [picture()]
    client.post(f"/thaw/models/{model}/drop")
    assert client.get("/thaw/models").json() == {"models": []}
    assert client.post(f"/thaw/models/{model}/try", content=picture()).status_code == 404


def test_a_folder_of_photos_is_shown_to_an_opened_model(
    client: TestClient, bundle: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Path] = []
    monkeypatch.setattr(launcher, "launch", started.append)
    model = opened(client, bundle)
    upload = staged(client, ("photos.zip", animals_zip()))
    name = client.post(f"/thaw/staging/{upload}/try", json={"model": model}).json()["tried"]
    assert (read_try(started[0]).model.name, started[0].name) == (model, name)
    assert client.get(f"/thaw/models/{model}/tried").json() == {"tried": name}


@pytest.mark.parametrize("content", [b"hello", animals_zip()], ids=["text", "pictures"])
def test_what_is_no_bundle_is_refused_by_the_name_that_it_came_with(
    client: TestClient, settings: Settings, content: bytes
) -> None:
    answer = client.post("/thaw/models", params={"name": "foxes.zip"}, content=content)
    assert answer.status_code == 400
    assert "'foxes'" in answer.json()["message"]
    assert incoming(settings) == []
    assert list((settings.workspace / "people/me/models").glob("*")) == []


def test_so_many_models_are_open_at_most(client: TestClient, bundle: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owned_models, "MOST_MODELS", 1)
    opened(client, bundle)
    answer = client.post("/thaw/models?name=b.zip&lang=zh-CN", content=bundle)
    assert (answer.status_code, answer.json()["message"]) == (413, "已打开 1 个模型。")


def test_a_model_of_somebody_else_is_not_there(
    client: TestClient, services: Services, bundle: bytes, tmp_path: Path
) -> None:
    (tmp_path / "b.zip").write_bytes(bundle)
    model = services.models("other").keep(tmp_path / "b.zip", "theirs", 10**9)
    assert client.get("/thaw/models").json() == {"models": []}
    assert client.post(f"/thaw/models/{model}/try", content=picture()).status_code == 404
