"""What the server prints, safe for whoever reads it: a name cannot begin a line, colour a terminal or turn the text.

Knows no name; every line goes through the same sieve.
"""

from __future__ import annotations

import logging

from tl_core.data.names import shown


class PlainFormatter(logging.Formatter):
    """One line for a message, whatever is in it, and the lines of a traceback as Python makes them."""

    def format(self, record: logging.LogRecord) -> str:
        said = shown(record.getMessage())
        if record.exc_info:
            trace = self.formatException(record.exc_info)
            return "\n".join([said, *(f"  {shown(line)}" for line in trace.splitlines())])
        return said


def print_plainly(logger: logging.Logger) -> None:
    """Warnings and worse of this logger go to the terminal in that form, once however often it is asked for."""
    if any(isinstance(handler.formatter, PlainFormatter) for handler in logger.handlers):
        return
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter())
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
