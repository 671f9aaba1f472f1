"""A client's pointer on an X display, through XTEST."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import xcffib
import xcffib.xtest

from ..errors import DisplayGone
from .errors import raises_display_gone

BUTTON_PRESS, BUTTON_RELEASE, MOTION = 4, 5, 6
"""ButtonPress, ButtonRelease and MotionNotify."""

BUTTONS = 9
"""Bit n of RFB's mask is X's button n + 1: left, middle, right, the wheel up, down, left, right, back and forward
(rfbproto, "PointerEvent" and "ExtendedMouseButtons")."""

RELATIVE = 1
"""The detail of a MotionNotify whose position is a motion (XTEST protocol)."""

MOST = 0x7FFF
"""X's largest coordinate."""


class XPointer:
    """One client's pointer: it releases only buttons that it has pressed. The caller owns the connection.

    ``on_use()`` is called after each use, which may have read events.
    """

    def __init__(self, connection: xcffib.Connection, on_use: Callable[[], None] = lambda: None) -> None:
        self._on_use = on_use
        self._buttons = 0
        self.reopen(connection)

    def reopen(self, connection: xcffib.Connection) -> None:
        """Go on with another connection after the last one has failed."""
        self._connection = connection
        self._xtest = connection(xcffib.xtest.key)

    @raises_display_gone()
    def move_and_press(self, x: int, y: int, buttons: int) -> None:
        """Move to a position in pixels, and hold down exactly the buttons of RFB's mask.

        The X server clamps a position to the screen.
        """
        # Root 0 (None): the screen that the pointer is on.
        self._xtest.FakeInput(MOTION, 0, 0, 0, max(0, min(x, MOST)), max(0, min(y, MOST)), 0)
        self._press(buttons)
        self._on_use()

    @raises_display_gone()
    def move_by(self, dx: int, dy: int, buttons: int) -> None:
        """Move by pixels, at most `MOST` of them, and hold down exactly the buttons of RFB's mask.

        The X server neither accelerates the motion nor lets the pointer leave the screen.
        """
        if dx or dy:
            self._xtest.FakeInput(MOTION, RELATIVE, 0, 0, max(-MOST, min(dx, MOST)), max(-MOST, min(dy, MOST)), 0)
        self._press(buttons)
        self._on_use()

    @raises_display_gone()
    def location(self) -> tuple[int, int] | None:
        """Return where the display's pointer is, in pixels; ``None`` if it is on another screen."""
        root = self._connection.get_setup().roots[0].root
        reply = self._connection.core.QueryPointer(root).reply()
        self._on_use()
        return (max(0, reply.root_x), max(0, reply.root_y)) if reply.same_screen else None

    def release_all(self) -> None:
        """Release all buttons; never raises, even if the display is gone."""
        with contextlib.suppress(xcffib.XcffibException, DisplayGone):
            self._press(0)
            self._on_use()

    def _press(self, buttons: int) -> None:
        changed, self._buttons = buttons ^ self._buttons, buttons
        for bit in range(BUTTONS):
            if changed >> bit & 1:
                self._xtest.FakeInput(BUTTON_PRESS if buttons >> bit & 1 else BUTTON_RELEASE, bit + 1, 0, 0, 0, 0, 0)
        self._connection.flush()
