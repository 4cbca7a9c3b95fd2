"""A run's training as a readable Python file of plain PyTorch, with every setting made concrete.

Knows plans and the words of `script_text`; it trains nothing and reads no picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from textwrap import indent
from typing import Any

from tl_core import __version__
from tl_core.backbones.build import build_network
from tl_core.backbones.recommended import BUNDLED
from tl_core.backbones.record import TORCHVISION
from tl_core.backbones.stages import StagedNetwork, stage_network
from tl_core.config import PRETRAINED, RunConfig
from tl_core.errors import ConfigError
from tl_core.export.build_code import build_lines, library_of
from tl_core.export.model_config import ModelConfig
from tl_core.training import script_text as text
from tl_core.training import script_tuning_text as tuning_text
from tl_core.training.augment import STRENGTHS
from tl_core.training.optim import scale_of
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.schedules import FINAL_FACTOR, FIRST_FACTOR, LAST_FACTOR, RISE, STEP_FACTOR, STEP_PARTS

TABLE_ENDING = ".pictures.csv"
OPTIMIZERS = {
    "adamw": "AdamW(rows)",
    "adam": "Adam(rows)",
    "sgd": "SGD(rows, momentum={momentum}, nesterov={nesterov})",
    "rmsprop": "RMSprop(rows, momentum={momentum})",
    "adagrad": "Adagrad(rows)",
}
GROUPS = """[
        {"params": own, "share": share, "lr": LEARNING_RATE, "weight_decay": WEIGHT_DECAY if decays else 0.0}
        for (share, decays), own in groups.items()
    ]"""
COSINE = "{0} + {1} * 0.5 * (1 + math.cos(math.pi * min(1.0, step / max(1, steps - 1))))"
TAKE_WHAT_FITS = """\
own = model.state_dict()
fits = {name: begun[name] for name in own if name in begun and begun[name].shape == own[name].shape}
model.load_state_dict({**own, **fits})  # all but the head of other classes"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A run as far as its script hangs on it. `mirrored` says whether its views were; `data` is where paths begin."""

    config: RunConfig
    plan: TrainingPlan
    title: str
    data: str
    mirrored: bool
    start_weights: str = ""  # the file of an earlier run's or a person's own weights


def problems(plan: TrainingPlan) -> Iterator[str]:
    """What a run did that the script has no words for."""
    if len(plan.candidates) > 1:
        yield "a preset that compared several freezings"
    if plan.test_views > 1:
        yield "several looks at each picture"
    if plan.batch_norm in ("reestimated", "trained"):
        yield f"batch norms that are {plan.batch_norm}"
    if plan.method == "fine-tune":
        yield from problems_of_steps(plan)


def problems_of_steps(plan: TrainingPlan) -> Iterator[str]:
    if plan.lora_rank:
        yield "LoRA"
    if plan.thaws:
        yield "gradual unfreezing"
    if plan.mixup or plan.cutmix:
        yield "blended pictures (mixup or cutmix)"
    if plan.augment == "trivial":
        yield "the augmentation 'trivial'"
    if plan.class_balance == "sampling":
        yield "balancing classes by sampling"
    if plan.schedule == "plateau":
        yield "the schedule 'plateau'"


def training_script(subject: Subject, file: PurePath) -> str:
    """The text of `file`. Raises ConfigError that names everything about the run that has no form in it."""
    plan = subject.plan
    if found := list(problems(plan)):
        raise ConfigError(
            f"This training cannot be written as a script, because of {', '.join(found)}.",
            "Take the settings as a command line instead: --to command.",
        )
    size = plan.preprocessing.image_size
    network = build_network(plan.backbone, len(plan.classes), pretrained=False, image_size=size)
    parts = [top(subject, file, network.classifier), text.NETWORK.format(build=building(subject, network.module))]
    parts.append(text.PICTURES.replace("{table}", repr(file.stem + TABLE_ENDING)))
    parts.append(text.NEUTRAL if plan.start == "scratch" else text.HEAD)
    if plan.method == "fine-tune":
        parts.append(tuning(subject, stage_network(network)))
    tune = "\n    fine_tune(network, train, val)" if plan.method == "fine-tune" else ""
    weights = repr(file.stem + ".safetensors")
    return "".join([*parts, text.END.format(tune=tune, weights=weights)])


def top(subject: Subject, file: PurePath, classifier: str) -> str:
    plan, how = subject.plan, subject.plan.preprocessing
    library = library_of(plan.backbone)
    title = " ".join(subject.title.replace("\\", "/").replace('"', "'").split()) or "A training"
    names: dict[str, Any] = {
        "data": subject.data, "classes": plan.classes, "image_size": how.image_size, "resize_size": how.resize_size,
        "mean": how.mean, "std": how.std, "part": how.part or (0.0, 0.0, 1.0, 1.0), "seed": plan.seed,
        "measured_on": plan.measured_on, "device": plan.device, "precision": plan.precision, "classifier": classifier,
    }  # fmt: skip
    return text.TOP.format(
        title=title,
        version=__version__,
        file=file.name,
        library=library,
        table=file.stem + TABLE_ENDING,
        weights=file.stem + ".safetensors",
        imports=", ".join(sorted({"torch", library})),
        load_file=", load_file" if subject.start_weights.endswith(".safetensors") else "",
        interpolation=how.interpolation.upper(),
        **{name: repr(value) for name, value in names.items()},
    )


def building(subject: Subject, module: Any) -> str:
    """The lines that make the network with the weights it begins with; its head does not matter."""
    plan, config = subject.plan, subject.config
    lines = [build_lines(ModelConfig(plan.backbone, plan.classes, plan.preprocessing), module)]
    begun = ""
    if subject.start_weights.endswith(".safetensors"):
        begun = f"begun = load_file({subject.start_weights!r})"
    elif subject.start_weights:
        begun = f"begun = torch.load({subject.start_weights!r}, map_location='cpu', weights_only=True)"
        begun += "\nbegun = begun.get('state_dict', begun)"
    elif config.start == PRETRAINED and plan.backbone in BUNDLED:
        bundle = BUNDLED[plan.backbone]
        package = bundle.package.replace("-", "_")
        begun = (
            f"import {package} as package\n"
            f"begun = torch.load(Path(package.__file__).parent / {bundle.file!r}, weights_only=True)\n"
            "begun = dict(zip(model.state_dict(), begun.values()))  # the same tensors in the same order"
        )
    elif config.start == PRETRAINED and plan.backbone.startswith(TORCHVISION):
        name = plan.backbone.removeprefix(TORCHVISION)
        begun = f'begun = torchvision.models.get_model({name!r}, weights="DEFAULT").state_dict()'
    elif config.start == PRETRAINED:
        pretrained = lines[0].replace(", num_classes", ", pretrained=True, num_classes", 1)
        lines[0] = pretrained.replace(f'"{plan.backbone}"', f'"{config.backbone}"', 1)
    if begun:
        lines += [begun, TAKE_WHAT_FITS]
    return indent("\n".join(lines), "    ")


def tuning(subject: Subject, network: StagedNetwork) -> str:
    plan = subject.plan
    every = tuple(name for name, _ in network.network.module.named_parameters())
    shares = {
        start: round(scale_of(plan, stage), 12)
        for stage in plan.trained
        for start in starts_of(network.parameter_names(stage), every)
    }
    modules = tuple(name for stage in plan.trained for name in network.module_names(stage))
    names = (
        "epochs", "batch_size", "learning_rate", "warmup_epochs", "weight_decay", "label_smoothing", "gradient_clip",
        "patience", "keep_best", "ema_decay",
    )  # fmt: skip
    optimizer = OPTIMIZERS[plan.optimizer].format(momentum=plan.momentum, nesterov=plan.momentum > 0)
    return tuning_text.TUNING.format(
        **{name: repr(getattr(plan, name)) for name in names},
        views=plan.cached_views,
        modules=repr(modules),
        norms=plan.batch_norm == "updated",
        rates=listing(shares),
        views_code=views_code(subject),
        schedule=schedule(plan),
        optimizer=optimizer.replace("rows", GROUPS, 1),
        weights=class_weights(plan),
    )


def starts_of(names: Sequence[str], every: Sequence[str]) -> list[str]:
    """The shortest beginnings, at dots, that the names have and no other name has."""
    own, others, found = set(names), [name for name in every if name not in set(names)], []
    for name in names:
        pieces = name.split(".")
        starts = [".".join(pieces[:count]) for count in range(1, len(pieces) + 1)]
        start = next(one for one in starts if not any(f"{other}.".startswith(f"{one}.") for other in others))
        if start not in found and own:
            found.append(start)
    return found


def listing(shares: dict[str, float]) -> str:
    return "{\n" + "".join(f"    {name!r}: {share!r},\n" for name, share in shares.items()) + "}"


def views_code(subject: Subject) -> str:
    plan = subject.plan
    if plan.augment == "none":
        return tuning_text.PLAIN_VIEWS
    strength = STRENGTHS[plan.augment]
    numbers = (strength.smallest_side, strength.stretch, strength.degrees, strength.light, strength.erase)
    return tuning_text.VARIED_VIEWS.format(
        mirror=subject.mirrored, upside_down=plan.flips == "both", strength=repr(numbers)[1:-1]
    )


def schedule(plan: TrainingPlan) -> str:
    """The factor on the rate as an expression of `step` and `steps`, both without the warm-up."""
    if plan.schedule == "cosine":
        return COSINE.format(LAST_FACTOR, 1.0 - LAST_FACTOR)
    if plan.schedule == "step":
        return f"{STEP_FACTOR} ** (step // max(1, math.ceil(steps / {STEP_PARTS})))"
    if plan.schedule == "one-cycle":
        rise = f"1.0 + ({FIRST_FACTOR} - 1.0) * 0.5 * (1 + math.cos(math.pi * step / ({RISE} * steps - 1)))"
        done = f"min(1.0, (step - ({RISE} * steps - 1)) / max(1e-9, steps - {RISE} * steps))"
        fall = f"{FINAL_FACTOR} + (1.0 - {FINAL_FACTOR}) * 0.5 * (1 + math.cos(math.pi * {done}))"
        return f"{rise} if step <= {RISE} * steps - 1 else {fall}"
    return "1.0"


def class_weights(plan: TrainingPlan) -> str:
    if plan.class_balance != "weights":
        return "torch.ones(len(CLASSES), device=DEVICE)"
    counts = "np.maximum(np.bincount(labels, minlength=len(CLASSES)), 1)"
    return f"torch.tensor(len(labels) / (len(CLASSES) * {counts}), dtype=torch.float32, device=DEVICE)"
