"""How much a stranger's archive or picture may ask for. Values only; the code that reads things holds them."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. The tests lower these instead of building monsters."""

    archive_bytes: int = 20 * GIGABYTE
    unpacked_factor: float = 4.0  # unpacked <= factor x archive + slack
    unpacked_slack: int = 200 * MEGABYTE
    directory_bytes: int = 512 * MEGABYTE  # the archive's own table of contents
    entries: int = 2_000_000
    classes: int = 1_000_000
    table_bytes: int = 256 * MEGABYTE  # a CSV of paths and labels
    table_rows: int = 2_000_000
    file_bytes: int = 50 * MEGABYTE
    ratio: float = 200.0  # unpacked / packed of one entry
    ratio_from_bytes: int = 1 * MEGABYTE  # small files may pack well
    path_depth: int = 16  # folders around a file, wrappers included
    name_bytes: int = 255
    pixels: int = 50_000_000
    side: int = 16_384
    shortest_side: int = 4
    aspect: float = 50.0  # long side / short side
    seconds: float = 10.0  # to decode one picture
    memory: int = 1 << 30  # address space of a decoding child

    def unpacked_bytes(self, archive_bytes: int) -> int:
        """What an archive of this size may unpack to, all files together."""
        return int(self.unpacked_factor * archive_bytes) + self.unpacked_slack


LOCAL = Limits()
HOSTED = Limits(
    archive_bytes=300 * MEGABYTE,
    entries=50_000,
    classes=200,
    table_bytes=32 * MEGABYTE,
    table_rows=200_000,
    directory_bytes=64 * MEGABYTE,
    path_depth=8,
)
