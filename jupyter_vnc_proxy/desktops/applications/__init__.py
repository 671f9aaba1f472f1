"""Desktops that show one application alone: what is kept about it, and how such a desktop is made and removed."""

from __future__ import annotations
