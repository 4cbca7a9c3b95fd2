"""Where requirements.txt brings OpenVINO, its tests run; elsewhere there is none to test."""

from __future__ import annotations

import platform
import sys

import pytest

IS_OFFERED = platform.machine() in ("x86_64", "AMD64") and sys.platform != "darwin" and sys.version_info < (3, 14)
openvino_only = pytest.mark.skipif(not IS_OFFERED, reason="requirements.txt brings no OpenVINO to this system")
