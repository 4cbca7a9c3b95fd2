"""Whether a server on this machine answers: `python -m scripts.healthy PORT`, exit status 0 or 1.

Standard library only. It asks for a picture of the program's own; one that asks for a login answers, too.
"""

from __future__ import annotations

import http.client
import sys

ASKED = "/thaw/assets/logo.svg"
SECONDS = 4.0


def is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", ASKED)
        return connection.getresponse().status in (200, 401)
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_healthy(int(sys.argv[1])) else 1)
