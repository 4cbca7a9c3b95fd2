"""The English names of findings that come from tables and from names."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "finding.look_alike": "Names that look alike",
    "finding.bad_row": "Rows passed over",
    "finding.missing_file": "Rows without a picture",
    "finding.extra_file": "Pictures without a row",
}
