"""Reports to the process that started the server: lines of JSON on an inherited descriptor."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterable

log = logging.getLogger("jupyter_vnc_proxy.stream")

MAX_TEXT_CHARACTERS = 500
"""Length of a sentence, so that a pipe takes the line as a whole (PIPE_BUF, pipe(7))."""

SILENT = "The X server does not respond."


class Status:
    """Reports the encoder and the notes when they change: ``{"encoder": …}`` and ``{"notes": […]}``.

    Without a ``descriptor`` it reports nothing. A reader that has gone, or doesn't read, blocks nothing.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = descriptor
        self._encoder: str | None = None
        self._notes: list[str] = []
        self._silent = False
        self._asking: set[asyncio.Task[None]] = set()
        if descriptor is not None:
            os.set_blocking(descriptor, False)
            os.set_inheritable(descriptor, False)

    def encoder(self, text: str | None) -> None:
        """Report what encodes video now; ``None``: nothing does."""
        if text != self._encoder:
            self._encoder = text
            log.info("video: %s", text or "no encoder")
            self._tell({"encoder": text and text[:MAX_TEXT_CHARACTERS]})

    def note(self, text: str) -> None:
        """Add a note: a sentence for people about something that could be better."""
        self.notes([*self._notes, text])

    def notes(self, texts: Iterable[str]) -> None:
        """Replace all notes."""
        fresh = list(dict.fromkeys(text[:MAX_TEXT_CHARACTERS] for text in texts))
        if fresh != self._notes:
            self._notes = fresh
            self._tell_notes()

    def display_silent(self, silent: bool) -> None:
        """Add a note while the display does not respond."""
        if silent != self._silent:
            self._silent = silent
            self._tell_notes()

    def _tell_notes(self) -> None:
        self._tell({"notes": [SILENT, *self._notes] if self._silent else self._notes})

    def ask(self, describe: Callable[[], str | None]) -> None:
        """Call ``describe`` on a thread, since it may take a while (`Engine.describe`), and report its answer."""
        task = asyncio.get_running_loop().create_task(self._ask(describe))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _ask(self, describe: Callable[[], str | None]) -> None:
        text = await asyncio.to_thread(describe)
        if text is not None:
            self.encoder(text)

    def close(self) -> None:
        """Cancel what is under way."""
        for task in self._asking:
            task.cancel()

    def _tell(self, message: dict[str, object]) -> None:
        if self._descriptor is None:
            return
        try:
            os.write(self._descriptor, json.dumps(message).encode() + b"\n")
        except OSError as error:
            log.debug("the status could not be written: %s", error)
