"""The model card: front matter that is YAML, scores with their interval, pictures by side, licence; unknown is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import yaml

from tests.export.models import CLASSES, small_config, small_network
from tl_core.evaluation.scores import score
from tl_core.export.card import CardFacts, model_card
from tl_core.export.decision import Decision
from tl_core.export.licences import licences_text

RESULT = score(np.eye(3)[[0, 0, 1, 1, 0]], [0, 0, 1, 1, 1], CLASSES, "validation").to_dict()
FACTS = CardFacts(
    title='Flowers: "wild"\n- injected: yes',
    data="my\npictures",
    counts={"daisy": {"train": 20, "val": 3}, "tu|lip": {"train": 18}},
    plan={"method": "head", "seed": 4},
    licence="CC-BY-NC-4.0",
    source="timm/test_resnet.r160_in1k",
    files={"model.onnx": "the whole model"},
    checks=("It answered 32 pictures as the run does.",),
)


def card(facts: CardFacts = FACTS, **values: object) -> str:
    config = small_config(small_network(), result=RESULT)
    return model_card(replace(config, **values), "model = None", facts)  # type: ignore[arg-type]


def front(text: str) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(text.split("---\n")[1])
    return found


def test_the_front_matter_is_what_the_hub_reads_whatever_the_run_is_called():
    found = front(card())
    assert found["license"] == "cc-by-nc-4.0"
    assert (found["library_name"], found["pipeline_tag"]) == ("timm", "image-classification")
    assert found["base_model"] == "timm/test_resnet.r160_in1k"
    (model,) = found["model-index"]
    assert model["name"] == FACTS.title
    (result,) = model["results"]
    assert result["dataset"] == {"name": "my\npictures", "type": "imagefolder", "split": "validation"}
    wanted = [("accuracy", 0.8), ("f1", round(float(RESULT["macro_f1"]), 4))]
    assert [(one["type"], one["value"]) for one in result["metrics"]] == wanted


def test_scores_stand_with_their_interval_and_pictures_with_their_sides():
    text = card()
    assert "It was right on 4 of 5 pictures (80.0%),\nmeasured on the pictures set aside for validation." in text
    assert "likely between 38% and 96%. Always answering `tulip` would have given 60.0%." in text
    assert "| `tulip` | 3 | 66.7% | 100.0% |" in text
    assert "The pictures of `my pictures`: 38 to learn from, 3 to choose by." in text
    assert "| `tu\\|lip` | 18 | 0 |" in text
    assert "fitted in closed form (ridge regression). Seed 4." in text
    assert "It answered 32 pictures as the run does." in text
    assert "it says that it is not sure" not in text
    assert "below its threshold it says that it is not sure" in card(decision=Decision(0.6))


def test_what_nobody_knows_is_said_to_be_unknown():
    text = card(CardFacts(), result=None)
    assert front(text)["license"] == "other"
    assert front(text)["license_name"] == "unknown"
    assert "model-index" not in front(text)
    for words in ("How good it is was not measured.", "is not known here", "Nobody has checked these files"):
        assert words in text


def test_licences_name_whose_work_is_in_the_bundle():
    text = licences_text("torchvision/resnet18", licence="BSD-3-Clause", source="resnet18-f37072fd.pth")
    assert "Licence of those pretrained weights: BSD-3-Clause" in text
    assert "torchvision: BSD 3-Clause License" in text
    assert "not known here" in licences_text("thaw/cnn_28", licence="", source="")
