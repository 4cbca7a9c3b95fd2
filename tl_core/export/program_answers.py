"""Answers pictures with a torch program: `python -m tl_core.export.program_answers FILE PICTURE...`. Only executed.

For the self-test: it knows the file, and nothing of the run that it came from.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch

from tl_core.data import pictures
from tl_core.data.limits import LOCAL
from tl_core.export.torch_file import ABOUT_FILE


def main(words: list[str]) -> None:
    told = {ABOUT_FILE: ""}
    program = torch.export.load(words[0], extra_files=told).module()
    about = json.loads(told[ABOUT_FILE])
    for path in words[1:]:
        image = pictures.open_picture(Path(path).read_bytes(), LOCAL)
        pictures.load(image, smallest=about["smallest"])
        pixels = torch.from_numpy(np.array(pictures.upright_rgb(image)))
        with torch.inference_mode():
            row = program(pixels).tolist()
        print(json.dumps({"path": path, "scores": dict(zip(about["classes"], row, strict=True))}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
