"""The programs that a backend starts and that are ours or need a configuration of their own."""

from __future__ import annotations
