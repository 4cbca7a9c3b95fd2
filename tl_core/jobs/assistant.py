"""The resident process that holds torch for short work: stage tables and Try. Only executed, never imported.

`python -m tl_core.jobs.assistant WORKSPACE [IDLE_SECONDS]`. It answers JSON lines on a loopback socket to whoever
knows the token. It opens no picture itself: a decoding child does. Who starts it, and when, it does not know.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tl_core.data.decoder import DecoderPool
from tl_core.errors import RunError, UserError
from tl_core.jobs.assistant_address import LINE_BYTES, Address, AssistantFiles, code_stamp
from tl_core.jobs.background import Background
from tl_core.jobs.hints import Hints
from tl_core.jobs.layers_cache import read_layers, write_layers
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.network_views import NetworkViews
from tl_core.jobs.varied_pictures import varied_pictures
from tl_core.jobs.workspace import Workspace
from tl_core.platform import Lock
from tl_core.processes import lower_priority

if TYPE_CHECKING:
    from tl_core.evaluation.predictor import Predictor

IDLE_SECONDS = 15 * 60.0
LOOK_SECONDS = 0.5  # how often it looks whether it is still wanted
LOCK_WAIT_SECONDS = 5.0  # whoever looks whether an assistant lives holds the lock for a moment
NICENESS = 2  # below the screen, above the workers
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
        views = NetworkViews(pool, self._one_at_a_time, _changed)
        hints = Hints(workspace.cache, self._background)
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
        }

    def close(self) -> None:
        """Lets go of what is worked out in the background."""
        self._background.close()

    def _warm(self, request: Request) -> None:
        """Load torch, and the model that will be asked for, before anybody waits for them."""
        with self._one_at_a_time:
            import timm  # noqa: F401 - only to have them in memory
            import torchvision  # noqa: F401

            if request.get("model"):
                model = self._model(request["model"])
                model.probabilities(self._blank_square(model)[None])

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
        """`scores` of every class, the likeliest first."""
        picture = Path(request["picture"])
        with self._one_at_a_time:
            model = self._model(request["model"])
        square = self._pool.square(picture, model.preprocessing)  # (resize_size, resize_size, 3)
        with self._one_at_a_time:
            row = model.probabilities(square[None])[0]  # (classes,)
        return {"scores": model.prediction(picture.name, row).scores}

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


class Server:
    """Owns the socket. A thread for each connection, a few requests each; ends when nobody asked for a while."""

    def __init__(self, files: AssistantFiles, work: Work, idle_seconds: float) -> None:
        self._files = files
        self._work = work
        self._idle_seconds = idle_seconds
        self._token = secrets.token_hex(32)
        self._code = code_stamp()
        self._under_way = 0
        self._last_asked = time.monotonic()
        self._counting = threading.Lock()
        self._told_to_end = threading.Event()

    def serve(self) -> None:
        identity = ProcessIdentity.of(os.getpid())
        if identity is None:
            raise RuntimeError("this process has no identity")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(LOOK_SECONDS)
            address = Address(port=listener.getsockname()[1], token=self._token, identity=identity, code=self._code)
            address.write(self._files.address)
            while self._is_wanted(address):
                try:
                    connection, _peer = listener.accept()
                except TimeoutError:
                    continue
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()
            if Address.read(self._files.address) == address:  # before the door shuts: nobody is sent to a shut one
                self._files.address.unlink(missing_ok=True)

    def end(self) -> None:
        self._told_to_end.set()

    def _is_wanted(self, address: Address) -> bool:
        """Not when told to end, idle for too long, or when the workspace is gone or belongs to another assistant."""
        if self._told_to_end.is_set() or Address.read(self._files.address) != address:
            return False
        with self._counting:
            return self._under_way > 0 or time.monotonic() - self._last_asked < self._idle_seconds

    def _talk(self, connection: socket.socket) -> None:
        with self._counting:
            self._under_way += 1
        try:
            connection.settimeout(60.0)
            with connection, connection.makefile("rwb") as stream:
                while line := stream.readline(LINE_BYTES):
                    stream.write(json.dumps(self._answer(line)).encode() + b"\n")
                    stream.flush()
        except OSError:
            pass  # whoever asked has gone; nobody is left to tell
        finally:
            with self._counting:
                self._under_way -= 1
                self._last_asked = time.monotonic()

    def _answer(self, line: bytes) -> dict[str, Any]:
        """The guard: an error travels to whoever asked; a fault is told in the log, too."""
        try:
            request = json.loads(line)
            if not hmac.compare_digest(str(request.pop("token", "")), self._token):
                return {"refused": "wrong token"}
            if request.get("op") == "end":
                self.end()
                return {"value": None}
            return {"value": self._work.operations[request["op"]](request)}
        except UserError as error:
            return {"error": {"kind": type(error).__name__, "message": error.message, "hint": error.hint}}
        except Exception as error:  # noqa: BLE001 - this is the guard
            traceback.print_exc()
            return {"fault": f"{type(error).__name__}: {error}"}


def main(words: list[str]) -> int:
    workspace = Workspace(Path(words[0]))
    idle_seconds = float(words[1]) if len(words) > 1 else IDLE_SECONDS
    lower_priority(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    files = AssistantFiles(workspace.assistant)
    lock = Lock(files.lock)
    if not lock.acquire(wait_seconds=LOCK_WAIT_SECONDS):
        print("another assistant serves this workspace", flush=True)
        return 0
    try:
        with DecoderPool(children=1) as pool:
            work = Work(workspace, pool)
            server = Server(files, work, idle_seconds)
            signal.signal(signal.SIGTERM, lambda _number, _frame: server.end())
            server.serve()
            work.close()
    finally:
        lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
