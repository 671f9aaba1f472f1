"""What is here, what is missing, and the command that mends it. Knows no Jupyter but what stands in files."""

from __future__ import annotations
