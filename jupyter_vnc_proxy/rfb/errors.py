"""What a client can do wrong."""

from __future__ import annotations


class ProtocolError(Exception):
    """A client broke the protocol; its connection cannot go on. The message is for the log."""
