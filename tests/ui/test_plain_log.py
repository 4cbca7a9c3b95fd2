"""What the server prints is read by people: names in it begin no line, colour no terminal and turn no text."""

from __future__ import annotations

import logging
import sys

from tl_ui.plain_log import PlainFormatter, print_plainly

FORGED = "fox\r\nERROR forged\x1b[31m red \u202egnp.exe"


def record_of(message: str, *values: object, failed: bool = False) -> logging.LogRecord:
    return logging.LogRecord("thaw", logging.ERROR, "file", 1, message, values, sys.exc_info() if failed else None)


def test_a_name_with_a_line_s_end_stays_on_its_line() -> None:
    printed = PlainFormatter().format(record_of("'%s' could not be read", FORGED))
    assert printed == r"'fox\x0d\x0aERROR forged\x1b[31m red \u202egnp.exe' could not be read"


def test_the_lines_of_a_traceback_are_set_in_and_plain() -> None:
    try:
        raise ValueError(FORGED)
    except ValueError:
        printed = PlainFormatter().format(record_of("view failed", failed=True))
    first, *rest = printed.splitlines()
    assert first == "view failed"
    assert rest
    assert all(line.startswith("  ") for line in rest)
    assert "\x1b" not in printed
    assert "\u202e" not in printed


def test_a_logger_is_made_plain_once() -> None:
    logger = logging.Logger("apart")
    print_plainly(logger)
    print_plainly(logger)
    (handler,) = logger.handlers
    assert isinstance(handler.formatter, PlainFormatter)
