"""A Wayland compositor as the server's source: the picture, keys, buttons and sizes of a Weston that fills it."""

from __future__ import annotations
