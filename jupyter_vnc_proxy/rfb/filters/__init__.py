"""Enforces the rights of a connection on whole messages, in both directions; sans-I/O, with bounded memory."""

from __future__ import annotations
