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


@contextmanager
def threads_for(numbers: int) -> Iterator[None]:
    """As many threads as PyTorch uses, for numpy too; one for both where there are few numbers to work on."""
    before = torch.get_num_threads()
    threads = 1 if numbers <= LITTLE else before
    with threadpool_limits(limits=threads, user_api="blas"):
        if threads != before:
            torch.set_num_threads(threads)
        try:
            yield
        finally:
            if threads != before:
                torch.set_num_threads(before)
