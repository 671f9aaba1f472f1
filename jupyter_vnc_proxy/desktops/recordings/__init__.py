"""Recordings of desktops, seen from outside: what is ordered, what is known while it is made, and how it has ended."""

from __future__ import annotations
