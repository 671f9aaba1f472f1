"""Shares the display's clipboard with the clients: `service` speaks RFB, `display_clipboard` is the display's side."""

from __future__ import annotations
