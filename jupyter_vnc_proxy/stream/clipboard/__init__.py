"""The display's clipboard and the viewers'."""

from __future__ import annotations
