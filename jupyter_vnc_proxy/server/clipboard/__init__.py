"""Pictures and HTML on a desktop's clipboard, beside RFB's text: the address, and the desktop's socket."""

from __future__ import annotations
