"""A desktop in the output of a notebook's cell: a live view if the front end can show one, else a picture."""

from __future__ import annotations

import base64
from string import Template
from typing import TYPE_CHECKING
from uuid import uuid4

from ..system.x_display import png

if TYPE_CHECKING:
    from PIL.Image import Image

LIVE = Template("""\
<div id="$id"><img src="data:image/png;base64,$picture" alt="$name" style="max-width: 100%"></div>
<script>
(async () => {
  const config = document.getElementById('jupyter-config-data');
  const node = document.getElementById('$id');
  if (!config || !node) {
    return;
  }
  const base = new URL(JSON.parse(config.textContent).baseUrl || '/', location.href);
  const page = new URL('desktops/?desktop=$name&embedded', base);
  const known = await fetch(new URL('api/desktops/$name', base));
  const answer = await fetch(page);
  if (!known.ok || !answer.ok) {
    return;
  }
  const policy = answer.headers.get('Content-Security-Policy') || '';
  if (policy.includes("frame-ancestors 'none'")) {
    const link = document.createElement('a');
    link.href = new URL('desktops/?desktop=$name', base).href;
    link.target = '_blank';
    link.textContent = 'Open $name';
    node.append(document.createElement('br'), link);
    return;
  }
  const frame = document.createElement('iframe');
  frame.src = page.href;
  frame.title = '$name';
  frame.allow = 'clipboard-read; clipboard-write; fullscreen';
  frame.style.cssText = 'width: 100%; max-width: $width; aspect-ratio: $ratio; border: 0';
  node.replaceChildren(frame);
})();
</script>
""")
"""The page of the same server, which asks for the user's own login and rights: the output has no address and no token.
Under a hub, our own policy forbids frames, since users' pages share one origin there; the output then has a link."""


def live_view(name: str, image: Image) -> dict[str, str]:
    """Return a MIME bundle with a live view of a desktop that looks like ``image`` now, and with the picture."""
    encoded = base64.b64encode(png(image)).decode("ascii")
    html = LIVE.substitute(
        id=f"desktop-{uuid4().hex}",
        name=name,
        picture=encoded,
        width=f"{image.width}px",
        ratio=f"{image.width} / {image.height}",
    )
    return {**still(name, image), "text/html": html}


def still(name: str, image: Image) -> dict[str, str]:
    """Return a MIME bundle with a picture of a desktop."""
    encoded = base64.b64encode(png(image)).decode("ascii")
    text = f"The desktop {name}, {image.width}x{image.height} pixels"
    return {"image/png": encoded, "text/plain": text}
