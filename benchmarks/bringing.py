"""Pictures brought in as the product does it: what a network will see of each is kept while it is decoded anyway.

Knows a workspace and pictures; measures nothing.
"""

from __future__ import annotations

from pathlib import Path

from tl_core.caching.importing import squares_for
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset, import_source
from tl_core.jobs.workspace import Workspace, new_identifier


def brought_in(pictures: Path, workspace: Workspace) -> Dataset:
    folder = workspace.person().datasets / new_identifier()
    return import_source(pictures, folder, squares=squares_for(RunConfig(), workspace.cache))
