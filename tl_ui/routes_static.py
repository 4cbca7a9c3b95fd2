"""The files that the page itself needs: ours from `assets/`, and Plotly from its wheel, so that charts work offline.

A fixed list made at start: a request never names a path. Knows no owner.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import threading
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tl_ui.guard import NotFoundError, answered

ASSETS = Path(__file__).resolve().parent.parent / "assets"
MEDIA_TYPES = {  # Windows' registry may call .js text/plain, which nosniff then refuses to run
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".ico": "image/x-icon",
}
PACKED_KINDS = {".css", ".js", ".svg"}
PLOTLY = "plotly.min.js"
WEEK_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent; `packed` is its gzip form, for the kinds that shrink."""

    body: bytes
    packed: bytes | None
    media_type: str
    etag: str


class Assets:
    """The fixed list of files, each read and packed once, when first asked for."""

    def __init__(self, folder: Path = ASSETS) -> None:
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        self._paths = {path.name: path for path in found if path.suffix in MEDIA_TYPES and path.is_file()}
        self._paths[PLOTLY] = plotly_path()
        self._loaded: dict[str, Asset] = {}
        self._loading = threading.Lock()

    def get(self, name: str) -> Asset:
        path = self._paths.get(name)
        if path is None:
            raise NotFoundError(f"There is no file '{name[:100]}' here.")
        with self._loading:
            if name not in self._loaded:
                self._loaded[name] = _load(path)
            return self._loaded[name]


def plotly_path() -> Path:
    """Plotly's browser library inside its wheel, found without importing the package."""
    spec = importlib.util.find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("plotly is not installed; run: pip install -r requirements.txt")
    return Path(spec.origin).parent / "package_data" / PLOTLY


def static_routes(assets: Assets) -> list[Route]:
    return [Route("/thaw/assets/{name}", answered(send_asset, assets), methods=["GET"])]


def send_asset(assets: Assets, request: Request) -> Response:
    name = request.path_params["name"]
    asset = assets.get(name)
    headers = {
        "etag": asset.etag,
        "vary": "accept-encoding",
        "cache-control": f"public, max-age={WEEK_SECONDS}" if name == PLOTLY else "no-cache",
    }
    if request.headers.get("if-none-match", "").removeprefix("W/") == asset.etag:
        return Response(status_code=304, headers=headers)
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, headers={**headers, "content-encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.body, headers=headers, media_type=asset.media_type)


def _load(path: Path) -> Asset:
    body = path.read_bytes()
    media_type = MEDIA_TYPES[path.suffix]
    packed = gzip.compress(body, compresslevel=6, mtime=0) if path.suffix in PACKED_KINDS else None
    return Asset(body, packed, media_type, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
