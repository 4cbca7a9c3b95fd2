"""How a decoding child and its pool talk: frames over pipes. A frame is a JSON header and raw bytes behind it.

Squares travel as raw bytes: as JSON they would cost ten times the decoding. It knows nothing about pictures.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

# A row for each file of an index request: SHA-256, bytes, width, height, seconds when taken, camera, format; the last
# two are positions in lists. A file that is no picture has the row NOT_INDEXED.
INDEXED = struct.Struct("<32sqiidHB")
NOT_INDEXED = bytes(INDEXED.size)
_LENGTHS = struct.Struct("<II")  # header bytes, payload bytes
MOST_HEADER = 1 << 20
MOST_PAYLOAD = 1 << 28


def encoded(header: dict[str, Any]) -> bytes:
    return json.dumps(header, separators=(",", ":")).encode("ascii")


def write_frame(stream: BinaryIO, header: dict[str, Any] | bytes, payload: bytes = b"") -> None:
    """`header` may be encoded already."""
    text = header if isinstance(header, bytes) else encoded(header)
    stream.write(_LENGTHS.pack(len(text), len(payload)) + text)
    if payload:
        stream.write(payload)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None at the end, in mid-frame too. Raises ValueError on what no child of ours sends."""
    lengths = _exactly(stream, _LENGTHS.size)
    if lengths is None:
        return None
    header_bytes, payload_bytes = _LENGTHS.unpack(lengths)
    if header_bytes > MOST_HEADER or payload_bytes > MOST_PAYLOAD:
        raise ValueError(f"a frame of {header_bytes} + {payload_bytes} bytes")
    text = _exactly(stream, header_bytes)
    payload = _exactly(stream, payload_bytes)
    if text is None or payload is None:
        return None
    header = json.loads(text)
    if not isinstance(header, dict):
        raise ValueError("a frame's header is no object")
    return header, payload


def _exactly(stream: BinaryIO, count: int) -> bytes | None:
    if count == 0:
        return b""
    data = stream.read(count)
    return data if data is not None and len(data) == count else None
