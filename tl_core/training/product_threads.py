"""Threads for products and decompositions of matrices: those of the training, and one where the work is little.

numpy brings threads of its own that know nothing of PyTorch's; both wait by spinning, so that on a busy machine two of
each can be five times slower than one. Knows no features.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits

# Numbers in the features of a head. Measured on two cores, 10,000 x 1,024: 0.77 s on one thread; on two 0.67 s while
# nobody else computes, 2.0 to 2.5 s while others do. 1,000 x 1,280: 0.2 s, and 0.15 or 1.0 s.
LITTLE = 15_000_000
# Each penalty that is tried is a product of the features with as many columns as there are classes; all of them cost
# more than the decomposition of a usual width from some 90 classes on.
PENALTIES_TRIED, USUAL_WIDTH = 14, 1280


def is_little(count: int, width: int, classes: int) -> bool:
    numbers = count * width
    return numbers <= LITTLE and numbers * PENALTIES_TRIED * classes <= LITTLE * USUAL_WIDTH


@contextmanager
def threads_for(count: int, width: int, classes: int) -> Iterator[None]:
    """As many threads as PyTorch uses, for numpy too; one for both where there is little to work on."""
    before = torch.get_num_threads()
    threads = 1 if is_little(count, width, classes) else before
    with threadpool_limits(limits=threads, user_api="blas"):
        if threads != before:
            torch.set_num_threads(threads)
        try:
            yield
        finally:
            if threads != before:
                torch.set_num_threads(before)
