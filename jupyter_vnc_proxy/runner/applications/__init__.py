"""The session of a desktop that shows one application alone: a window manager, and what keeps its windows in shape."""

from __future__ import annotations
