"""The error for a client that breaks the protocol."""

from __future__ import annotations


class ProtocolError(Exception):
    """A client broke the protocol, and its connection must be closed. The message is for the log."""
