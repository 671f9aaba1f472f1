"""The windows that appear on a desktop, as its runner reports them."""

from __future__ import annotations
