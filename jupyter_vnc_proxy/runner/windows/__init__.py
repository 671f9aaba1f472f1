"""Reports the windows that appear on a desktop."""

from __future__ import annotations
