"""The lossy picture: H.264 while much of the screen moves, paced to each link."""

from __future__ import annotations
