"""The server extension."""

from __future__ import annotations
