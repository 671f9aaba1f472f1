"""The applications of this machine, from their desktop entries: listed, shown with their icons, opened alone."""

from __future__ import annotations
