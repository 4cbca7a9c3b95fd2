"""What a person should know about a set of pictures before training, ranked by harm. Opens nothing.

Each part of the doctor looks at columns, not at one record after the other: 100,000 pictures take about a second.
"""

from __future__ import annotations

from collections.abc import Sequence

from tl_core.data import findings_classes, findings_copies, findings_looks, findings_shortcuts
from tl_core.data.index import Finding, ImageIndex, Skipped

RANKS = {"harm": 0, "warning": 1, "note": 2}


def find_all(
    index: ImageIndex,
    skipped: Sequence[Skipped],
    given: Sequence[Finding],
    empty: Sequence[str],
) -> tuple[Finding, ...]:
    """Every finding, the most harmful first. `given` came from reading names; `empty` are folders without a picture."""
    copies = findings_copies.copies_in(index)
    return ranked(
        [
            *findings_copies.identical(index),
            *findings_copies.in_two_classes(index, copies),
            *findings_copies.leaks(index, copies),
            *findings_looks.unreadable(skipped),
            *given,
            *findings_classes.missing(index, empty),
            *findings_shortcuts.shortcuts(index),
            *findings_copies.near_in_two_classes(index, copies),
            *findings_copies.duplicates(index, copies),
            *findings_classes.imbalance(index),
            *findings_looks.of_looks(index),
            *findings_copies.near_in_one_class(index, copies),
            *findings_looks.converted(index),
            *findings_looks.placed(index),
        ]
    )


def ranked(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The most harmful first; of equal harm, in the order given."""
    return tuple(sorted(found, key=lambda finding: RANKS[finding.severity]))
