"""An X display as the server's source."""

from __future__ import annotations
