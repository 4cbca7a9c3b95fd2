"""The frozen part of a network: pictures a second by each way to run it, beside what matrix products reach here.

`python -m benchmarks.frozen [--pictures N] [--rounds N] [--backbone NAME]` prints tables and writes
benchmarks/results/frozen.json. Products and ways take turns in one process and the best of each counts, so that
whatever else is busy slows all. PyTorch as it comes is measured on all threads and on one, for threads that wait for
each other can be slower than one on a busy machine; the better of the two is what is compared with. Pictures are noise:
that takes as long. Each picture is made an input first, as it is in a training; decoding is left out.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.frozen_passes import CLASSES, measure_passes, seconds
from benchmarks.limits import SIDE, as_record, limits
from benchmarks.one_core import measure_core
from benchmarks.recording import RESULTS, Goal, record, table
from tl_core.backbones.stages import StagedNetwork
from tl_core.config import RunConfig
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.tensors import to_batch
from tl_core.engines.choosing import noise, relative_error
from tl_core.engines.folding import fast_copy
from tl_core.engines.running import fast_part
from tl_core.engines.torch_part import TorchPart
from tl_core.training.device import device_facts, use_threads
from tl_core.training.estimate import noise as noise_squares
from tl_core.training.frozen_engine import task_of, with_engine
from tl_core.training.head_phase import head_prefix
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import PlanFacts, TrainingPlan
from tl_core.training.prefix import BATCH_ON_CPU
from tl_core.training.surroundings import staged

AS_IT_COMES, ON_ONE = "PyTorch as it comes", "PyTorch as it comes, one thread"
TUNED = "PyTorch, folded, channels last, bf16"
FP32, SCORING = "PyTorch, folded, channels last, fp32", "the engine, fp32 (scoring)"


def best_of_turns(works: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The least seconds of each over the rounds, after one to warm up."""
    best = dict.fromkeys(works, float("inf"))
    with torch.inference_mode():
        for turn in range(rounds + 1):
            for name, work in works.items():
                took = seconds(work)
                best[name] = min(best[name], took) if turn else best[name]
    return best


def plan_of(network: StagedNetwork, pictures: int) -> TrainingPlan:
    facts = PlanFacts(
        classes=CLASSES,
        pictures={"train": pictures, "val": 0, "test": 0},
        rarest_train=pictures // len(CLASSES),
        rarest_val=0,
        brings_test=False,
        preprocessing=network.network.preprocessing,
        stages=network.stages,
        has_cuts=network.has_cuts,
        convolutional=True,
        device=device_facts(),
        backbone=network.network.name,
    )
    return make_plan(RunConfig(backbone=network.network.name), facts)


def chosen(network: StagedNetwork, pictures: int, cache: Path) -> tuple[TrainingPlan, dict[str, Any]]:
    """The plan with its engine, and what choosing it took: measured, and asked for again."""
    plan, part, found = plan_of(network, pictures), head_prefix(network).module, {}
    for name in ("seconds_to_choose", "seconds_to_choose_again"):
        started = time.perf_counter()
        plan = with_engine(plan, part, cache)
        found[name] = round(time.perf_counter() - started, 3)
    return plan, {**found, "engine": plan.frozen_engine, "reason": plan.reasons["frozen_engine"]}


def measure_ways(network: StagedNetwork, plan: TrainingPlan, rounds: int) -> dict[str, Any]:
    """Each way with the input made of squares, and products of square matrices, in turn."""
    preprocessing, part = plan.preprocessing, head_prefix(network).module
    plain = staged(RunConfig(backbone=plan.backbone), len(CLASSES), device_facts())
    usual = head_prefix(plain).module.to(memory_format=torch.contiguous_format)
    squares = noise_squares(preprocessing.resize_size, BATCH_ON_CPU)
    started, before = time.perf_counter(), resident()
    fast = fast_part(part, task_of(plan), plan.frozen_engine)
    built = time.perf_counter() - started
    fed(fast.module, squares, preprocessing)
    grown = resident() - before
    modules: dict[str, nn.Module] = {
        TUNED: TorchPart(part, "bf16"),
        f"the engine ({fast.engine}, {plan.precision})": fast.module,
        FP32: fast_copy(part, "fp32"),
        SCORING: fast_part(part, task_of(plan, "fp32"), plan.frozen_engine).module,
    }
    works: dict[str, Callable[[], Any]] = {
        AS_IT_COMES: lambda: usual(to_batch(squares, preprocessing).contiguous()),
        ON_ONE: lambda: on_one_thread(lambda: usual(to_batch(squares, preprocessing).contiguous())),
        **{name: partial(fed, module, squares, preprocessing) for name, module in modules.items()},
    }
    for name, kind in (("products fp32", torch.float32), ("products bf16", torch.bfloat16)):
        left, right = torch.randn(2, SIDE, SIDE).to(kind)
        works[name] = partial(torch.matmul, left, right)
    times = best_of_turns(works, rounds)
    products = {name.split()[1]: 2 * SIDE**3 / 1e9 / times.pop(name) for name in list(times) if "products" in name}
    work = gigaflops_a_picture(part, preprocessing.image_size)
    limit = products[plan.precision] / work
    rates = {name: BATCH_ON_CPU / took for name, took in times.items()}
    engine = rates[f"the engine ({fast.engine}, {plan.precision})"]
    return {
        "gigaflops_a_picture": round(work, 3),
        "gigaflops": {name: round(value, 1) for name, value in products.items()},
        "limit_images_per_second": round(limit, 1),
        "images_per_second": {name: round(rate, 1) for name, rate in rates.items()},
        "compared_with": reference_of(rates),
        "times_as_it_comes": round(engine / rates[reference_of(rates)], 2),
        "share_of_limit": round(engine / limit, 3),
        "seconds_to_make_ready": round(built, 3),
        "megabytes_of_the_engine": round(grown / 1e6, 1),
        "relative_error": {name: relative_error(module, part, noise(preprocessing.image_size, 8))
                           for name, module in modules.items()},
    }  # fmt: skip


def on_one_thread(work: Callable[[], Any]) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        work()
    finally:
        torch.set_num_threads(before)


def reference_of(rates: Mapping[str, float]) -> str:
    """The better way of PyTorch as it comes."""
    return max((AS_IT_COMES, ON_ONE), key=lambda name: rates[name])


def resident() -> int:
    """Bytes of this process that lie in memory."""
    found: int = psutil.Process().memory_info().rss
    return found


def fed(module: nn.Module, squares: NDArray[np.uint8], preprocessing: Preprocessing) -> None:
    module(to_batch(squares, preprocessing))


def gigaflops_a_picture(part: nn.Module, size: int) -> float:
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        part(noise(size, 1))
    return float(counter.get_total_flops()) / 1e9


def goals_of(ways: dict[str, Any]) -> list[Goal]:
    times, share, rates = ways["times_as_it_comes"], ways["share_of_limit"], ways["images_per_second"]
    measured = f"{times:.1f} times ({rates[AS_IT_COMES]:.0f} a second on all threads, {rates[ON_ONE]:.0f} on one)"
    return [
        Goal("frozen features, images a second, against PyTorch as it comes (the better of all threads and one)",
             "at least 8 times", measured, times >= 8),
        Goal("frozen features, share of the matrix-product limit of the same run", "at least 50 %", f"{share:.0%}",
             share >= 0.5),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1000, metavar="N")
    parser.add_argument("--rounds", type=int, default=12, metavar="N")
    parser.add_argument("--backbone", default="tf_efficientnet_lite0", metavar="NAME")
    arguments = parser.parse_args()
    machine, device = limits(), device_facts()
    use_threads(device.threads)
    network = staged(RunConfig(backbone=arguments.backbone), len(CLASSES), device)
    for parameter in network.network.module.parameters():
        parameter.requires_grad_(False)
    with tempfile.TemporaryDirectory(prefix="thaw-benchmark-") as folder:
        plan, choice = chosen(network, arguments.pictures, Path(folder))
        ways = measure_ways(network, plan, arguments.rounds)
        part, size = head_prefix(network).module, plan.preprocessing.image_size
        core = measure_core(part, size, plan.frozen_engine, ways["gigaflops_a_picture"])
        passes = measure_passes(network, plan, arguments.pictures, Path(folder))
    goals = goals_of(ways)
    found = {"backbone": arguments.backbone, "choice": choice, "ways": ways, "one_core": core, "passes": passes}
    record(RESULTS / "frozen.json", as_record(machine), found, goals)
    print(machine.words())
    print(f"{choice['reason']} (chosen in {choice['seconds_to_choose']} s, again {choice['seconds_to_choose_again']})")
    limit = ways["limit_images_per_second"]
    rows = [(name, f"{rate:,.1f}", f"{rate / limit:.0%}") for name, rate in ways["images_per_second"].items()]
    print(table(("features", "images a second", f"of {limit:,.0f}"), rows))
    rows = [(name, f"{rate:,.1f}", f"{core['share_of_products'][name]:.0%}") for name, rate in
            core["images_per_second"].items()]  # fmt: skip
    print(table(("one core, by its own clock", "images a second", "of its products"), rows))
    print(table(("a pass over all", "seconds"), [(name, f"{value:,}") for name, value in passes.items()]))
    print("\n".join(goal.words() for goal in goals))


if __name__ == "__main__":
    main()
