"""The display's selections: requests contents of programs that copy, and offers a viewer's to programs that paste.

It follows the Inter-Client Communication Conventions Manual, section 2; XFixes reports a selection's owner.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable
from typing import Any

import xcffib
import xcffib.xfixes  # before connecting: xcffib decodes only the events of extensions imported by then
import xcffib.xproto

from ...rfb.clipboard_contents import MEDIA_TYPES, TEXT, Contents
from ...rfb.extended_clipboard import MAX_TEXT_BYTES
from ..clipboard.display_clipboard import Timer
from . import properties
from .errors import raises_display_gone
from .selection_owner import MAX_WAITING, TARGETS, Atoms, Offer, Transfers
from .selection_request import REQUESTED, SelectionRequest


class XClipboard:
    """Follows CLIPBOARD, and PRIMARY with ``primary``, on a connection of its own; offers what viewers send in both.

    ``on_change(selection)`` is called when another program has taken a selection, "CLIPBOARD" or "PRIMARY"; never for
    an offer of ours. ``timer`` is an event loop's ``call_later``. Call `handle_events` once at the start, and whenever
    `fileno` is readable. The caller keeps the connection, and closes it.
    """

    def __init__(
        self, connection: xcffib.Connection, on_change: Callable[[str], None], timer: Timer, primary: bool = False
    ) -> None:
        self._connection = connection
        self._on_change = on_change
        self._timer = timer
        self._atoms = Atoms(connection)
        self._names = {self._atoms[name]: name for name in ("CLIPBOARD", "PRIMARY")}
        self._followed = {"CLIPBOARD", "PRIMARY"} if primary else {"CLIPBOARD"}
        self._offers: dict[int, Offer] = {}
        self._requests: dict[int, SelectionRequest] = {}
        self._transfers = Transfers(connection, self._atoms, timer)
        self._window = connection.generate_id()
        root = connection.get_setup().roots[0].root
        only_input = xcffib.xproto.WindowClass.InputOnly
        connection.core.CreateWindow(0, self._window, root, -1, -1, 1, 1, 0, only_input, 0, 0, [])
        fixes = connection(xcffib.xfixes.key)
        fixes.QueryVersion(5, 0).reply()
        kinds = xcffib.xfixes.SelectionEventMask
        mask = kinds.SetSelectionOwner | kinds.SelectionWindowDestroy | kinds.SelectionClientClose
        for selection in self._names:
            fixes.SelectSelectionInput(self._window, selection, mask)
        self._owners = {each: connection.core.GetSelectionOwner(each).reply().owner for each in self._names}

    # -- what viewers and programs do ---------------------------------------------------------------------------------

    def available(self, selection: str = "CLIPBOARD") -> bool:
        """Return whether another program owns a selection."""
        return self._owners.get(self._atoms[selection], 0) not in (0, self._window)

    def has_text(self, selection: str = "CLIPBOARD") -> bool:
        """Return whether `request` may find text: another program's, or our own offer."""
        return self.available(selection) or self._atoms[selection] in self._offers

    @property
    def offered(self) -> Contents | None:
        """The viewer's contents that are offered now."""
        return next((offer.contents for offer in self._offers.values() if offer.contents is not None), None)

    @property
    def promised(self) -> bool:
        """Whether a viewer's text is promised now."""
        return any(offer.contents is None for offer in self._offers.values())

    @raises_display_gone()
    def offer(self, contents: Contents) -> None:
        """Offer a viewer's contents, texts with ``\\n`` as line ends, until another program copies."""
        self._claim(contents)
        self._flush()

    @raises_display_gone()
    def promise(self) -> None:
        """Own the selections for a text that `fulfil` brings later; programs that paste wait for it.

        When it returns, the X server has our claim: a key that is pressed afterwards pastes nothing older.
        """
        self._claim(None)
        self._connection.core.GetSelectionOwner(self._atoms["CLIPBOARD"]).reply()
        self.handle_events()  # those that came before the reply are read by now, so `fileno` does not tell of them

    def _claim(self, contents: Contents | None) -> None:
        for selection in self._names:
            before = self._offers.get(selection)
            offer = self._offers[selection] = Offer(contents, awaited=1 + (before.awaited if before else 0))
            if before is not None:
                offer.waiting = before.waiting
            self._connection.core.SetSelectionOwner(self._window, selection, 0)
            if contents is not None:
                offer.end_wait()

    @raises_display_gone()
    def fulfil(self, text: str) -> bool:
        """Bring the promised text; return ``False`` if another program has copied since: CLIPBOARD keeps its text.

        Raise ``ValueError`` if it is too long; the promise holds then.
        """
        contents = text_contents(text)
        promised = {name: offer for name, offer in self._offers.items() if offer.contents is None}
        for offer in promised.values():
            offer.contents = contents
            offer.end_wait()
        self.handle_events()
        return self._atoms["CLIPBOARD"] in promised

    @raises_display_gone()
    def withdraw(self) -> None:
        """End a promise: programs that wait get nothing, and the selections have no owner."""
        self.handle_events()  # another program may have copied since
        for selection, offer in list(self._offers.items()):
            if offer.contents is None:
                del self._offers[selection]
                self._connection.core.SetSelectionOwner(0, selection, offer.timestamp)
                offer.end_wait()
        self._flush()

    @raises_display_gone()
    def request(self, callback: Callable[[bytes | None], None], selection: str = "CLIPBOARD", form: str = TEXT) -> None:
        """Request a form of a selection; ``callback`` gets it later, or ``None`` if there is none.

        It gets ``None`` too if the owner doesn't answer, or has more than `MAX_TEXT_BYTES`. What was offered here is
        returned at once, a promised text when it comes. A text is UTF-8.
        """
        if (offer := self._offers.get(self._atoms[selection])) is not None:
            self._when_there(offer, lambda it: callback((it.contents or {}).get(form)))
        else:
            self._request(callback, selection, REQUESTED.get(form, (form,)))

    @raises_display_gone()
    def request_forms(self, callback: Callable[[frozenset[str]], None], selection: str = "CLIPBOARD") -> None:
        """Request the forms that a selection can be had in; ``callback`` gets none if the owner doesn't tell."""
        if (offer := self._offers.get(self._atoms[selection])) is not None:
            callback(frozenset(offer.contents or (TEXT,)))
        else:
            self._request(lambda data: callback(self._forms(data or b"")), selection, ("TARGETS",))

    def _forms(self, data: bytes) -> frozenset[str]:
        found = set(struct.unpack(f"={len(data) // 4}I", data[: len(data) // 4 * 4]))
        return frozenset(form for form in MEDIA_TYPES if found & {self._atoms[each] for each in TARGETS[form]})

    def _request(self, callback: Callable[[bytes | None], None], selection: str, targets: tuple[str, ...]) -> None:
        atom = self._atoms[selection]
        owner = self._owners.get(atom, 0)
        for request in [each for each in self._requests.values() if not each.is_over]:
            if (request.selection, request.owner, request.targets) == (atom, owner, targets):
                request.callbacks.append(callback)
                return
        request = SelectionRequest(self._connection, self._atoms, atom, owner, targets, self._timer, self._ended)
        request.callbacks.append(callback)
        self._requests[request.window] = request
        request.start()
        self._flush()

    def _ended(self, request: SelectionRequest) -> None:
        if self._requests.pop(request.window, None) is not None:
            self._timer(0, self._look)  # it flushes

    def _flush(self) -> None:
        """Write what was sent. xcb may read events meanwhile, which `fileno` doesn't tell of."""
        self._connection.flush()
        self._timer(0, self._look)

    def _look(self) -> None:
        self.handle_events()

    def close(self) -> None:
        """Withdraw the offers, and answer pending requests with ``None``; never raises, even if the display is gone."""
        requests, self._requests = list(self._requests.values()), {}
        for request in requests:
            request.finish(None)
        offers, self._offers = list(self._offers.values()), {}
        self._transfers.clear()
        with contextlib.suppress(xcffib.XcffibException):
            for offer in offers:
                offer.end_wait()
            self._connection.core.DestroyWindow(self._window)
            self._connection.flush()

    # -- following ----------------------------------------------------------------------------------------------------

    def fileno(self) -> int:
        """Return the connection's socket, which becomes readable when events wait."""
        return int(self._connection.get_file_descriptor())

    def handle_events(self) -> bool:
        """Handle waiting events; return ``False`` if the display is gone."""
        try:
            self._connection.flush()
            while self._handle_next():
                self._connection.flush()  # it may read events, so the last look at them comes after it
        except xcffib.ConnectionException:
            return False
        return True

    def _handle_next(self) -> bool:
        try:
            event = self._connection.poll_for_event()
            if event is not None:
                self._handle(event)
        except xcffib.Error:
            return True  # an error for a window that is gone by now
        return event is not None

    def _handle(self, event: Any) -> None:
        xproto = xcffib.xproto
        if isinstance(event, xcffib.xfixes.SelectionNotifyEvent):
            taken = event.subtype == xcffib.xfixes.SelectionEvent.SetSelectionOwner
            self._owner_changed(event.selection, event.owner if taken else 0, event.selection_timestamp)
        elif isinstance(event, xproto.SelectionRequestEvent):
            self._serve(event)
        elif isinstance(event, xproto.SelectionNotifyEvent):
            if (request := self._requests.get(event.requestor)) is not None:
                request.answered(event.property)
        elif isinstance(event, xproto.PropertyNotifyEvent):
            deleted = event.state == xproto.Property.Delete
            if (request := self._requests.get(event.window)) is not None:
                if not deleted:
                    request.more(event.atom)
            elif deleted:
                self._transfers.send_next(event.window, event.atom)
        elif isinstance(event, xproto.DestroyNotifyEvent):
            self._transfers.forget(event.window)

    def _owner_changed(self, selection: int, owner: int, timestamp: int) -> None:
        self._owners[selection] = owner
        offer = self._offers.get(selection)
        if owner == self._window:
            if offer is not None:
                offer.awaited, offer.timestamp = max(0, offer.awaited - 1), timestamp
            return
        # A claim of ours that X has not confirmed yet takes effect after this event.
        if offer is not None and not offer.awaited:
            del self._offers[selection]
            offer.end_wait()
        if owner and (offer is None or not offer.awaited) and self._names[selection] in self._followed:
            self._on_change(self._names[selection])

    # -- serving ------------------------------------------------------------------------------------------------------

    def _serve(self, event: Any) -> None:
        """Answer a program that pastes. Obsolete clients give no property and mean the target (ICCCM, section 2.2)."""
        offer = self._offers.get(event.selection)
        if offer is None or event.target in (self._atoms["TARGETS"], self._atoms["TIMESTAMP"]):
            self._answer(event, offer)
        else:
            self._when_there(offer, lambda it: self._answer_late(event, it))

    def _when_there(self, offer: Offer, work: Callable[[Offer], None]) -> None:
        """Call ``work`` when the offer's text has come, or won't."""
        if offer.contents is None and len(offer.waiting) < MAX_WAITING:
            offer.waiting.append(work)
        else:
            work(offer)

    def _answer_late(self, event: Any, offer: Offer) -> None:
        with contextlib.suppress(xcffib.Error):  # the program's window is gone
            self._answer(event, offer)

    def _answer(self, event: Any, offer: Offer | None) -> None:
        name = event.property or event.target
        done = False
        if offer is not None:
            if event.target == self._atoms["MULTIPLE"]:
                done = bool(event.property) and self._serve_several(event.requestor, name, offer)
            else:
                done = self._transfers.convert(offer, event.requestor, event.target, name)
        answer = (event.time, event.requestor, event.selection, event.target, name if done else 0)
        notify = struct.pack("=BxHIIIII8x", xcffib.xproto.SelectionNotifyEvent.event_number, 0, *answer)
        self._connection.core.SendEvent(False, event.requestor, 0, notify)

    def _serve_several(self, requestor: int, name: int, offer: Offer) -> bool:
        found = properties.read(self._connection, requestor, name, MAX_TEXT_BYTES, delete=False)
        atoms = struct.unpack(f"={len(found.data) // 8 * 2}I", found.data[: len(found.data) // 8 * 8])
        answer: list[int] = []
        for target, into in zip(atoms[::2], atoms[1::2], strict=True):
            done = self._transfers.convert(offer, requestor, target, into)
            answer += (target, into if done else 0)
        data = struct.pack(f"={len(answer)}I", *answer)
        properties.write(self._connection, requestor, name, self._atoms["ATOM_PAIR"], data, 32)
        return True


def text_contents(text: str) -> Contents:
    """Return a text as contents; raise ``ValueError`` if it has more than `MAX_TEXT_BYTES` bytes in UTF-8."""
    data = text.encode(errors="replace")
    if len(data) > MAX_TEXT_BYTES:
        raise ValueError(f"a clipboard of {len(data)} bytes is more than {MAX_TEXT_BYTES}")
    return {TEXT: data}
