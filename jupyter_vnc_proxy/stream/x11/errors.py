"""Turns xcffib's error for a broken connection into the stream's own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import xcffib

from ..errors import DisplayGone


@contextlib.contextmanager
def raises_display_gone() -> Iterator[None]:
    """Raise `DisplayGone` in place of ``xcffib.ConnectionException``; also a decorator."""
    try:
        yield
    except xcffib.ConnectionException as error:
        raise DisplayGone("the connection to the X server failed") from error
