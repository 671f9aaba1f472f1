"""The viewers' sound: a WebSocket beside the picture's."""

from __future__ import annotations
