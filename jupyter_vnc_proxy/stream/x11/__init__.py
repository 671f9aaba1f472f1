"""An X display as a source: its screen, keyboard, pointer, cursor and clipboard. Only this package imports xcffib."""

from __future__ import annotations
