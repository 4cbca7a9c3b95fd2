"""What the assistant shows of a network's inside on one picture. Keeps the last networks in memory.

Knows requests and answers; what a map is, `backbones.feature_maps` knows. Nothing here fetches weights.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from tl_core.backbones.here import check_here
from tl_core.data.decoder import ItemDecoder

if TYPE_CHECKING:
    from tl_core.backbones.build import Network
    from tl_core.backbones.stages import StagedNetwork

NETWORKS_KEPT = 2
Request = dict[str, Any]
Key = tuple[str, int | None]


class NetworkViews:
    """Owns the staged networks; `one_at_a_time` because tracing changes how every module of the process is called."""

    def __init__(self, decoder: ItemDecoder, one_at_a_time: Lock, changed: Callable[[Path], int]) -> None:
        self._decoder = decoder
        self._one_at_a_time = one_at_a_time
        self._changed = changed
        self._staged: OrderedDict[Key, StagedNetwork] = OrderedDict()

    def feature_maps(self, request: Request) -> dict[str, Any]:
        """`stage` and `picture`, and either `model` (a run's folder, a bundle) or `backbone` and `image_size`.

        The answer's `maps` are `FeatureMap.to_dict()`; none where the stage has no places any more.
        """
        from tl_core.backbones.feature_maps import MAPS, feature_maps

        with self._one_at_a_time:
            staged = self._of_model(Path(request["model"])) if request.get("model") else self._of_backbone(request)
        square = self._decoder.square(Path(request["picture"]), staged.network.preprocessing)
        with self._one_at_a_time:
            maps = feature_maps(staged, str(request["stage"]), square, count=int(request.get("count") or MAPS))
        return {"maps": [one.to_dict() for one in maps]}

    def _of_model(self, folder: Path) -> StagedNetwork:
        from tl_core.export.loading import load_network

        return self._kept((str(folder), self._changed(folder)), lambda: load_network(folder)[1])

    def _of_backbone(self, request: Request) -> StagedNetwork:
        from tl_core.backbones.build import build_network

        name, size = str(request["backbone"]), request.get("image_size")
        check_here(name)
        return self._kept((name, size), lambda: build_network(name, None, pretrained=True, image_size=size))

    def _kept(self, key: Key, build: Callable[[], Network]) -> StagedNetwork:
        from tl_core.backbones.stages import stage_network

        staged = self._staged.pop(key, None) or stage_network(build())
        self._staged[key] = staged
        while len(self._staged) > NETWORKS_KEPT:
            self._staged.popitem(last=False)
        return staged
