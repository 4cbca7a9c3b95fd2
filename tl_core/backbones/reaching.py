"""Whether pretrained weights that are not on this computer can be had, and the words for when they cannot.

Needs no torch and fetches nothing: it knows who publishes which, and whether anybody answers there.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException

from tl_core.backbones.catalogue import record_of
from tl_core.backbones.fetching import in_words
from tl_core.backbones.here import is_address, needs_no_fetching, repository_and_revision, works_offline
from tl_core.backbones.record import HUB, TORCHVISION
from tl_core.errors import WeightsError

SECONDS_TO_ASK = 3.0  # somebody waits for a training to begin; the download itself is more patient
TORCHVISIONS_SERVER = "https://download.pytorch.org/models/"
NONE_HINT = "Start from an earlier run, or start from scratch (the setting 'start')."


def check_can_be_had(name: str) -> None:
    """Raises WeightsError for a network without pretrained weights, or where nobody answers who could send them.

    A server that is only slow may still send them: then nothing is raised, and the download will tell.
    """
    record = record_of(name)
    if needs_no_fetching(name) or (record is not None and record.bundled):
        return  # a package that is missing is told when it is opened
    source = name.removeprefix(HUB) if name.startswith(HUB) else record.source if record else ""
    if not source:
        raise WeightsError(f"'{name}' has no pretrained weights.", NONE_HINT)
    address = _address(name, source)
    if _is_switched_off(name, source):
        raise missing(name, address, "HF_HUB_OFFLINE is set")
    try:
        must_answer(address, SECONDS_TO_ASK)
    except (OSError, HTTPException) as error:
        if not isinstance(getattr(error, "reason", error), TimeoutError):
            raise missing(name, address, in_words(error)) from error


def must_answer(url: str, seconds: float) -> None:
    """Raises OSError or HTTPException where nobody is there; what somebody answers does not matter."""
    request = urllib.request.Request(url, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=seconds).close()
    except urllib.error.HTTPError as error:
        error.close()  # somebody is there; what is missing, the download itself says


def missing(name: str, source: str, reason: str, done: int = 0) -> WeightsError:
    """What to raise where weights did not come, or only their first `done` bytes."""
    if done:
        return WeightsError(
            f"The download of the pretrained weights of '{name}' from {source} broke off after {done / 1e6:,.1f} MB "
            f"({reason}).",
            "Try again: it goes on where it broke off.",
        )
    return WeightsError(
        f"The pretrained weights of '{name}' are not on this computer and could not be fetched from {source} "
        f"({reason}).",
        other_ways(),
    )


def other_ways() -> str:
    """What a person can do without these weights."""
    bundled = " or ".join(works_offline()) or "one whose weights are on this computer"
    return (
        f"Connect to the internet and try again, or choose {bundled}, whose weights came with Thaw. "
        "Starting from scratch (the setting 'start') needs no weights."
    )


def _is_on_the_hub(name: str, source: str) -> bool:
    return not (name.startswith(TORCHVISION) or is_address(source))


def _is_switched_off(name: str, source: str) -> bool:
    from huggingface_hub import constants

    return _is_on_the_hub(name, source) and bool(constants.HF_HUB_OFFLINE)


def _address(name: str, source: str) -> str:
    from huggingface_hub import constants

    if _is_on_the_hub(name, source):
        return f"{constants.ENDPOINT}/{repository_and_revision(source)[0]}"
    return source if is_address(source) else TORCHVISIONS_SERVER + source
