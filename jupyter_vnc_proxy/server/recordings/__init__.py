"""Recordings of desktops into files of Jupyter's tree."""

from __future__ import annotations
