"""Directories of the user's own: whether other users can get at them, and how they are removed."""

from __future__ import annotations
