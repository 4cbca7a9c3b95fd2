"""timm and torchvision, loaded without PyTorch's compiler, which takes a third of their loading time.

Both ask for it as they are loaded: to mark functions that it shall leave alone, and for one question that only compiled
code asks. Until such a function is called, a stand-in answers; what is compiled later finds everything as it would be.
Knows no network.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch
from torch._compile import _disable_dynamo

COMPILER, QUESTIONS = "torch._dynamo", "torch._dynamo.utils"


@contextmanager
def compiler_stands_aside() -> Iterator[None]:
    """Inside, `torch._dynamo` is a stand-in, unless it is loaded already."""
    if COMPILER in sys.modules:
        yield
        return
    stand_in, questions = ModuleType(COMPILER), ModuleType(QUESTIONS)
    stand_in.disable = left_alone  # type: ignore[attr-defined]
    stand_in.utils = questions  # type: ignore[attr-defined]
    questions.is_compile_supported = is_compile_supported  # type: ignore[attr-defined]
    sys.modules.update({COMPILER: stand_in, QUESTIONS: questions})
    try:
        yield
    finally:
        for name, module in ((COMPILER, stand_in), (QUESTIONS, questions)):
            if sys.modules.get(name) is module:
                del sys.modules[name]
        if vars(torch).get("_dynamo") is stand_in:
            del torch._dynamo


def left_alone(function: Any = None, recursive: bool = True, **_told: Any) -> Any:
    """As the compiler's own mark, which it makes when the function is called for the first time."""
    return _disable_dynamo(function, recursive)


def is_compile_supported(device: Any) -> Any:
    from torch._dynamo.utils import is_compile_supported as asked

    return asked(device)


def load(libraries: Callable[[], tuple[ModuleType, ModuleType]]) -> tuple[ModuleType, ModuleType]:
    """With the stand-in; without it where a library wants more of the compiler than that has."""
    try:
        with compiler_stands_aside():
            return libraries()
    except (AttributeError, ImportError):
        return libraries()


def both() -> tuple[ModuleType, ModuleType]:
    import timm
    import timm.layers
    import torchvision
    import torchvision.models.vision_transformer
    import torchvision.ops

    return timm, torchvision


timm, torchvision = load(both)
