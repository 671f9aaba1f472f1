"""Desktops that programs drive: a Python interface for scripts, notebooks and tests. Its pictures need Pillow."""

from __future__ import annotations

from .async_desktop import AsyncDesktop
from .desktop import Desktop

__all__ = ["AsyncDesktop", "Desktop"]
