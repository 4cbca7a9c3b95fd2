"""Turns errors into what a person sees: a toast on the screen, or JSON with a status. Knows no route and no tab.

The one place of the screen where any exception may be caught: what is no UserError is logged with its traceback and
shown as a fault in the program.
"""

from __future__ import annotations

import functools
import html
import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ParamSpec

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from tl_core.errors import RunError, UserError
from tl_ui.answers import json_answer
from tl_ui.session import Session
from tl_ui.words import DEFAULT_LANGUAGE, Words, words_for

FAULT = "A fault in the program: this should not have happened, and it is not your doing."
FAULT_HINT = "Try again; if it happens again, report it with the lines that the program printed."

LENT = "This belongs to the demo, which all share, and stays as it is."
LENT_HINT = "Bring pictures of your own: what you make of them is yours to change."

log = logging.getLogger("thaw")


class NotFoundError(UserError):
    """Nothing of this owner has this identifier; says the same whether or not somebody else has it."""


class TooLargeError(UserError):
    """More bytes than the limit."""


class QuotaError(UserError):
    """More than this person, or all together, may use of a hosted server."""


class RefusedError(UserError):
    """Not allowed from where the request came."""


STATUS: tuple[tuple[type[UserError], int], ...] = (
    (NotFoundError, 404),
    (TooLargeError, 413),
    (RefusedError, 403),
    (QuotaError, 429),
    (RunError, 409),
    (UserError, 400),
)


def asked_language(request: Any) -> str:
    """What the page says of its language, `?lang=zh-CN`; English else."""
    return str(request.query_params.get("lang", DEFAULT_LANGUAGE))


def problem(error: UserError, language: str = DEFAULT_LANGUAGE) -> Response:
    """`{"message", "hint"}` in a language, with the status that belongs to the error's kind."""
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    said = words_for(language).said
    return json_answer({"message": said(error.message), "hint": said(error.hint)}, status)


def fault(error: Exception, where: str, language: str = DEFAULT_LANGUAGE) -> Response:
    log.error("%s failed", where, exc_info=error)
    said = words_for(language).said
    return json_answer({"message": said(FAULT), "hint": said(FAULT_HINT)}, 500)


Endpoint = Callable[..., Response | Awaitable[Response]]


def answered(endpoint: Endpoint, *bound: Any) -> Endpoint:
    """A Starlette endpoint (sync ones run in the thread pool) whose errors become JSON; `bound` come before request."""
    where = getattr(endpoint, "__name__", "route")

    def explain(error: Exception, request: Any) -> Response:
        language = asked_language(request)
        return problem(error, language) if isinstance(error, UserError) else fault(error, where, language)

    async def answer_async(request: Any) -> Response:
        try:
            return await endpoint(*bound, request)  # type: ignore[no-any-return, misc]
        except HTTPException:
            raise
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except Exception as error:  # noqa: BLE001 - the guard's purpose
            return explain(error, request)

    def answer(request: Any) -> Response:
        try:
            return endpoint(*bound, request)  # type: ignore[return-value]
        except HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - the guard's purpose
            return explain(error, request)

    return answer_async if inspect.iscoroutinefunction(endpoint) else answer


P = ParamSpec("P")


def guarded(handler: Callable[P, Any]) -> Callable[P, Any]:
    """A Gradio handler whose UserError becomes a warning on the screen and leaves every output as it is."""

    @functools.wraps(handler)
    def handle(*arguments: P.args, **named: P.kwargs) -> Any:
        import gradio as gr  # here, so that routes and commands need no gradio to answer errors

        try:
            return handler(*arguments, **named)
        except UserError as error:
            gr.Warning(html.escape(_words_of(arguments).said(str(error))))  # the toast renders HTML
        except gr.Error:
            raise
        except Exception as error:
            log.error("%s failed", handler.__name__, exc_info=error)
            gr.Warning(_words_of(arguments).said(f"{FAULT} {FAULT_HINT}"))
        return gr.skip()

    return handle


def _words_of(arguments: Sequence[object]) -> Words:
    """The words of the visitor whose session is among a handler's arguments; English where there is none."""
    session = next((item for item in arguments if isinstance(item, Session)), Session())
    return words_for(session.choices.language)
