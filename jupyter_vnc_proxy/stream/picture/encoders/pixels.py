"""The type of pixels that encoders take."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""Pixels as the X server keeps them: shape (height, width, 4), bytes B, G, R and one that means nothing."""
