"""RANDR: the size of an X display, and its monitors."""

from __future__ import annotations
