"""One desktop in the foreground: its processes, from start to stop."""

from __future__ import annotations
