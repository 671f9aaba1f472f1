"""Follows what programs copy: which selection is the newest, and in which forms it can be had."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ...rfb.clipboard_contents import MEDIA_TYPES, TEXT, URI_LIST, Contents, fitting
from .display_clipboard import DisplayClipboard, NoClipboard

NOTIFY_DELAY_SECONDS = 0.05
"""From a change to the clients' notify: a program takes PRIMARY again with every step while text is being selected."""

FORMS_TIMEOUT_SECONDS = 0.5
"""How long a program that has copied may take to tell its forms; a text is expected until it does."""

T = TypeVar("T")


class Changes:
    """Calls ``tell(forms)`` some time after programs have copied. `clipboard` is the display's, once it is set."""

    def __init__(self, tell: Callable[[frozenset[str]], None]) -> None:
        self.clipboard: DisplayClipboard = NoClipboard()
        self.latest = "CLIPBOARD"
        """The selection that was taken last."""
        self._tell = tell
        self._count = self._asked = 0
        """How often programs have copied, and the one of these that was asked about last."""
        self._pending: asyncio.TimerHandle | None = None

    def changed(self, selection: str) -> None:
        """Note that a program has copied."""
        self.latest = selection
        self._count += 1
        if self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(NOTIFY_DELAY_SECONDS, self._ask)

    def cancel(self) -> None:
        """Tell no more of what has changed until now."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    def _ask(self) -> None:
        self._asked = self._count
        answered = partial(self._answered, self._count)
        self._pending = asyncio.get_running_loop().call_later(FORMS_TIMEOUT_SECONDS, answered, frozenset())
        self.clipboard.request_forms(answered, self.latest)

    def _answered(self, change: int, forms: frozenset[str]) -> None:
        if change != self._asked:
            return
        if self._pending is None:
            if change == self._count and forms - {TEXT}:  # it comes late, and a text has been told
                self._tell(forms)
            return
        self.cancel()
        if change == self._count:
            self._tell(forms or frozenset({TEXT}))
        else:  # another program has copied meanwhile
            self._ask()

    async def fetch(self) -> Contents:
        """Return the newest contents in all forms that come; none if they change meanwhile."""
        count = self._count
        forms = await _answer(partial(self.clipboard.request_forms, selection=self.latest))
        found: dict[str, bytes] = {}
        for form in MEDIA_TYPES:
            if form in forms and count == self._count:
                data = await _answer(partial(self.clipboard.request, selection=self.latest, form=form))
                if data is not None:
                    found[form] = data
        return found if count == self._count else {}

    async def fetch_files(self) -> Contents:
        """Return the URIs of the files on CLIPBOARD as a text; nothing if there are none, or if they are too many."""
        data = await _answer(partial(self.clipboard.request, form=URI_LIST))
        return fitting({} if data is None else {TEXT: data.decode(errors="replace").encode()})


async def _answer(request: Callable[[Callable[[T], None]], None]) -> T:
    answered: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    request(lambda answer: None if answered.done() else answered.set_result(answer))
    return await answered
