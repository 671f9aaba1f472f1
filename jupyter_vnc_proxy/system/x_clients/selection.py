"""Reads the text on a display's clipboard, as a program that pastes does (ICCCM, section 2)."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import xcffib
import xcffib.xproto as x

from ..x_display import connect, intern_atom

if TYPE_CHECKING:
    from ..x_connection import XConnection

OWNER_SECONDS = 5.0
"""The time that the program that has copied may take for each part of its text."""

LATE_SECONDS = 60.0
"""The time that it may take afterwards, when nobody waits any more: programs like xclip do not survive an answer to a
window that is gone, and what they have copied is lost with them."""

POLL_SECONDS = 0.005

MAX_TEXT_BYTES = 16 << 20
"""The longest text, in bytes."""

TARGETS = {"UTF8_STRING": "utf-8", "STRING": "latin-1"}
"""Forms of a text and their encodings, the preferred one first."""

NONE = 0
"""No window, or no property."""

PROPERTY = "_JUPYTER_VNC_TEXT"


def clipboard_text(display: str, xauthority: Path) -> str:
    """Return the text on the clipboard, empty if there is none, or no text.

    Raise ``TimeoutError`` if the program that has it does not answer, ``OSError`` if the text is too long, and
    ``xcffib.ConnectionException`` if the display is gone. This blocks.
    """
    connection = connect(display, xauthority)
    reader = _Reader(connection)
    try:
        text = reader.text()
    except _OwnerTimeout:
        threading.Thread(target=reader.read_late, name="vnc-late-clipboard", daemon=True).start()
        raise
    except BaseException:
        connection.disconnect()
        raise
    connection.disconnect()
    return text


class _OwnerTimeout(TimeoutError):
    """The program that has the clipboard did not answer in time."""


class _Reader:
    def __init__(self, connection: XConnection) -> None:
        self._x = connection
        screen = connection.get_setup().roots[0]
        self._window = connection.generate_id()
        self._property = intern_atom(connection, PROPERTY)
        self._increments = intern_atom(connection, "INCR")
        self._seconds, self._is_in_parts = OWNER_SECONDS, False
        events = x.CW.EventMask, [x.EventMask.PropertyChange]
        kind = x.WindowClass.InputOnly, screen.root_visual
        connection.core.CreateWindow(0, self._window, screen.root, -1, -1, 1, 1, 0, *kind, *events)

    def text(self) -> str:
        selection = intern_atom(self._x, "CLIPBOARD")
        for target, encoding in TARGETS.items():
            if self._x.core.GetSelectionOwner(selection).reply().owner == NONE:
                return ""
            atom = intern_atom(self._x, target)
            self._x.core.ConvertSelection(self._window, selection, atom, self._property, x.Time.CurrentTime)
            if (data := self._answer()) is not None:
                return data.decode(encoding, "replace")
        return ""

    def read_late(self) -> None:
        """Take what the owner still sends, for its own sake, and disconnect."""
        self._seconds = LATE_SECONDS
        with contextlib.suppress(OSError, xcffib.XcffibException):  # it stays silent, or the display is gone
            if self._is_in_parts:
                self._parts()
            else:
                self._answer()
        self._x.disconnect()

    def _answer(self) -> bytes | None:
        """Wait for the owner's answer; return the text, ``None`` if there is none in this form."""
        if self._next(x.SelectionNotifyEvent).property == NONE:
            return None
        kind, data = self._take()
        return self._parts() if kind == self._increments else data

    def _parts(self) -> bytes:
        """Read a text in parts, each announced by a new value of the property, until an empty one."""
        self._is_in_parts = True
        data = bytearray()
        while True:
            event = self._next(x.PropertyNotifyEvent)
            if event.atom == self._property and event.state == x.Property.NewValue:
                _, part = self._take()
                if not part:
                    return bytes(data)
                data += part
                _check_length(len(data))

    def _take(self) -> tuple[int, bytes]:
        """Return the property's type and value, and delete it, which requests the next part."""
        reply = self._x.core.GetProperty(True, self._window, self._property, x.Atom.Any, 0, MAX_TEXT_BYTES // 4).reply()
        _check_length(len(reply.value) + reply.bytes_after)
        return reply.type, bytes(reply.value.buf())

    def _next(self, kind: type) -> x.Event:
        """Wait for an event."""
        deadline = time.monotonic() + self._seconds
        while time.monotonic() < deadline:
            self._x.flush()
            event = self._x.poll_for_event()
            if isinstance(event, kind):
                return event
            if event is None:
                time.sleep(POLL_SECONDS)
        raise _OwnerTimeout("the program that has the clipboard does not answer")


def _check_length(count: int) -> None:
    if count > MAX_TEXT_BYTES:
        raise OSError("the text on the clipboard is too long")
