"""The lossless picture: which tiles changed, and how each viewer gets them."""

from __future__ import annotations
