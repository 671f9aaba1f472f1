"""Files between Jupyter's tree and a desktop: opened with its applications, and those that its programs have copied."""

from __future__ import annotations
