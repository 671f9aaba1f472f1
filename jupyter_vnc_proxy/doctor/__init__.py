"""What is here, what is missing, and the command that mends it. Knows no Jupyter but what stands in files."""

from __future__ import annotations

from .examination import can_run, examine
from .findings import Finding

__all__ = ["Finding", "can_run", "examine"]
