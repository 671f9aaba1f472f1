"""A viewer's microphone: off until the viewer switches it on, and only with the right to speak."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from ...sound.messages import MAX_SPEECH_BYTES
from .encoder_socket import EncoderSocket

PACKETS_PER_SECOND = 60
"""A little more than packets of 20 ms make, for a clock that is fast."""

BURST = 50
"""Packets that may come at once, after the link was stuck."""


class SpeechLimit:
    """A bucket of tokens, one for each packet. Times are monotonic, in seconds."""

    def __init__(self) -> None:
        self._left = float(BURST)
        self._then: float | None = None

    def allows(self, now: float) -> bool:
        """Return whether one more packet may pass now."""
        if self._then is not None:
            self._left = min(BURST, self._left + (now - self._then) * PACKETS_PER_SECOND)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Microphone:
    """Passes a viewer's packets on to the desktop's encoder while it is on.

    ``may_speak`` returns whether the viewer has the right now; ``turned_off`` is called with the reason if it has not.
    """

    def __init__(self, may_speak: Callable[[], bool], turned_off: Callable[[str], None]) -> None:
        self._may_speak = may_speak
        self._turned_off = turned_off
        self._limit = SpeechLimit()
        self._encoder: EncoderSocket | None = None

    def switch(self, encoder: EncoderSocket | None, on: bool) -> None:
        """Switch it on or off, as the viewer asks."""
        if on and not self._may_speak():
            self._turn_off("You may not speak on this desktop.")
        elif encoder is None:
            if on:
                self._turn_off("The desktop's sound is not ready.")
        elif on != (self._encoder is not None):
            encoder.switch_microphone(on)
            self._encoder = encoder if on else None

    def check(self) -> None:
        """Turn it off if the right was withdrawn."""
        if self._encoder is not None and not self._may_speak():
            self._turn_off("The right to speak was withdrawn.")

    async def speak(self, opus: bytes) -> None:
        """Pass a packet on; drop it if the microphone is off, or if there are too many."""
        self.check()
        if self._encoder is not None and len(opus) <= MAX_SPEECH_BYTES and self._limit.allows(time.monotonic()):
            with contextlib.suppress(ConnectionError):
                await self._encoder.speak(opus)

    def _turn_off(self, why: str) -> None:
        encoder, self._encoder = self._encoder, None
        if encoder is not None:
            encoder.switch_microphone(False)
        self._turned_off(why)
