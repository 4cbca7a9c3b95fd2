"""The words of a training as a plain Python file, in pieces. Knows no run; `as_script` fills in the numbers.

Each piece is what the rooms of Thaw do, without cache, journal and stop; tests run it and compare.
"""

from __future__ import annotations

TOP = '''\
"""{title}: the training itself, as plain PyTorch. Written by Thaw {version}.

    python {file} [FOLDER OF THE PICTURES]

It needs torch, {library}, numpy, pillow and safetensors. Which picture stands on which side is in {table} beside it. It
prints how good the model is and writes the weights to {weights}. Run where Thaw ran, it gives the same model but for
rounding: on a processor the probabilities of a head alone were within 0.01 in Thaw's tests, those after fine-tuning
within 0.05. Not in it: caches, stop and resume, and the leaving out together of near-duplicates.
"""

import csv
import json
import math
import sys
from pathlib import Path

import numpy as np
import {imports}
from PIL import Image, ImageOps
from safetensors.torch import save_file{load_file}
from torch import nn
from torch.nn import functional

HERE = Path(__file__).resolve().parent
DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else Path({data})
CLASSES = {classes}
IMAGE_SIZE, RESIZE_SIZE, FILTER = {image_size}, {resize_size}, Image.Resampling.{interpolation}
MEAN, STD = {mean}, {std}
PART = {part}  # left, top, right, bottom of what matters in a picture, as shares
SEED, MEASURED_ON = {seed}, {measured_on}
DEVICE, PRECISION = {device}, {precision}  # "bf16" is mixed precision
CLASSIFIER = {classifier}
'''

NETWORK = """

def network_to_begin_with():
    torch.manual_seed(SEED)
{build}
    return model.eval().requires_grad_(False).to(DEVICE, memory_format=torch.channels_last)
"""

PICTURES = '''

def square(path):
    """The centre of a picture, upright and on white, its short side resized: (RESIZE_SIZE, RESIZE_SIZE, 3)."""
    picture = Image.open(path)
    smallest = RESIZE_SIZE / min(PART[2] - PART[0], PART[3] - PART[1])
    if min(picture.size) >= 4 * smallest:  # a large JPEG is decoded at a fraction of its size
        picture.draft(None, (math.ceil(2 * smallest),) * 2)
    picture = ImageOps.exif_transpose(picture)
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        picture = Image.new("RGB", clear.size, (255, 255, 255))
        picture.paste(clear, mask=clear.getchannel("A"))
    picture = picture.convert("RGB")
    width, height = picture.size
    left, top = min(round(PART[0] * width), width - 1), min(round(PART[1] * height), height - 1)
    right, bottom = max(round(PART[2] * width), left + 1), max(round(PART[3] * height), top + 1)
    picture = picture.crop((left, top, right, bottom))
    short = min(picture.size)
    wide, high = (int(RESIZE_SIZE * side / short) for side in picture.size)
    left, top = (wide - RESIZE_SIZE) // 2, (high - RESIZE_SIZE) // 2
    box = (left, top, left + RESIZE_SIZE, top + RESIZE_SIZE)
    return np.asarray(picture.resize((wide, high), FILTER).crop(box))


def pictures_of(side):
    """Squares (n, RESIZE_SIZE, RESIZE_SIZE, 3), labels (n,) and a number of each picture's content."""
    with open(HERE / {table}, encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == side]
    empty = np.zeros((0, RESIZE_SIZE, RESIZE_SIZE, 3), np.uint8)
    squares = np.stack([square(DATA / row["path"]) for row in rows]) if rows else empty
    labels = np.array([CLASSES.index(row["label"]) for row in rows], dtype=np.int64)
    return squares, labels, [int(row["sha256"][:12], 16) for row in rows]


def normalised(squares):
    start = (squares.shape[1] - IMAGE_SIZE) // 2
    inner = torch.from_numpy(np.ascontiguousarray(squares[:, start : start + IMAGE_SIZE, start : start + IMAGE_SIZE]))
    pixels = (inner.float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    return pixels.permute(0, 3, 1, 2).to(DEVICE, memory_format=torch.channels_last)


def answers(network, squares):
    """Logits (n, classes), in 32 bits."""
    with torch.inference_mode():
        parts = [network(normalised(squares[at : at + 32])).float().cpu() for at in range(0, len(squares), 32)]
    return torch.cat(parts) if parts else torch.zeros(0, len(CLASSES))
'''

HEAD = '''

def features_of(network, squares):
    """What comes into the classifier, (n, width)."""
    seen = []
    listening = network.get_submodule(CLASSIFIER).register_forward_pre_hook(lambda _layer, given: seen.append(given[0]))
    with torch.inference_mode(), torch.autocast(DEVICE, torch.bfloat16, enabled=PRECISION == "bf16"):
        for at in range(0, len(squares), 32):
            network(normalised(squares[at : at + 32]))
    listening.remove()
    return torch.cat(seen).double().cpu()


def best_scale(predictions, labels):
    """What to multiply predictions by before the softmax, for the lowest log loss: the loss is convex in it."""
    low, high = math.log(0.5), math.log(500.0)
    for _ in range(60):
        third = (high - low) / 3
        tried = (predictions * math.exp(at) for at in (low + third, high - third))
        left, right = (functional.cross_entropy(one, labels) for one in tried)
        low, high = (low, high - third) if left < right else (low + third, high)
    return math.exp((low + high) / 2)


def fit_head(features, labels):
    """Ridge regression in closed form; its own leave-one-out predictions choose the penalty, and a scale and shifts
    make probabilities of them (PreVal, arXiv 2401.15610). Returns weight, bias and those probabilities.
    """
    count, targets = len(labels), functional.one_hot(labels, len(CLASSES)).double()
    centre = features.mean(0)
    variance = ((features - centre) ** 2).mean(0)
    spread = torch.sqrt(variance + 4.0 * variance.mean())  # a floor: features that hardly vary stay small
    left, singular, right = torch.linalg.svd((features - centre) / spread, full_matrices=False)
    kept = singular**2 > 1e-10 * singular[0] ** 2
    left, singular, right = left[:, kept], singular[kept], right[kept]
    eigenvalues, share = singular**2, targets.mean(0)
    best = None
    for relative in torch.logspace(-4.0, 3.0, 29, dtype=torch.float64):
        penalty = relative * eigenvalues.mean()
        hat = eigenvalues / (eigenvalues + penalty)
        fitted = left @ (hat[:, None] * (left.T @ (targets - share))) + share
        leverage = (left**2) @ hat + 1.0 / count
        left_out = targets - (targets - fitted) / (1.0 - leverage).clamp(min=1e-6)[:, None]
        scale = best_scale(left_out, labels)
        loss = functional.cross_entropy(left_out * scale, labels)
        if best is None or loss < best[0]:
            best = (loss, penalty, left_out, scale)
    _, penalty, left_out, scale = best
    values = torch.cat([torch.tensor([scale], dtype=torch.float64), torch.zeros(len(CLASSES), dtype=torch.float64)])
    values.requires_grad_(True)
    search = torch.optim.LBFGS([values], max_iter=200, tolerance_grad=1e-10, line_search_fn="strong_wolfe")

    def loss_of_values():
        search.zero_grad()
        loss = functional.cross_entropy(left_out * values[0] + values[1:], labels, reduction="sum")
        loss = (loss + (values[1:] ** 2).sum()) / count
        loss.backward()
        return loss

    search.step(loss_of_values)
    scale, shifts = values.detach()[0], values.detach()[1:]
    inner = (singular / (eigenvalues + penalty))[:, None] * (left.T @ (targets - share))
    weight = (right.T @ inner).T / spread
    bias = share - weight @ centre
    return weight * scale, bias * scale + shifts, torch.softmax(left_out * scale + shifts, 1)


def put_head(network, squares, labels):
    weight, bias, left_out = fit_head(features_of(network, squares), torch.from_numpy(labels))
    classifier = network.get_submodule(CLASSIFIER)
    with torch.no_grad():
        classifier.weight.copy_(weight)
        classifier.bias.copy_(bias)
    return left_out
'''

NEUTRAL = '''

def put_head(network, squares, labels):
    """From scratch there are no features worth a head: every class starts equally likely."""
    classifier = network.get_submodule(CLASSIFIER)
    with torch.no_grad():
        classifier.weight.zero_()
        classifier.bias.zero_()
    return torch.full((len(labels), len(CLASSES)), 1.0 / len(CLASSES))
'''

END = """

def main():
    train, val, test = (pictures_of(side) for side in ("train", "val", "test"))
    network = network_to_begin_with()
    left_out = put_head(network, *train[:2]){tune}
    squares, labels, _ = {{"test": test, "validation": val}}.get(MEASURED_ON, train)
    probabilities = left_out if MEASURED_ON == "cross-validation" else torch.softmax(answers(network, squares), 1)
    correct = int((probabilities.argmax(1).numpy() == labels).sum())
    told = {{"measured_on": MEASURED_ON, "images": len(labels), "correct": correct, "accuracy": correct / len(labels)}}
    print(json.dumps(told))
    state = {{name: value.cpu().contiguous() for name, value in network.state_dict().items()}}
    save_file(state, HERE / {weights}, metadata={{"format": "pt"}})


if __name__ == "__main__":
    main()
"""
