"""A desktop in the output of a notebook's cell: a live view if the front end can show one, else a picture."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from ..system.x_display import png

if TYPE_CHECKING:
    from PIL.Image import Image

MIME_TYPE = "application/vnd.jupyter-vnc-proxy.desktop+json"
"""What `src/lab/output.ts` shows as a live view: a desktop's ``name``, and its ``width`` and ``height`` in pixels.

It has no address and no token: the view asks the server for the user's own login and rights.
"""


def live_view(name: str, image: Image) -> dict[str, Any]:
    """Return a MIME bundle with a live view of a desktop that looks like ``image`` now, and with the picture."""
    return {**still(name, image), MIME_TYPE: {"name": name, "width": image.width, "height": image.height}}


def still(name: str, image: Image) -> dict[str, str]:
    """Return a MIME bundle with a picture of a desktop."""
    encoded = base64.b64encode(png(image)).decode("ascii")
    text = f"The desktop {name}, {image.width}x{image.height} pixels"
    return {"image/png": encoded, "text/plain": text}
