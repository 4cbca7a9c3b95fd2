"""Asks the assistant, and starts it where none lives. Imports no torch; knows nothing of what the answers mean."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tl_core import errors
from tl_core.errors import RunError, UserError
from tl_core.jobs.assistant_address import Address, AssistantFiles, code_stamp
from tl_core.jobs.launcher import start_python
from tl_core.jobs.layers_cache import read_layers
from tl_core.jobs.liveness import ProcessIdentity, own_identity
from tl_core.jobs.reserve import environment_mark
from tl_core.jobs.under_way import trainers
from tl_core.jobs.workspace import Workspace
from tl_core.platform import Lock, is_locked
from tl_core.processes import ChildProcess, end_group

STARTING_SECONDS = 60.0  # a cold disk; the assistant answers before it has imported torch
ANSWER_SECONDS = 180.0  # the first question waits for torch's import and perhaps for a large network
ENDING_SECONDS = 10.0
HANDING_SECONDS = 2.0  # a cold start costs a few seconds: waiting longer for a warm one gains nothing
LOG_LINES = 20
POLL_SECONDS = 0.02


class _AssistantGoneError(Exception):
    """The assistant ended, or ends, while it was asked: another may be started."""


class AssistantClient:
    """Every call is a connection of its own, so threads may call at once."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        idle_seconds: float | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        code: str | None = None,
    ) -> None:
        self._workspace = workspace
        self._files = AssistantFiles(workspace.assistant)
        self._idle_seconds = idle_seconds
        self._answer_seconds = answer_seconds
        self._code = code or code_stamp()

    def call(self, op: str, **arguments: Any) -> Any:
        """The answer to `op`. A UserError of the assistant is raised here as the same kind.

        `layers` (backbone, image_size=None) -> list of stage dicts, from the disk where it was asked before;
        `predict` (model, picture) -> {"scores": {class: probability}}, the likeliest first; `feature_maps` (stage,
        picture, and model, or backbone and image_size=None; count=6) -> {"maps": [`FeatureMap.to_dict()`]};
        `check_weights` (backbone, weights), which refuses a person's own file that does not fit; `ping`; `warm`
        (model=None, user=None). Paths may be `Path`. Raises RuntimeError for a fault in the program.

        What takes longer is worked out in the background, the newest question first; ask again with the same words for
        how far it is, until `state` is "done", "stopped" or "failed". `dataset` is a dataset's folder, `settings` a
        whole or partial `RunConfig.to_dict()`:
        `probe` (dataset, settings) -> `Probe.to_dict()`: what each stage of the chosen network already knows;
        `compare` (dataset, settings) -> {"networks": [`NetworkHint.to_dict()`]}: the four of Simple whose weights are
        here, and the chosen one; asks for each probe and estimate in turn;
        `estimate` (dataset, settings) -> {"state", "message", "hint", "chosen": `Estimate.to_dict()` of the settings'
        own freezing, "lines": {freeze: the same for each ice line, "all" and "none" among them}, "presets": {"instant",
        "better", "best": the same}}, the last three None until "done";
        `rate_finder` (dataset, settings, stop=False) -> `RateCurve.to_dict()`: a learning-rate range test;
        `prepare` (dataset, settings, user=None) -> {"state", "phase", "done", "total"}: what a run reads first.
        """
        if op == "layers":
            known = read_layers(self._workspace.cache, str(arguments["backbone"]), arguments.get("image_size"))
            if known is not None:
                return known
        request = {"op": op, **{name: _plain(value) for name, value in arguments.items()}}
        address = self._living()
        try:
            return self._ask(address, request)
        except _AssistantGoneError:  # it was idle and ending, or it crashed: once more with a new one
            self._wait_until_gone(address)
        try:
            return self._ask(self._living(), request)
        except _AssistantGoneError as error:
            raise RuntimeError(f"The assistant ended while it was asked for '{op}'. {self._log_tail()}") from error

    def warm(self, *, model: Path | None = None) -> None:
        """Start it in the background and let it load torch, and `model`, before anybody waits.

        As long as this process lives, and has not left, it keeps a worker in reserve.
        """
        self._in_the_background("warm", model=model, user=own_identity())

    def prepare(self, dataset: Path, settings: dict[str, Any]) -> None:
        """Let it make in the background what a run with these settings will read; it keeps a worker ready, too."""
        self._in_the_background("prepare", dataset=dataset, settings=settings, user=own_identity())

    def hand(self, folder: Path) -> ProcessIdentity | None:
        """The worker in reserve that takes the run in `folder`; None where none waits. No assistant is started."""
        taken = self._if_there("hand", folder=str(folder.absolute()))
        return None if taken is None else ProcessIdentity.from_dict(taken)

    @property
    def has_worker(self) -> bool:
        """Whether a worker waits in reserve, or is just getting ready, that would take a run of ours."""
        return bool(self._if_there("waits"))

    def _if_there(self, op: str, **fields: str) -> Any:
        """A living assistant's answer; None where there is none, or none in time: then what it did may show later."""
        address = self._address()
        if address is None or address.code != self._code:
            return None
        with suppress(_AssistantGoneError, UserError, RuntimeError, TimeoutError):
            return self._answer(address, {"op": op, "environment": environment_mark(), **fields}, HANDING_SECONDS)
        return None

    def leave(self) -> None:
        """This process shows the screen no more: a living assistant lets go of its worker in reserve."""
        address, user = self._address(), own_identity()
        if address is not None and user is not None:
            with suppress(_AssistantGoneError, UserError, RuntimeError, TimeoutError):
                self._answer(address, {"op": "leave", "user": user}, HANDING_SECONDS)

    def end(self) -> None:
        """Let a living assistant end; none is started."""
        address = self._address()
        if address is not None:
            try:
                self._ask(address, {"op": "end"})
            except (_AssistantGoneError, RunError):
                return

    def _in_the_background(self, op: str, **arguments: Any) -> None:
        def ask() -> None:
            with suppress(UserError, RuntimeError, OSError):  # the next call meets the same and tells it to somebody
                self.call(op, **arguments)

        threading.Thread(target=ask, name=f"assistant-{op}", daemon=True).start()

    def _address(self) -> Address | None:
        """Of a living assistant alone: a dead one's port may be a stranger's by now."""
        address = Address.read(self._files.address)
        is_served = address is not None and address.identity.is_alive() and is_locked(self._files.lock)
        return address if is_served else None

    def _wait_until_gone(self, address: Address) -> None:
        """A process that ends closes its sockets a moment before its lock."""
        deadline = time.monotonic() + ENDING_SECONDS
        while self._address() == address and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def _living(self) -> Address:
        address = self._address()
        if address is not None and address.code != self._code:  # it was started before an update
            self.end()
            self._wait_until_gone(address)
            address = self._address()
        return address or self._start()

    def _start(self) -> Address:
        """One client starts it, the others wait for that one."""
        self._files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        starting = Lock(self._files.starting)
        if not starting.acquire(wait_seconds=STARTING_SECONDS):
            raise RuntimeError("another program has been starting the assistant for a minute")
        try:
            return self._address() or self._started()
        finally:
            starting.release()

    def _started(self) -> Address:
        """Waits for one that is just ending to be gone, or for one that is just starting to be there."""
        process: ChildProcess | None = None
        deadline = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < deadline:
            address = self._address()
            if address is not None:
                return address
            if not is_locked(self._files.lock):
                status = process.exit_status if process else None
                if status:
                    raise RuntimeError(f"The assistant could not start (status {status}). {self._log_tail()}")
                if process is None or status is not None:  # one that came and went unseen is no failure
                    process = self._launch()
            time.sleep(POLL_SECONDS)
        if process is not None and process.exit_status is None:
            end_group(process.pid)
        raise RuntimeError(f"The assistant did not start within {STARTING_SECONDS:.0f} s. {self._log_tail()}")

    def _launch(self) -> ChildProcess:
        words = [str(self._workspace.root.absolute())]
        if self._idle_seconds is not None:
            words.append(str(self._idle_seconds))
        return start_python("tl_core.jobs.assistant", *words, log=self._files.log)

    def _ask(self, address: Address, request: dict[str, Any]) -> Any:
        try:
            return self._answer(address, request, self._answer_seconds)
        except TimeoutError:
            self._end_hanging(address)
            raise RunError(
                f"The assistant gave no answer to '{request['op']}' within {self._answer_seconds:g} s and was ended.",
                "Try again; the next question starts a new one.",
            ) from None

    def _answer(self, address: Address, request: dict[str, Any], seconds: float) -> Any:
        """Raises TimeoutError where none comes within so many seconds."""
        line = json.dumps({"token": address.token, **request}).encode() + b"\n"
        try:
            with socket.create_connection(("127.0.0.1", address.port), timeout=seconds) as connection:
                connection.sendall(line)
                with connection.makefile("rb") as stream:
                    answer = stream.readline()
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise
            raise _AssistantGoneError from error
        if not answer.endswith(b"\n"):
            raise _AssistantGoneError
        return _value(json.loads(answer))

    def _end_hanging(self, address: Address) -> None:
        if address.identity.is_alive():
            end_group(address.identity.pid, grace_seconds=1.0, spared=trainers(self._workspace))

    def _log_tail(self) -> str:
        try:
            lines = self._files.log.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "Its last words:\n" + "\n".join(lines[-LOG_LINES:])


def _plain(value: Any) -> Any:
    return str(value.absolute()) if isinstance(value, Path) else value


def _value(answer: dict[str, Any]) -> Any:
    if "refused" in answer:
        raise _AssistantGoneError  # another assistant than the one whose token we read
    if "error" in answer:
        told = answer["error"]
        kind = getattr(errors, str(told["kind"]), UserError)
        raise kind(told["message"], told["hint"])
    if "fault" in answer:
        raise RuntimeError(f"The assistant met a fault: {answer['fault']}")
    return answer["value"]
