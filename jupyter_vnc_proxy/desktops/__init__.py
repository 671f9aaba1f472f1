"""A user's desktops as directories, seen from outside."""

from __future__ import annotations
