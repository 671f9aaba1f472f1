"""What the server tells whoever started it: lines of JSON on a descriptor that it inherited."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterable

log = logging.getLogger("jupyter_vnc_proxy.stream")

MAX_TEXT = 500
"""Characters of a sentence, so that a line fits into what a pipe takes whole (PIPE_BUF, pipe(7))."""


class Status:
    """Says what encodes, and what is not at its best: ``{"encoder": …}`` and ``{"notes": […]}``, when it changes.

    Without a ``descriptor`` nobody listens. A listener that has gone, or that doesn't read, holds nothing up.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = descriptor
        self._encoder: str | None = None
        self._notes: list[str] = []
        self._asking: set[asyncio.Task[None]] = set()
        if descriptor is not None:
            os.set_blocking(descriptor, False)
            os.set_inheritable(descriptor, False)

    def encoder(self, text: str | None) -> None:
        """Say what encodes video now; ``None``: nothing does."""
        if text != self._encoder:
            self._encoder = text
            log.info("video: %s", text or "no encoder")
            self._tell({"encoder": text and text[:MAX_TEXT]})

    def note(self, text: str) -> None:
        """Say one thing more that is not at its best, in a sentence for people."""
        self.notes([*self._notes, text])

    def notes(self, texts: Iterable[str]) -> None:
        """Say all that is not at its best, in place of what was said before."""
        fresh = list(dict.fromkeys(text[:MAX_TEXT] for text in texts))
        if fresh != self._notes:
            self._notes = fresh
            self._tell({"notes": fresh})

    def ask(self, describe: Callable[[], str | None]) -> None:
        """Find out what encodes on a thread, since the answer may take a while (`Engine.describe`)."""
        task = asyncio.get_running_loop().create_task(self._ask(describe))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _ask(self, describe: Callable[[], str | None]) -> None:
        text = await asyncio.to_thread(describe)
        if text is not None:
            self.encoder(text)

    def close(self) -> None:
        """Ask no more."""
        for task in self._asking:
            task.cancel()

    def _tell(self, message: dict[str, object]) -> None:
        if self._descriptor is None:
            return
        try:
            os.write(self._descriptor, json.dumps(message).encode() + b"\n")
        except OSError as error:
            log.debug("nobody takes the status: %s", error)
