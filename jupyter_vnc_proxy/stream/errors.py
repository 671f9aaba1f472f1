"""What can go wrong with the display that is served."""

from __future__ import annotations


class DisplayGone(OSError):
    """The display can't be reached, or its connection broke; it won't come back."""
