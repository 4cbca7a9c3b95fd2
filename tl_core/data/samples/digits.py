"""The 1,797 scanned digits that come with scikit-learn, as class folders of PNG files. Real data, no network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 64  # pixels; the scans have 8 x 8 values from 0 to 16
README = """Digits

1,797 handwritten digits, 0 to 9, one folder each. They are real: collected from 43 people by E. Alpaydin and C. Kaynak
("Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998, CC BY 4.0) and shipped with
scikit-learn. Each scan has 8 x 8 grey values; it is enlarged here to 64 x 64 pixels, black ink on white. There are no
train and test folders: Thaw makes a validation split of its own.
"""


def write_digits(out_dir: Path) -> list[str]:
    """Writes 0/ to 9/ and README.txt; returns facts as sentences."""
    from sklearn.datasets import load_digits  # a second of import that only this sample needs

    data = load_digits()
    for number, (values, label) in enumerate(zip(data.images, data.target, strict=True)):
        folder = out_dir / str(int(label))
        folder.mkdir(exist_ok=True)
        grey = np.rint(255 - np.clip(values, 0, 16) * (255 / 16)).astype(np.uint8)  # (8, 8)
        picture = Image.fromarray(grey).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        picture.save(folder / f"{number:04d}.png")
    (out_dir / "README.txt").write_text(README, encoding="utf-8")
    return [
        f"{len(data.target):,} pictures of 10 kinds (0 to 9), {SIDE} x {SIDE} pixels.",
        "Real handwriting, from scikit-learn; enlarged from 8 x 8.",
        "No split: a validation split is made when you train.",
    ]
