"""Takes the port that the server listens on. Knows no application."""

from __future__ import annotations

import errno
import os
import socket

from tl_core.errors import ConfigError
from tl_ui.settings import DEFAULT_PORT

PORTS_TRIED = 100
BACKLOG = 128


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket on `port` (0: any), or, for None, on 7860 or the next free one. Raises ConfigError."""
    if port is not None:
        try:
            return _bind(host, port)
        except OSError as error:
            raise _explained(error, host, port) from error
    for candidate in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED):
        try:
            return _bind(host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise _explained(error, host, candidate) from error
    last = DEFAULT_PORT + PORTS_TRIED - 1
    raise ConfigError(f"Every port from {DEFAULT_PORT} to {last} is taken.", "Name a free one with --port.")


def page_address(host: str, listening: socket.socket) -> str:
    """What a person types: for "every address", this computer's own."""
    port = int(listening.getsockname()[1])
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    made = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # on Windows it would let two programs share a port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(BACKLOG)  # only listening makes the port ours
    except OSError:
        made.close()
        raise
    return made


def _explained(error: OSError, host: str, port: int) -> ConfigError:
    if error.errno == errno.EADDRINUSE:
        return ConfigError(
            f"Port {port} is taken by another program (another Thaw, perhaps).",
            "Leave --port out and the next free one is used, or name another.",
        )
    if error.errno == errno.EACCES:
        return ConfigError(f"Port {port} is not allowed for this user.", "Ports from 1024 up are.")
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return ConfigError(f"'{host}' is no address of this computer.", "Leave --host out, or use 0.0.0.0 for all.")
    return ConfigError(f"Cannot listen on {host} port {port}: {error.strerror or error}.", "Try another --port.")
