"""The Chinese names of findings that come from tables and from names."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "finding.look_alike": "看起来相同的名称",
    "finding.bad_row": "略过的行",
    "finding.missing_file": "没有图片的行",
    "finding.extra_file": "没有行的图片",
}
