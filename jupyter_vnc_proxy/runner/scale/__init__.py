"""The session's scale: how large its programs draw what they show, in percent."""

from __future__ import annotations
