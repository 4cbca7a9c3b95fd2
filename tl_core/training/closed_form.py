"""Which settings let nothing learn but a head that is fitted in closed form. Knows settings alone."""

from __future__ import annotations

from tl_core.config import RunConfig


def fits_head_alone(config: RunConfig) -> bool:
    return config.start != "scratch" and (config.preset == "instant" or only_head(config))


def only_head(config: RunConfig) -> bool:
    """Without a preset: whether the settings themselves say so."""
    plain = config.preset is None and config.freeze == "all" and not config.gradual
    return plain and config.train_stages is None and config.batch_norm != "train"
