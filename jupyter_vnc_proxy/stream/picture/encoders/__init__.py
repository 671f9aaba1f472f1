"""One file an encoding: pixels in, a rectangle's content out. None adds the rectangle's header."""

from __future__ import annotations
