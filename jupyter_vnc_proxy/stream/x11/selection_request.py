"""Requests one form of a selection from its owner, which may answer in pieces or never."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import xcffib
import xcffib.xproto

from ...rfb.clipboard_contents import TEXT, URI_LIST
from ...rfb.extended_clipboard import MAX_TEXT_BYTES
from ..clipboard.display_clipboard import Timer
from . import properties
from .selection_owner import FILES_TARGETS, Atoms

ANSWER_TIMEOUT_SECONDS = 5.0
"""How long to wait for the owner's answer, and for each next piece."""

LATE_ANSWER_SECONDS = 60.0
"""How long the window stays afterwards: owners like xclip do not survive an answer to a window that is gone."""

TEXT_TARGETS = ("UTF8_STRING", "STRING")
"""Targets of a text, in the order of preference; the second is Latin-1."""

REQUESTED = {TEXT: TEXT_TARGETS, URI_LIST: FILES_TARGETS}
"""The targets that a program is asked for, for each form that isn't a target's name."""

ANSWERED_AS = {"TARGETS": ("ATOM",)}
"""The types of the answers to targets, if they are not the target."""


class SelectionRequest:
    """One request, with a window of its own, so that it doesn't take a late answer to an earlier request."""

    def __init__(
        self,
        connection: xcffib.Connection,
        atoms: Atoms,
        selection: int,
        owner: int,
        targets: tuple[str, ...],
        timer: Timer,
        on_end: Callable[[SelectionRequest], None],
    ) -> None:
        self._connection = connection
        self._atoms = atoms
        self.selection = selection
        self.owner = owner
        self._timer = timer
        self._on_end = on_end
        self.targets = targets
        """The targets that the owner is asked for, until it has one of them."""
        self.callbacks: list[Callable[[bytes | None], None]] = []
        self._left = list(targets)
        self._target = ""
        self._pieces: list[bytes] | None = None
        self._size = 0
        self._is_other = False
        self._closed = False
        self.is_over = False
        """Whether the callbacks have been called: what comes late is read for the owner's sake alone."""
        self._moved = False
        self.window = connection.generate_id()

    def start(self) -> None:
        """Send the request."""
        xproto = xcffib.xproto
        root = self._connection.get_setup().roots[0].root
        only_input, events = xproto.WindowClass.InputOnly, [xproto.EventMask.PropertyChange]
        place = (root, -1, -1, 1, 1, 0)
        self._connection.core.CreateWindow(0, self.window, *place, only_input, 0, xproto.CW.EventMask, events)
        self._timer(ANSWER_TIMEOUT_SECONDS, self._look_after)
        self._ask()

    def _ask(self) -> None:
        if self.is_over or not self._left:
            self.finish(None)
            return
        self._target = self._left.pop(0)
        atom = self._atoms[self._target]
        self._connection.core.ConvertSelection(self.window, self.selection, atom, atom, 0)
        self._connection.flush()

    def answered(self, name: int) -> None:
        """Handle the owner's answer: the contents are in the property ``name``, or refused if that is 0."""
        self._moved = True
        if not name:
            self._ask()
            return
        found = self._read(name)
        if found.kind == self._atoms["INCR"]:
            self._pieces = []  # reading deleted it, which requests the first piece
        elif not self._is_wanted(found):
            self._ask()
        else:
            self.finish(None if found.left else found.data)

    def more(self, name: int) -> None:
        """Handle a new piece: a property of our window was written."""
        if self._pieces is None or self._closed:
            return  # the owner's first answer, which SelectionNotify reports
        found = self._read(name)
        self._moved = True
        self._size += len(found.data)
        if not self.is_over:
            self._pieces.append(found.data)
        self._is_other |= bool(found.data) and not self._is_wanted(found)
        if found.left:
            self.finish(None)
        elif found.kind and not found.data:  # the end, which owners like xclip do not survive if the window goes before
            self.finish(None if self._is_other else b"".join(self._pieces))

    def _is_wanted(self, found: properties.Property) -> bool:
        """Return whether an answer has the type of one of the targets: xclip has one for all."""
        wanted = (*self.targets, *ANSWERED_AS.get(self._target, ()))
        return found.kind in [self._atoms[each] for each in wanted]

    def _read(self, name: int) -> properties.Property:
        return properties.read(self._connection, self.window, name, MAX_TEXT_BYTES - self._size)

    def finish(self, data: bytes | None) -> None:
        """Call the callbacks with the contents, unless they have been called, and destroy the window."""
        if self._closed:
            return
        self._closed = True
        self._on_end(self)
        with contextlib.suppress(xcffib.XcffibException):  # the display is gone
            self._connection.core.DestroyWindow(self.window)
            self._connection.flush()
        self._tell(data)

    def _tell(self, data: bytes | None) -> None:
        """Call the callbacks with the contents, once; a text is UTF-8."""
        if self.is_over:
            return
        self.is_over = True
        if self._pieces is not None:
            self._pieces.clear()
        if data is not None and self._target in TEXT_TARGETS:
            data = data.decode("latin-1" if self._target == "STRING" else "utf-8", "replace").encode()
        for callback in self.callbacks:
            callback(data)

    def _look_after(self) -> None:
        if self._closed:
            return
        if self.is_over and not self._moved:
            self.finish(None)
            return
        if not self._moved:
            self._tell(None)
        self._moved = False
        self._timer(LATE_ANSWER_SECONDS if self.is_over else ANSWER_TIMEOUT_SECONDS, self._look_after)
