"""The loop of every tutorial: fp32, a DataLoader, AdamW, all of a pretrained network learning."""

from __future__ import annotations

import timm
import torch
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder

from benchmarks.rivals.telling import asked, loader_processes, pretrained, stopwatch_for

LEARNING_RATE = 3e-4


def main() -> None:
    arguments = asked()
    stopwatch = stopwatch_for(arguments)
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.cores)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    classes = len([path for path in (arguments.data / "train").iterdir() if path.is_dir()])
    model = timm.create_model(arguments.backbone, num_classes=classes, **pretrained(arguments.weights)).to(device)
    config = {**timm.data.resolve_model_data_config(model), "input_size": (3,) + (arguments.image_size,) * 2}
    transform = timm.data.create_transform(**config, is_training=False)
    train, test = (ImageFolder(arguments.data / split, transform) for split in ("train", "test"))
    batches = DataLoader(train, 32, shuffle=True, num_workers=loader_processes(arguments.cores))
    judged = DataLoader(test, 32, num_workers=loader_processes(arguments.cores))
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE)
    for epoch in range(1, arguments.epochs + 1):
        model.train()
        for pictures, labels in batches:
            optimizer.zero_grad()
            loss = cross_entropy(model(pictures.to(device)), labels.to(device))
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        model.eval()
        with stopwatch.resting(), torch.inference_mode():
            right = sum(
                int((model(pictures.to(device)).argmax(dim=1).cpu() == labels).sum()) for pictures, labels in judged
            )
            stopwatch.tell(right / len(test), epoch=epoch)


if __name__ == "__main__":
    main()
