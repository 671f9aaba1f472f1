"""A desktop's sound: its sound server, and the program that encodes what is played; it knows no Jupyter."""

from __future__ import annotations
