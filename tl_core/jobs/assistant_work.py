"""What the assistant can do, by the name of the question: stages, Try, what is found out or made in the background.

Owns the networks in memory, the decoding child and the worker in reserve; knows no socket.
"""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tl_core.data.decoder import DecoderPool
from tl_core.errors import RunError
from tl_core.jobs.background import Background
from tl_core.jobs.hints import Hints
from tl_core.jobs.insights import Insights
from tl_core.jobs.launcher import WORKER_NICENESS
from tl_core.jobs.layers_cache import read_layers, write_layers
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.network_views import NetworkViews
from tl_core.jobs.preparing import Preparing
from tl_core.jobs.reserve_room import kept_in
from tl_core.jobs.under_way import is_training
from tl_core.jobs.varied_pictures import varied_pictures
from tl_core.jobs.workspace import Workspace

if TYPE_CHECKING:
    from tl_core.evaluation.predictor import Predictor

NICENESS = 2  # of the assistant: below the screen, above the workers
MODELS_KEPT = 2
Request = dict[str, Any]


class Work:
    """What the assistant can do. Owns the networks in memory and the decoding child; one piece of work at a time.

    One at a time because tracing a network changes how every module of the process is called while it runs.
    """

    def __init__(self, workspace: Workspace, pool: DecoderPool) -> None:
        self._cache = workspace.cache
        self._pool = pool
        self._one_at_a_time = threading.Lock()
        self._models: OrderedDict[tuple[str, int], Predictor] = OrderedDict()
        self._background = Background(self._one_at_a_time)
        self._reserve = kept_in(workspace, niceness=WORKER_NICENESS - NICENESS)
        views = NetworkViews(pool, self._one_at_a_time, _changed)
        hints = Hints(
            workspace.cache,
            self._background,
            lambda: self._reserve.is_ready,
            lambda: not (self._reserve.is_loading or is_training(workspace)),
        )
        insights = Insights(workspace.cache, self._background, pool, self._one_at_a_time, self._model)
        self._preparing = Preparing(workspace, self._background)
        self.operations: dict[str, Callable[[Request], Any]] = {
            "ping": lambda _request: "pong",
            "warm": self._warm,
            "layers": self._layers,
            "check_weights": self._check_weights,
            "predict": self._predict,
            "feature_maps": views.feature_maps,
            "augmented": lambda request: varied_pictures(pool, request),
            "probe": hints.probe,
            "compare": hints.compare,
            "estimate": hints.estimate,
            "rate_finder": hints.rate_finder,
            "insight": insights.insight,
            "why": insights.why,
            "alike": insights.alike,
            "prepare": self._prepare,
            "hand": self._reserve.handed,
            "waits": self._reserve.waits_for,
            "leave": self._reserve.leave,
        }

    def close(self) -> None:
        """Lets go of what is worked out in the background, and of a worker that waits."""
        self._background.close()
        self._reserve.close()

    def _warm(self, request: Request) -> None:
        """Load torch, and the model that will be asked for, before anybody waits for them; `user` shows a screen."""
        self._keep_a_worker(request)
        with self._one_at_a_time:
            import tl_core.backbones.libraries  # noqa: F401 - only to have them in memory

            if request.get("model"):
                model = self._model(request["model"])
                model.probabilities(self._blank_square(model)[None])

    def _prepare(self, request: Request) -> dict[str, Any]:
        """Who has pictures in sight will want a worker, also where the assistant ended since the page was loaded."""
        self._keep_a_worker(request)
        return self._preparing.prepare(request)

    def _keep_a_worker(self, request: Request) -> None:
        if request.get("user"):
            self._reserve.keep_for(ProcessIdentity.from_dict(request["user"]))

    def _blank_square(self, model: Predictor) -> Any:
        """White paper through the decoding child, so that it is up, too. Returns (resize_size, resize_size, 3)."""
        from PIL import Image

        with tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "blank.png"
            Image.new("RGB", (16, 16), "white").save(picture)
            return self._pool.square(picture, model.preprocessing)

    def _layers(self, request: Request) -> list[dict[str, Any]]:
        backbone, image_size = str(request["backbone"]), request.get("image_size")
        with self._one_at_a_time:
            layers = read_layers(self._cache, backbone, image_size)
            if layers is None:
                from tl_core.backbones.build import build_network
                from tl_core.backbones.stages import stage_network

                network = build_network(backbone, None, pretrained=False, image_size=image_size)
                layers = [stage.to_dict() for stage in stage_network(network).stages]
                write_layers(self._cache, backbone, image_size, layers)
        return layers

    def _check_weights(self, request: Request) -> None:
        """Raises WeightsError where a person's own file does not fit a network, or is none."""
        from tl_core.backbones.build import build_network
        from tl_core.backbones.own_weights import fitting_weights

        with self._one_at_a_time:
            network = build_network(str(request["backbone"]), None, pretrained=False)
        fitting_weights(network, Path(request["weights"]))

    def _predict(self, request: Request) -> dict[str, Any]:
        """`scores` of every class, the likeliest first; `class`, and `sure` where the model can say "I don't know"."""
        picture = Path(request["picture"])
        with self._one_at_a_time:
            model = self._model(request["model"])
        square = self._pool.square(picture, model.preprocessing)  # (resize_size, resize_size, 3)
        with self._one_at_a_time:
            row = model.probabilities(square[None])[0]  # (classes,)
        answer = model.prediction(picture.name, row)
        return {"scores": answer.scores, "class": answer.label, "sure": answer.is_sure}

    def _model(self, folder: str) -> Predictor:
        """From memory while the folder's weights are the same; the least lately used one is let go."""
        from tl_core.evaluation.predictor import Predictor

        key = (folder, _changed(Path(folder)))
        model = self._models.pop(key, None) or Predictor.open(Path(folder))
        self._models[key] = model
        while len(self._models) > MODELS_KEPT:
            self._models.popitem(last=False)
        return model


def _changed(folder: Path) -> int:
    """When the model in a run's folder, or the model's folder or bundle itself, was last written, in nanoseconds."""
    candidates = [folder / "model" / "config.json", folder / "config.json", folder]
    for path in candidates:
        try:
            return path.stat().st_mtime_ns
        except OSError:
            continue
    raise RunError(f"There is no model in '{folder}'.", "Train first, or choose another run.")
