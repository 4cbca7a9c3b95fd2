"""The house holds: arrows only point down, the core knows no screen, the screen's process knows no torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "tl_core"
SCREEN = ROOT / "tl_ui"
# From the top down: a room imports rooms of its own line and of the lines below it.
FLOORS = (
    ("__main__",),
    ("commands",),
    ("jobs",),
    ("training",),
    ("evaluation",),
    ("export",),
    ("caching",),
    ("engines",),
    ("backbones", "data"),
    ("events", "config"),
    ("errors", "platform", "processes", "memory", "held_files", "__init__"),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
ONLY_EXECUTED = {
    "tl_core.jobs.worker", "tl_core.jobs.assistant", "tl_core.jobs.queue_keeper", "tl_core.data.child",
    "tl_core.__main__",
}  # fmt: skip
GUARDS = {"tl_core/jobs/worker.py", "tl_core/jobs/assistant.py", "tl_ui/guard.py"}
HOLDS_TORCH = (
    "data.tensors", "jobs.worker", "jobs.assistant", "jobs.exporting", "jobs.trying", "jobs.export_script",
    "backbones", "training", "evaluation", "export", "caching", "engines", "__main__",
)  # fmt: skip
TORCH_FREE = (
    "backbones.catalogue", "backbones.fetching", "backbones.here", "backbones.reaching", "backbones.recommended",
    "backbones.record", "backbones.stage", "backbones.weights_file", "evaluation.advice", "evaluation.alike",
    "evaluation.answers", "evaluation.comparing", "evaluation.doubting", "evaluation.measures", "evaluation.missing",
    "evaluation.sheet", "evaluation.sorted_copies", "evaluation.sturdiness",
    "evaluation.suspects", "evaluation.temperature", "evaluation.scores", "export.adjusting",
    "export.decision", "export.described", "export.model_config", "training.estimate_values", "training.freezing",
    "training.plan_values", "training.probe_values", "training.checkpoint_files", "training.extending",
    "training.kept_plans", "training.rate_values",
)  # fmt: skip


def sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    """`tl_core.data.index` lies in `data`; a name of `tl_core/__init__.py` in `__init__`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__version__" else "__init__"


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a file imports, inside functions too; `from a import b` gives a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def core_imports() -> Iterator[tuple[str, str, str]]:
    """Where, who, whom: every import from a file of the core."""
    for path in sources(CORE):
        for line, imported in imports_of(path):
            yield f"{path.relative_to(ROOT)}:{line}", module_name(path), imported


def test_arrows_only_point_down() -> None:
    wrong = []
    for where, importer, imported in core_imports():
        if imported.split(".")[0] == "tl_core" and FLOOR_OF[room_of(imported)] < FLOOR_OF[room_of(importer)]:
            wrong.append(f"{where} imports {imported}")
    assert wrong == []


def test_every_room_of_the_core_has_its_floor() -> None:
    assert {room_of(module_name(path)) for path in sources(CORE)} <= FLOOR_OF.keys()


def test_pictures_are_read_without_knowing_networks() -> None:
    assert [
        f"{where} imports {imported}"
        for where, importer, imported in core_imports()
        if room_of(importer) == "data" and imported.startswith("tl_core.backbones")
    ] == []


def test_the_core_knows_no_screen() -> None:
    forbidden = {"gradio", "tl_ui", "plotly", "starlette", "uvicorn"}
    assert [where for where, _importer, imported in core_imports() if imported.split(".")[0] in forbidden] == []


@pytest.mark.parametrize("folder", [CORE, SCREEN], ids=["core", "screen"])
def test_what_is_only_executed_is_imported_by_nobody(folder: Path) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources(folder)
        for line, imported in imports_of(path)
        if any(f"{imported}.".startswith(f"{module}.") for module in ONLY_EXECUTED)
    ]
    assert found == []


def test_a_broad_except_stands_in_the_guards_alone() -> None:
    """One that raises again at its end hides nothing: it tidies up."""
    found = set()
    for path in [*sources(CORE), *sources(SCREEN)]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and is_broad(node.type) and not isinstance(node.body[-1], ast.Raise):
                found.add(path.relative_to(ROOT).as_posix())
    assert found <= GUARDS


def is_broad(kind: ast.expr | None) -> bool:
    named = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return kind is None or any(
        isinstance(item, ast.Name) and item.id in ("Exception", "BaseException") for item in named
    )


def loaded_after(modules: list[str]) -> set[str]:
    """The top-level packages in memory of a fresh Python that imported `modules`."""
    code = "import sys, importlib\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    command = [sys.executable, "-c", code, *modules]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split()}


def light_modules() -> list[str]:
    names = [module_name(path) for path in sources(CORE)]
    heavy = tuple(f"tl_core.{name}" for name in HOLDS_TORCH)
    light = [name for name in names if not any(f"{name}.".startswith(f"{part}.") for part in heavy)]
    return [*light, *(f"tl_core.{name}" for name in TORCH_FREE)]


def test_jobs_pictures_and_values_load_neither_torch_nor_the_screen() -> None:
    modules = light_modules()
    assert {"tl_core.jobs.assistant_client", "tl_core.data.dataset", "tl_core.commands.train"} <= set(modules)
    assert loaded_after(modules) & {"torch", "torchvision", "timm", "gradio"} == set()


def test_the_screens_process_starts_without_torch() -> None:
    modules = [module_name(path) for path in sources(SCREEN)]
    assert loaded_after(modules) & {"torch", "torchvision", "timm"} == set()


@pytest.mark.parametrize("module", ["tl_core.training", "tl_core.backbones", "tl_core.evaluation", "tl_core.export"])
def test_a_room_itself_holds_no_import_that_would_load_all_of_it(module: str) -> None:
    assert loaded_after([module]) & {"torch", "numpy"} == set()
