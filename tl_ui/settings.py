"""How this server is reached and by whom, decided once at start. Knows nothing about what is served."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tl_core.caching.limits import VARIABLE
from tl_core.data.limits import HOSTED, LOCAL, Limits
from tl_core.errors import ConfigError
from tl_core.jobs.turns import Policy
from tl_core.jobs.workspace import default_root
from tl_ui.passwords import Passwords
from tl_ui.quotas import Quotas, chosen_quotas

LOOPBACK_HOST = "127.0.0.1"
DEFAULT_PORT = 7860
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Settings:
    """`shared`: others can reach it, so each browser gets a workspace of its own and nobody types server paths.

    `quotas` are there when it is hosted for strangers, who find a finished training where it `has_demo`; `passwords`
    when people log in. `port` None means 7860, or the next free one. `public_hosts` are names besides the host's own
    that browsers use.
    """

    workspace: Path
    host: str = LOOPBACK_HOST
    port: int | None = None
    shared: bool = False
    public_hosts: tuple[str, ...] = ()
    framed_by: tuple[str, ...] = ()  # origins besides our own that may show the page in a frame
    limits: Limits = LOCAL
    quotas: Quotas | None = None
    has_demo: bool = False
    passwords: Passwords | None = None
    running: int | None = None  # trainings at once; None: as it was set last, one at first

    @classmethod
    def from_arguments(
        cls,
        *,
        host: str | None,
        port: int | None,
        workspace: Path | None,
        hosted: bool = False,
        quotas: Sequence[str] = (),
        auth: Path | None = None,
        demo: bool = True,
        running: int | None = None,
    ) -> Settings:
        """From the command line, with `SPACE_ID` and `SPACE_HOST` (a Hugging Face Space) read from the environment.

        Raises ConfigError for quotas and passwords that cannot be read.
        """
        on_space = "SPACE_ID" in os.environ
        chosen = host or ("0.0.0.0" if on_space else LOOPBACK_HOST)
        shared = on_space or hosted or auth is not None or not is_loopback(chosen)
        if quotas and not (hosted or on_space):
            raise ConfigError("Quotas hold where Thaw is hosted for strangers.", "Add --hosted, or leave --quota out.")
        return cls(
            workspace=(workspace or default_root()).expanduser().resolve(),
            host=chosen,
            port=port,
            shared=shared,
            public_hosts=_public_hosts(chosen, shared),
            framed_by=("https://huggingface.co",) if on_space else (),
            limits=HOSTED if shared else LOCAL,
            has_demo=(hosted or on_space) and demo,
            quotas=chosen_quotas(quotas, os.environ) if hosted or on_space else None,
            passwords=Passwords.read(auth) if auth is not None else None,
            running=running,
        )

    def policy(self, before: Policy) -> Policy:
        """How trainings take turns; `before` is what was set last."""
        if self.quotas is not None:
            return Policy(self.quotas.all_running_runs, is_fair=True, most_of_one=self.quotas.running_runs)
        return Policy(self.running or before.most_running, is_fair=self.shared)

    @property
    def is_hosted(self) -> bool:
        """For strangers: with quotas, caches of each person's own, and an end after some hours."""
        return self.quotas is not None

    @property
    def keep_hours(self) -> int:
        """How long a hosted server keeps what people bring; 0 for ever."""
        return self.quotas.keep_hours if self.quotas else 0

    def allows_host(self, name: str) -> bool:
        """Whether a request may call this server `name` (lower case, no port, no brackets).

        A page of a stranger can point its own name at this machine (DNS rebinding), never an address: addresses are
        safe wherever others may reach the server at all.
        """
        if name in LOOPBACK_NAMES or name in self.public_hosts or name == self.host.lower():
            return True
        return self.shared and _is_address(name)

    @property
    def is_framed(self) -> bool:
        """Shown inside another site's frame over https, as a Space is: cookies need `Secure; SameSite=None` there."""
        return bool(self.framed_by)


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches a server that listens on `host`."""
    if host.lower() == "localhost":
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def hosted_cache(settings: Settings) -> str | None:
    """Gigabytes that each person's prepared pictures may take where it is hosted and nothing else was chosen."""
    if settings.quotas is None or VARIABLE in os.environ:
        return None
    return f"{settings.quotas.cache_megabytes / 1000:g}"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _public_hosts(host: str, shared: bool) -> tuple[str, ...]:
    names = [os.environ.get("SPACE_HOST", ""), *os.environ.get("THAW_ALLOWED_HOSTS", "").split(",")]
    if shared:
        machine = socket.gethostname()
        names += [machine, f"{machine}.local"]
    names.append("" if _is_address(host) else host)
    return tuple(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
