"""Has a text on a display's clipboard, as a program that copies does (ICCCM, section 2)."""

from __future__ import annotations

import contextlib
import struct
import threading
from pathlib import Path

import xcffib
import xcffib.xproto as x

from ..x_display import connect, intern_atom

PART_BYTES = 1 << 18
"""Longer texts are handed over in parts of this length (INCR)."""

TEXT_TARGETS = ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain")


class SelectionOwner:
    """Answers programs that paste, on a thread of its own, until another program copies, or `close`."""

    def __init__(self, display: str, xauthority: Path, text: str) -> None:
        """Become the owner of the clipboard; raise ``xcffib.ConnectionException`` if the display is gone."""
        self._x = connect(display, xauthority)
        self._selection = intern_atom(self._x, "CLIPBOARD")
        self._targets, self._increments = intern_atom(self._x, "TARGETS"), intern_atom(self._x, "INCR")
        utf8 = text.encode("utf-8", "replace")
        self._contents = {intern_atom(self._x, each): utf8 for each in TEXT_TARGETS}
        self._contents[x.Atom.STRING] = text.encode("latin-1", "replace")
        self._left: dict[tuple[int, int], tuple[int, bytes]] = {}
        """By window and property: the type and the rest of a text that is being handed over."""
        screen = self._x.get_setup().roots[0]
        self._window = self._x.generate_id()
        kind = x.WindowClass.InputOnly, screen.root_visual
        self._x.core.CreateWindow(0, self._window, screen.root, -1, -1, 1, 1, 0, *kind, 0, [])
        self._x.core.SetSelectionOwner(self._window, self._selection, x.Time.CurrentTime)
        self._x.core.GetInputFocus().reply()
        self._thread = threading.Thread(target=self._serve, name="vnc-clipboard", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the clipboard up, unless another program has it."""
        self._x.cut()
        self._thread.join()

    def _serve(self) -> None:
        with contextlib.suppress(xcffib.ConnectionException):  # cut, or the display is gone
            while self._handle(self._next_event()):
                self._x.flush()
        self._x.disconnect()

    def _next_event(self) -> x.Event:
        while True:
            with contextlib.suppress(xcffib.Error):  # about a window that has gone meanwhile
                return self._x.wait_for_event()

    def _handle(self, event: x.Event) -> bool:
        """Handle an event; return whether the text is still on the clipboard, or on its way."""
        if isinstance(event, x.SelectionRequestEvent):
            self._answer(event)
        elif isinstance(event, x.PropertyNotifyEvent) and event.state == x.Property.Delete:
            self._send_part(event.window, event.atom)
        elif isinstance(event, x.SelectionClearEvent):
            self._contents.clear()
        return bool(self._contents or self._left)

    def _answer(self, request: x.SelectionRequestEvent) -> None:
        property_ = request.property or request.target  # of an old program
        if request.target == self._targets:
            atoms = [self._targets, *self._contents]
            self._put(request.requestor, property_, x.Atom.ATOM, 32, struct.pack(f"={len(atoms)}I", *atoms))
        elif request.target not in self._contents:
            property_ = 0
        elif len(data := self._contents[request.target]) <= PART_BYTES:
            self._put(request.requestor, property_, request.target, 8, data)
        else:
            self._left[request.requestor, property_] = request.target, data
            watch = x.CW.EventMask, [x.EventMask.PropertyChange]
            self._x.core.ChangeWindowAttributes(request.requestor, *watch)
            self._put(request.requestor, property_, self._increments, 32, struct.pack("=I", len(data)))
        answer = x.SelectionNotifyEvent.synthetic(
            request.time, request.requestor, request.selection, request.target, property_
        )
        self._x.core.SendEvent(False, request.requestor, x.EventMask.NoEvent, answer.pack())

    def _send_part(self, window: int, property_: int) -> None:
        """Hand over the next part, since the previous one was read; an empty one is the end."""
        if (window, property_) in self._left:
            kind, data = self._left.pop((window, property_))
            if data:
                self._left[window, property_] = kind, data[PART_BYTES:]
            self._put(window, property_, kind, 8, data[:PART_BYTES])

    def _put(self, window: int, property_: int, kind: int, bits: int, data: bytes) -> None:
        self._x.core.ChangeProperty(x.PropMode.Replace, window, property_, kind, bits, len(data) * 8 // bits, data)
