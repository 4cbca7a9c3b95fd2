"""The command line: `python -m tl_core COMMAND ...`. Finds the command, imports it alone, tells errors from faults."""

from __future__ import annotations

import argparse
import difflib
import importlib
import io
import os
import re
import sys
from pathlib import Path
from typing import NoReturn

from tl_core import __version__
from tl_core.caching.limits import OPTION, choose_limit
from tl_core.errors import ConfigError, UserError
from tl_core.jobs.workspace import default_root

COMMANDS = {
    "check": "look at pictures and say what is found",
    "backbones": "list the networks to start from",
    "layers": "list a network's stages, which can be frozen",
    "learning-rate": "find a learning rate by trying ever bigger steps",
    "train": "teach a network your pictures",
    "resume": "go on with a run that was stopped or lost",
    "runs": "list the runs of this workspace",
    "evaluate": "measure a model on labelled pictures",
    "predict": "say what is on pictures",
    "export": "take a trained model away as a file",
    "sample": "write a small set of pictures to try",
}
DONE, FAULT, CAN_BE_PUT_RIGHT, INTERRUPTED = 0, 1, 2, 130
WORKSPACE_HELP = "where datasets, caches and runs are kept (default: THAW_WORKSPACE, or this system's data folder)"
CACHE_HELP = "most gigabytes that prepared pictures take (default: THAW_CACHE_GB, or a quarter of what is free)"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in a sentence, by an error like every other."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(self._in_words(message), f"`{self.prog} --help` lists what there is.")

    def _in_words(self, message: str) -> str:
        if message.startswith("unrecognized arguments: "):
            words = message.removeprefix("unrecognized arguments: ").split()
            options = [word.partition("=")[0] for word in words if word.startswith("-")]
            return " ".join(self._unknown(option) for option in options) or f"'{words[0]}' is one word too many."
        if wrong := re.fullmatch(r"argument (\S+): invalid choice: (.*) \(choose from (.*)\)", message):
            return f"{wrong[1]} is {wrong[2]}; it is one of {wrong[3].replace(chr(39), '')}."
        if wrong := re.fullmatch(r"argument (\S+): expected (?:one|at least one) argument", message):
            return f"{wrong[1]} stands without a value."
        if wrong := re.fullmatch(r"the following arguments are required: (.*)", message):
            return f"{wrong[1]} is missing."
        return message[:1].upper() + message[1:].rstrip(".") + "."

    def _unknown(self, option: str) -> str:
        known = [name for action in self._actions for name in action.option_strings]
        near = difflib.get_close_matches(option, known, n=1)
        return f"There is no option '{option}'." + (f" Did you mean '{near[0]}'?" if near else "")


def main(words: list[str]) -> int:
    """The exit status: 0 done, 2 something that the person can put right; a fault leaves as an exception."""
    _print_what_cannot_be_shown()
    try:
        return _run(words)
    except UserError as error:
        print(error.message, *filter(None, [error.hint]), sep="\n", file=sys.stderr)
        return CAN_BE_PUT_RIGHT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output (`| head`) has gone; Python would complain again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT


def _run(words: list[str]) -> int:
    top = _top_parser()
    first = top.parse_args(words)
    if first.command is None:
        top.print_help()
        return DONE
    if first.command not in COMMANDS:
        near = difflib.get_close_matches(first.command, list(COMMANDS), n=1)
        did_you_mean = f" Did you mean '{near[0]}'?" if near else ""
        raise ConfigError(f"There is no command '{first.command}'.{did_you_mean}", f"There are {', '.join(COMMANDS)}.")
    module = importlib.import_module(f"tl_core.commands.{first.command.replace('-', '_')}")
    parser = _Parser(prog=f"{top.prog} {first.command}", description=_sentence(first.command), allow_abbrev=False)
    parser.add_argument("--workspace", metavar="DIR", type=Path, default=first.workspace, help=WORKSPACE_HELP)
    parser.add_argument(OPTION, metavar="GB", default=first.cache_gb, help=CACHE_HELP)
    module.add_arguments(parser)
    arguments = parser.parse_args(first.rest)
    choose_limit(arguments.cache_gb)
    arguments.workspace = (arguments.workspace or default_root()).expanduser().absolute()
    status: int = module.run(arguments)
    return status


def _top_parser() -> _Parser:
    listing = "\n".join(f"  {name:<13} {meaning}" for name, meaning in COMMANDS.items())
    parser = _Parser(
        prog="python -m tl_core",
        description="Thaw: take a pretrained network and teach it your own pictures.",
        epilog=f"commands (each has its own --help):\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"Thaw {__version__}")
    parser.add_argument("--workspace", metavar="DIR", type=Path, help=WORKSPACE_HELP)
    parser.add_argument(OPTION, metavar="GB", help=CACHE_HELP)
    parser.add_argument("command", metavar="COMMAND", nargs="?", help="one of the commands below")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _sentence(command: str) -> str:
    meaning = COMMANDS[command]
    return f"{meaning[0].upper()}{meaning[1:]}."


def _print_what_cannot_be_shown() -> None:
    """A file's name that the terminal's alphabet lacks is shown by its numbers, and is no reason to break off."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
