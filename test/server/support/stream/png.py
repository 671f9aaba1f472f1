"""Pictures as PNG."""

from __future__ import annotations

import io
import random

from PIL import Image


def png(width: int = 40, height: int = 30, seed: int = 0) -> bytes:
    """Return a picture of noise, which has three bytes a pixel as a PNG, too."""
    data = random.Random(seed).randbytes(width * height * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (width, height), data).save(file, "PNG", compress_level=0)
    return file.getvalue()
