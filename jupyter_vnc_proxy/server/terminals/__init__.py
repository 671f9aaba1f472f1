"""What Jupyter's terminals need while they have a desktop's display."""

from __future__ import annotations
