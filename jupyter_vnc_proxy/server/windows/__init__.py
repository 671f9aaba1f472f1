"""The windows that appear on desktops, for notices to people who don't see them."""

from __future__ import annotations
