"""The RFB server of the backends ``stream`` and ``wayland``: serves one display to any number of clients.

It runs as a process of its own (``python -m jupyter_vnc_proxy.stream``) and knows nothing of Jupyter. A `server` holds
a `connection` for each client; `picture` and `video` encode what the display shows; `input` and `clipboard` are what
both displays have in common; `x11` and `wayland` are the displays, behind the contract in `display_source`.
"""

from __future__ import annotations
