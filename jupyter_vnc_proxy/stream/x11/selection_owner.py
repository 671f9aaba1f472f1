"""The owner's side of a selection: hands its contents over in the requested target, incrementally if they are large."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

import xcffib
import xcffib.xproto

from ...rfb.clipboard_contents import HTML, MEDIA_TYPES, PNG, TEXT, URI_LIST, Contents
from . import properties

PIECE_BYTES = 128 * 1024
"""Bytes written to a property at once; larger contents go incrementally (ICCCM, section 2.7.2)."""

MAX_TRANSFERS = 32
"""Simultaneous incremental transfers; further requests are refused."""

MAX_WAITING = 64
"""Programs that may wait for a promised text; further ones are refused."""

STALL_TIMEOUT_SECONDS = 30.0
"""Seconds without progress after which a transfer is dropped."""

UTF8_TARGETS = ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT")
"""Targets of a text that are answered in UTF-8, in the order of preference."""

TARGETS = {TEXT: (*UTF8_TARGETS, "STRING"), HTML: (HTML,), PNG: (PNG,)}
"""The targets of each form."""

FILES_TARGETS = (URI_LIST, "x-special/gnome-copied-files")
"""Targets of files that a file manager has copied, in the order of preference. The second begins with a line that says
what is to be done with them."""

ATOMS = ("CLIPBOARD", "PRIMARY", "ATOM", "ATOM_PAIR", "INTEGER", "INCR", "TARGETS", "TIMESTAMP", "MULTIPLE")


class Atoms:
    """The atoms that clipboards need, by name; requested together, in one round trip."""

    def __init__(self, connection: xcffib.Connection) -> None:
        names = (*ATOMS, *UTF8_TARGETS, "STRING", HTML, PNG, *FILES_TARGETS)
        cookies = [connection.core.InternAtom(False, len(name), name) for name in names]
        self._known = {name: int(cookie.reply().atom) for name, cookie in zip(names, cookies, strict=True)}

    def __getitem__(self, name: str) -> int:
        return self._known[name]


@dataclass
class Offer:
    """The contents of one selection while we own it.

    ``contents`` is ``None`` while a text is promised; ``waiting`` is called with the offer when that has ended.
    ``timestamp`` is the X server's time of our claim in milliseconds, ``awaited`` the number of claims that the
    X server has not confirmed yet.
    """

    contents: Contents | None
    timestamp: int = 0
    awaited: int = 0
    waiting: list[Callable[[Offer], None]] = field(default_factory=list)

    @property
    def text(self) -> str | None:
        """Its text, if that is there."""
        data = None if self.contents is None else self.contents.get(TEXT)
        return None if data is None else data.decode()

    def end_wait(self) -> None:
        """Call all who wait for the text: it has come, or it won't."""
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            each(self)


@dataclass
class _Transfer:
    kind: int
    data: bytes
    sent: int = 0
    moved: bool = True


class Transfers:
    """Converts offers for requestors, and tracks the incremental transfers to each."""

    def __init__(
        self, connection: xcffib.Connection, atoms: Atoms, timer: Callable[[float, Callable[[], None]], object]
    ) -> None:
        self._connection = connection
        self._atoms = atoms
        self._timer = timer
        self._under_way: dict[tuple[int, int], _Transfer] = {}
        self._watched = False

    def convert(self, offer: Offer, window: int, target: int, name: int) -> bool:
        """Write the offer as ``target`` to a window's property ``name``; return ``False`` if it isn't offered.

        A promised text has its targets, but none that gives the text.
        """
        atoms = self._atoms
        if target == atoms["TARGETS"]:
            forms = (TEXT,) if offer.contents is None else [each for each in MEDIA_TYPES if each in offer.contents]
            names = ("TARGETS", "TIMESTAMP", "MULTIPLE", *(name for form in forms for name in TARGETS[form]))
            data = struct.pack(f"={len(names)}I", *(atoms[each] for each in names))
            properties.write(self._connection, window, name, atoms["ATOM"], data, 32)
            return True
        if target == atoms["TIMESTAMP"]:
            properties.write(self._connection, window, name, atoms["INTEGER"], struct.pack("=I", offer.timestamp), 32)
            return True
        for form, data in (offer.contents or {}).items():
            if target in [atoms[each] for each in TARGETS[form]]:
                kind = atoms["UTF8_STRING"] if target == atoms["TEXT"] else target
                is_latin = target == atoms["STRING"]
                return self._give(window, name, kind, data.decode().encode("latin-1", "replace") if is_latin else data)
        return False

    def _give(self, window: int, name: int, kind: int, data: bytes) -> bool:
        if len(data) <= PIECE_BYTES:
            properties.write(self._connection, window, name, kind, data)
            return True
        if len(self._under_way) >= MAX_TRANSFERS:
            return False
        self._listen(window, xcffib.xproto.EventMask.PropertyChange | xcffib.xproto.EventMask.StructureNotify)
        self._under_way[window, name] = _Transfer(kind, data)
        properties.write(self._connection, window, name, self._atoms["INCR"], struct.pack("=I", len(data)), 32)
        self._watch()
        return True

    def _listen(self, window: int, mask: int) -> None:
        self._connection.core.ChangeWindowAttributes(window, xcffib.xproto.CW.EventMask, [mask])

    def send_next(self, window: int, name: int) -> None:
        """Write the next piece once the requestor has deleted the property; the last piece is empty."""
        transfer = self._under_way.get((window, name))
        if transfer is None:
            return
        piece = transfer.data[transfer.sent : transfer.sent + PIECE_BYTES]
        properties.write(self._connection, window, name, transfer.kind, piece)
        transfer.sent += len(piece)
        transfer.moved = True
        if not piece:
            self._end(window, name)

    def _end(self, window: int, name: int) -> None:
        del self._under_way[window, name]
        if not any(each == window for each, _ in self._under_way):
            self._listen(window, 0)

    def forget(self, window: int) -> None:
        """Drop the transfers to a window that is gone."""
        self._under_way = {key: each for key, each in self._under_way.items() if key[0] != window}

    def clear(self) -> None:
        """Drop all transfers."""
        self._under_way.clear()

    def _watch(self) -> None:
        if not self._watched:
            self._watched = True
            self._timer(STALL_TIMEOUT_SECONDS, self._look_after)

    def _look_after(self) -> None:
        self._watched = False
        with contextlib.suppress(xcffib.XcffibException):  # the display is gone
            for (window, name), transfer in list(self._under_way.items()):
                if not transfer.moved:
                    self._end(window, name)
                transfer.moved = False
            self._connection.flush()
        if self._under_way:
            self._watch()
