"""The server extension: the REST API, the WebSocket to a desktop, metrics and events."""

from __future__ import annotations
