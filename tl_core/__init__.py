"""Thaw's core: takes a pretrained network and teaches it a person's own pictures. It knows nothing about screens."""

__version__ = "0.1.0"
