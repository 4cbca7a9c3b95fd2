"""fastai as its quick start does it, with lr_find: `--way frozen` (head and batch norms) or `--way fine_tune` (all)."""

from __future__ import annotations

from fastai.callback.core import Callback
from fastai.torch_core import set_seed
from fastai.vision.all import ImageDataLoaders, Resize, vision_learner

from benchmarks.rivals.telling import Stopwatch, asked, loader_processes, pretrained, stopwatch_for


class Points(Callback):  # type: ignore[misc]
    """The test folder is fastai's validation set; it is used for nothing else, and its time does not count."""

    def __init__(self, stopwatch: Stopwatch) -> None:
        super().__init__()
        self.stopwatch = stopwatch
        self.told = self.right = self.count = 0

    def before_validate(self) -> None:
        self.stopwatch.rest()
        self.right = self.count = 0

    def after_batch(self) -> None:
        if not self.training:
            self.right += int((self.pred.argmax(dim=1) == self.y).sum())
            self.count += len(self.y)

    def after_validate(self) -> None:
        self.told += 1
        self.stopwatch.tell(self.right / self.count, epoch=self.told)
        self.stopwatch.go_on()


def main() -> None:
    arguments = asked()
    stopwatch = stopwatch_for(arguments)
    set_seed(arguments.seed)
    loaders = ImageDataLoaders.from_folder(
        arguments.data, train="train", valid="test", item_tfms=Resize(arguments.image_size), bs=32,
        num_workers=loader_processes(arguments.cores),
    )  # fmt: skip
    learner = vision_learner(loaders, arguments.backbone, **pretrained(arguments.weights))
    rate = learner.lr_find(show_plot=False).valley
    learner.add_cb(Points(stopwatch))
    with learner.no_bar(), learner.no_logging():
        if arguments.way == "fine_tune":
            learner.fine_tune(arguments.epochs, base_lr=rate)
        else:
            learner.fit_one_cycle(arguments.epochs, rate)


if __name__ == "__main__":
    main()
