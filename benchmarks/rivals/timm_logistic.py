"""The real rival: features from timm, scikit-learn's logistic regression on them, as it takes five lines."""

from __future__ import annotations

import timm
import torch
from sklearn.linear_model import LogisticRegression
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder

from benchmarks.rivals.telling import asked, loader_processes, pretrained, stopwatch_for


def main() -> None:
    arguments = asked()
    stopwatch = stopwatch_for(arguments)
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.cores)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = timm.create_model(arguments.backbone, num_classes=0, **pretrained(arguments.weights)).eval().to(device)
    config = {**timm.data.resolve_model_data_config(model), "input_size": (3,) + (arguments.image_size,) * 2}
    transform = timm.data.create_transform(**config, is_training=False)

    def features_of(split: str) -> tuple[torch.Tensor, torch.Tensor]:
        loader = DataLoader(
            ImageFolder(arguments.data / split, transform), 32, num_workers=loader_processes(arguments.cores)
        )
        with torch.inference_mode():
            found = [(model(pictures.to(device)).cpu(), labels) for pictures, labels in loader]
        return torch.cat([row for row, _ in found]), torch.cat([label for _, label in found])

    features, labels = features_of("train")
    classifier = LogisticRegression(max_iter=1000, random_state=arguments.seed).fit(features.numpy(), labels.numpy())
    with stopwatch.resting():
        features, labels = features_of("test")
        stopwatch.tell(float(classifier.score(features.numpy(), labels.numpy())), epoch=1)


if __name__ == "__main__":
    main()
