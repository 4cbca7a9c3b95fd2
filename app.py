#!/usr/bin/env python3
"""Starts Thaw: `python3 app.py`. On a bare Python it first makes `.venv`, fills it, and starts again inside.

Until the environment is known to be there, this file uses the standard library alone.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from scripts import environment  # noqa: E402 - the path has to come first

OLDEST_PYTHON = (3, 11)


def main(words: list[str]) -> int:
    arguments = parse(words)
    if sys.version_info < OLDEST_PYTHON:
        print(f"Thaw needs Python 3.11 or newer; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    missing = environment.missing_modules()
    if missing:
        return install_and_restart(missing, words, allowed=not arguments.no_install)
    return serve(arguments)


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="app.py", description="Thaw: teach a network your pictures, in the browser.")
    parser.add_argument("--host", default=None, help="address to listen on (default 127.0.0.1: this computer alone)")
    parser.add_argument("--port", type=port_number, default=None, help="port (default 7860, or the next free one)")
    parser.add_argument("--workspace", type=Path, default=None, help="folder for pictures, runs and caches")
    parser.add_argument("--cache-gb", default=None, help="most that prepared pictures and features take, in gigabytes")
    parser.add_argument("--running", type=run_count, default=None, metavar="N", help="trainings at once (default 1)")
    parser.add_argument("--hosted", action="store_true", help="for strangers: quotas, and an end after some hours")
    parser.add_argument("--quota", action="append", default=[], metavar="NAME=NUMBER", help="see docs/HOSTING.md")
    parser.add_argument("--no-demo", action="store_true", help="hosted: open without a finished training to look at")
    parser.add_argument("--auth", type=Path, default=None, metavar="FILE", help="file of names and passwords to log in")
    parser.add_argument("--no-install", action="store_true", help="never install anything; say what is missing")
    return parser.parse_args(words)


def port_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is no port; it goes from 1 to 65535")
    return int(text)


def run_count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of trainings; it goes from 1 to 64")
    return int(text)


def install_and_restart(missing: list[str], words: list[str], *, allowed: bool) -> int:
    """Fills `.venv` and goes on inside it; inside it already, something is broken that a restart would not mend."""
    names = ", ".join(missing)
    inside = Path(sys.prefix).resolve() == environment.VENV.resolve()
    if not allowed:
        print(f"These packages are missing: {names}.", file=sys.stderr)
        print("Leave --no-install out, or run: pip install -r requirements.txt", file=sys.stderr)
        return 2
    requirements = [ROOT / "requirements.txt"]
    try:
        if inside:
            environment.STAMP.unlink(missing_ok=True)  # the stamp says whole, the environment is not
        environment.make_ready(requirements, say=print)
    except environment.SetupError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. Start again to go on: what is there is kept.", file=sys.stderr)
        return 2
    return environment.restart_inside([str(ROOT / "app.py"), *words])


def serve(arguments: argparse.Namespace) -> int:
    from tl_core.caching.limits import choose_limit
    from tl_core.errors import UserError
    from tl_ui import server
    from tl_ui.settings import Settings, hosted_cache

    try:
        settings = Settings.from_arguments(
            host=arguments.host,
            port=arguments.port,
            workspace=arguments.workspace,
            hosted=arguments.hosted,
            quotas=arguments.quota,
            auth=arguments.auth,
            demo=not arguments.no_demo,
            running=arguments.running,
        )
        choose_limit(arguments.cache_gb or hosted_cache(settings))
        server.serve(settings, open_browser=not os.environ.get("THAW_NO_BROWSER"))
    except UserError as error:
        print(error.message, file=sys.stderr)
        if error.hint:
            print(error.hint, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
