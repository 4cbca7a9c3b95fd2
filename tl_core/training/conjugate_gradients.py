"""Newton's step without the matrix of second derivatives: conjugate gradients on products with it.

For the shifts of very many classes, where that matrix would be classes by classes. Knows probabilities that are there
already; neither predictions nor labels. Method: "Numerical Optimization" (Nocedal, Wright), chapters 5 and 7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tl_core.training.decomposing import Array

MOST_PRODUCTS = 30
CLOSE_ENOUGH = 0.01  # of the gradient is left: Newton's next step mends the rest


@dataclass(frozen=True, eq=False, slots=True)
class Curvature:
    """Second derivatives of a penalised log loss by one scale and a shift a class: what products with them take."""

    probabilities: NDArray[np.float32]  # (n, classes)
    sums: Array  # (classes,): their sums, and what the penalty adds
    squares: Array  # (classes,): the sums of their squares
    column: Array  # (classes,): the derivatives by the scale and each shift
    corner: float  # twice by the scale

    @property
    def diagonal(self) -> Array:
        return np.concatenate([[max(self.corner, 1e-12)], self.sums - self.squares])

    def times(self, vector: Array) -> Array:
        """(1 + classes,)"""
        scale, shifts = vector[0], vector[1:]
        across = (self.probabilities @ shifts.astype(np.float32)) @ self.probabilities
        return np.concatenate(
            [[self.corner * scale + self.column @ shifts], self.column * scale + self.sums * shifts - across]
        )


def conjugate_gradients(times: Callable[[Array], Array], diagonal: Array, wanted: Array) -> Array:
    """About the vector whose product is `wanted`; it leads downhill however early this ends."""
    found, rest = np.zeros_like(wanted), wanted.copy()
    eased = rest / diagonal
    direction, strength = eased, float(rest @ eased)
    enough = CLOSE_ENOUGH**2 * strength
    for _ in range(MOST_PRODUCTS):
        if strength <= enough:
            break
        product = times(direction)
        length = strength / float(direction @ product)
        found, rest = found + length * direction, rest - length * product
        eased = rest / diagonal
        before, strength = strength, float(rest @ eased)
        direction = eased + strength / before * direction
    return found
