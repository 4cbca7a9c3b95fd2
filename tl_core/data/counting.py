"""Counts and sizes as words for sentences. Knows nothing of what is counted."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """ "1 picture", "1,200 pictures"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def sized(byte_count: int) -> str:
    """ "80 bytes", "400 kB", "20,000 MB"."""
    if byte_count < 1000:
        return counted(byte_count, "byte")
    return f"{byte_count / 1e3:.0f} kB" if byte_count < 1_000_000 else f"{byte_count / 1e6:,.0f} MB"
