"""Puts the screen together: our edge around our routes and Gradio's page, on uvicorn. Knows no tab and no run."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import shutil
import sys
import tempfile
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI

from tl_core.caching.limits import cache_limit
from tl_core.errors import RunError
from tl_core.jobs.workspace import Workspace
from tl_core.jobs.workspace_check import check_workspace, claim_screen
from tl_ui.edge import Closing, Edge
from tl_ui.gate import Gate
from tl_ui.listening import listen, page_address
from tl_ui.plain_log import print_plainly
from tl_ui.routes import thaw_routes
from tl_ui.routes_static import Assets
from tl_ui.services import Services
from tl_ui.settings import Settings
from tl_ui.visitors import Visitors, kept_key

if TYPE_CHECKING:
    from gradio import Blocks

# Events are light (work is done by jobs and the assistant), so a few at once are enough for many visitors.
QUEUE = {"max_size": 64, "default_concurrency_limit": 8, "api_open": False}
MOUNT: dict[str, Any] = {
    "footer_links": [],
    "run_history": False,
    "enable_monitoring": False,
    "show_error": False,
    "ssr_mode": False,
    "pwa": False,
    "mcp_server": False,
    "max_file_size": "50mb",
}
# Of each open page Gradio remembers what it was last told, a quarter of a megabyte; the oldest are forgotten first.
MOST_PAGES = 500
LEAVE_SECONDS = 1.0
SECRET = re.compile("TOKEN|SECRET|PASSWORD|_KEY$")


def build_app(settings: Settings) -> FastAPI:
    """The whole application; `app.state.services` is what its handlers call, closed when the server stops."""
    temporary = prepare_gradio(settings)
    from tl_ui.screen import build_screen, mount_options  # imports gradio: only now is its environment set

    services = Services(settings)
    app = routes_app(settings, services, temporary)
    return mount_screen(app, settings, lambda: build_screen(settings, services), mount_options())


def routes_app(settings: Settings, services: Services, temporary: Path | None = None) -> FastAPI:
    """The edge and our own routes, without a screen. `temporary` is removed at the end if outside the workspace."""
    app = FastAPI(lifespan=_lifespan(services, temporary), docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = services
    app.router.routes.extend(thaw_routes(services, Assets()))
    app.state.closing = Closing()
    app.add_middleware(Gate)
    visitors = Visitors(kept_key(settings.workspace)) if settings.shared else None
    app.add_middleware(Edge, settings=settings, closing=app.state.closing, visitors=visitors)
    return app


def mount_screen(app: FastAPI, settings: Settings, build: Callable[[], Blocks], options: dict[str, Any]) -> FastAPI:
    """Gradio's page at "/", closed but for what the page needs; nothing of a person is within its file route's reach.

    Done inside an event loop: outside of one, Gradio makes a new one for each of its locks and never closes it.
    """
    import gradio as gr

    blocked = [str(settings.workspace / name) for name in ("people", "cache", "assistant")]

    async def mount() -> None:
        blocks = build()
        blocks.queue(**QUEUE)
        blocks.state_session_capacity = MOST_PAGES
        gr.mount_gradio_app(app, blocks, path="/", blocked_paths=blocked, **MOUNT, **options)

    asyncio.run(mount())
    return app


def prepare_gradio(settings: Settings) -> Path:
    """Sets where Gradio keeps what passes through it, before it is imported. Returns that folder.

    It lies in the workspace, unless the workspace lies under the current folder: Gradio serves from there, and refuses
    every upload with a dot-file.
    """
    folder = settings.workspace / "gradio"
    if folder.resolve().is_relative_to(Path.cwd()):
        folder = Path(tempfile.mkdtemp(prefix="thaw-"))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise RunError(
            f"The workspace '{settings.workspace}' cannot be used: {error.strerror or error}.",
            "Name a folder that you may write to, with --workspace.",
        ) from None
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    return folder


Lifespan = Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]


def _lifespan(services: Services, temporary: Path | None) -> Lifespan:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        services.open()
        yield
        services.close()
        if temporary is not None and not temporary.is_relative_to(services.settings.workspace):
            shutil.rmtree(temporary, ignore_errors=True)

    return lifespan


class _Server(uvicorn.Server):
    """Says when it answers, and ends the streams of open pages before it waits for them."""

    def __init__(self, app: FastAPI, settings: Settings, on_ready: Callable[[], None]) -> None:
        super().__init__(_config(app, settings))
        self._on_ready = on_ready
        self._closing: Closing = app.state.closing

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: Any = None) -> None:
        self._closing.set()
        await super().shutdown(sockets=sockets)


def serve(settings: Settings, *, open_browser: bool, on_ready: Callable[[str], None] | None = None) -> None:
    """Serves until Ctrl-C. Raises UserError where the port, the host or the workspace cannot be had."""
    workspace = Workspace(settings.workspace)
    check_workspace(workspace)
    claim = claim_screen(workspace)
    if claim is None:
        print("Thaw is open on this workspace already; both show the same pictures and runs.", flush=True)
    if settings.is_hosted:
        forget_secrets(os.environ)
    print_plainly(logging.getLogger("thaw"))
    with listen(settings.host, settings.port) as socket:
        url = page_address(settings.host, socket)
        app = build_app(settings)
        server = _Server(app, settings, lambda: _announce(url, settings, open_browser, on_ready))
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[socket])
    if claim is not None:
        claim.release()
    _leave()


def forget_secrets(environment: MutableMapping[str, str]) -> None:
    """Before anything is started: no worker that reads strangers' pictures holds the host's own keys."""
    for name in [name for name in environment if SECRET.search(name)]:
        del environment[name]


def _leave() -> None:
    """Ends the process although a handler may still wait for the assistant, for minutes: what is lost is its answer."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(LEAVE_SECONDS)
            if thread.is_alive():
                sys.stdout.flush()
                os._exit(0)


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """A Space's own proxy is believed about who asked, else one on this machine, or those of FORWARDED_ALLOW_IPS.

    An open page's stream must not hold Ctrl-C up.
    """
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=settings.shared,
        forwarded_allow_ips="*" if settings.is_framed else None,
        timeout_graceful_shutdown=2,
    )


def _announce(url: str, settings: Settings, open_browser: bool, on_ready: Callable[[str], None] | None) -> None:
    print(f"Thaw is ready at {url} (Ctrl-C ends it; trainings go on).", flush=True)
    print(f"Prepared pictures may take {cache_limit(Workspace(settings.workspace).cache).reason}", flush=True)
    if settings.quotas is not None:
        print(
            f"Hosted: each visitor has quotas, and what is {settings.quotas.keep_hours} hours old is erased.",
            flush=True,
        )
    elif settings.shared:
        print("Others can reach it too: each browser gets a workspace of its own.", flush=True)
    if on_ready is not None:
        on_ready(url)
    if open_browser and has_desktop():
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def has_desktop() -> bool:
    """Without one, Python opens a text browser over the terminal, or nothing."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
