"""The machine's part in a run: which device, how many threads, and whether bfloat16 is native. Knows no network."""

from __future__ import annotations

import platform

import torch

from tl_core.processes import cpu_count
from tl_core.training.plan_values import DeviceFacts
from tl_core.training.threads import choose_threads


def device_facts() -> DeviceFacts:
    """The best device here, in the order cuda, mps, cpu."""
    device = choose_device()
    threads, why = choose_threads(cpu_count())
    free = torch.cuda.mem_get_info()[0] if device == "cuda" else None
    return DeviceFacts(device, device_name(device), threads, native_bf16(device), threads_reason=why, free_bytes=free)


def choose_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    return "cpu"


def native_bf16(device: str) -> bool:
    """Whether bfloat16 is faster than float32 there. Emulated, as on a CPU without AVX512-BF16, it is slower."""
    if device == "cuda":
        return torch.cuda.get_device_capability()[0] >= 8
    if device != "cpu":
        return False
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, probe)()) for probe in probes if hasattr(torch.cpu, probe))


def use_threads(threads: int) -> None:
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)


def device_name(device: str) -> str:
    if device == "cuda":
        return str(torch.cuda.get_device_name())
    if device == "mps":
        return "Apple GPU"
    return platform.processor() or platform.machine() or "CPU"
