"""The rows that a training reads before its head is fitted, to be counted before it begins. Computes none of them.

Under the keys of the training's own steps (`reading`, `prefix`); a test holds them equal.
"""

from __future__ import annotations

from pathlib import Path

from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import StagedNetwork
from tl_core.backbones.weights import weights_hash
from tl_core.caching.features import FeatureKey, feature_rows
from tl_core.caching.rows import RowRequest
from tl_core.caching.squares import square_rows
from tl_core.config import RunConfig
from tl_core.data.index import ImageIndex
from tl_core.training.head_phase import head_prefix
from tl_core.training.plan import found
from tl_core.training.plan_values import PlanFacts
from tl_core.training.prefix import ClassifierInput


def rows_before_head(
    config: RunConfig, facts: PlanFacts, network: StagedNetwork, engine: str, index: ImageIndex, cache: Path
) -> tuple[RowRequest, RowRequest | None]:
    """Every picture's square, and what the network says of it as `engine` computes it; None where it is from scratch,
    or where only running it would tell the shape.
    """
    seen = found(config, facts)
    contents = sorted({record.sha256 for record in index.records})
    squares = square_rows(cache, seen["preprocessing"], contents)
    prefix = head_prefix(network)
    body = [stage for stage in facts.stages if stage.name != HEAD]
    if config.start == "scratch" or not body or isinstance(prefix.module, ClassifierInput):
        return squares, None
    weights = weights_hash(prefix.module)
    key = FeatureKey(seen["backbone"], weights, prefix.cut, seen["preprocessing"], seen["precision"], engine)
    return squares, feature_rows(cache, key, body[-1].output_shape, contents, stored=prefix.stored)
