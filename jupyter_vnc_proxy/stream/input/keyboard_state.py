"""A display's keyboard as all clients share it: the keys that are down, how many clients hold each, and spare keys."""

from __future__ import annotations

import contextlib
import time
from abc import ABC, abstractmethod
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from .keymap import Keymap

SCROLL_LOCK, NUM_LOCK, CAPS_LOCK = 1, 2, 4
"""Bits of the LED state pseudo-encoding (rfbproto, "LED State Pseudo-encoding")."""

PRESS, RELEASE = 2, 3
"""KeyPress and KeyRelease, in X's numbers."""

PUT_BACK_AFTER = 30.0
"""Seconds without a spare key's use after which all are put back; a slow client may still look one up."""

SETTLES = 0.02
"""Seconds between two changes of the map. Xlib forgets a change that it is told of while it looks up the one before
(XkbGetMapChanges, then all that is pending is cleared); people don't type that fast, but input methods do."""

Timer = Callable[[float, Callable[[], None]], object]
"""Calls after some seconds; an event loop's ``call_later`` is one."""


class ModifierState(NamedTuple):
    """The keyboard's effective modifiers and group."""

    modifiers: int
    group: int


class KeyboardState(ABC):
    """What X and Wayland have in common. With ``timer`` spare keys are put back when they have not been used for
    `PUT_BACK_AFTER` seconds (else `put_back` and `close` do), and keys wait for the map to settle.
    """

    settles = SETTLES
    """Seconds between two changes of the map."""

    def __init__(self, timer: Timer | None = None) -> None:
        self.timer = timer
        self._timed = self._used = False
        self._down: Counter[int] = Counter()
        self._spares: OrderedDict[int, int] = OrderedDict()  # keycode → keysym, the longest unused first
        self._changed = 0.0

    # -- what a display says ------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def keymap(self) -> Keymap:
        """The map as it is."""

    @abstractmethod
    def state(self) -> ModifierState:
        """Return the modifiers and the group that count now."""

    @abstractmethod
    def lock_state(self) -> int:
        """Return which locks are on: `SCROLL_LOCK`, `NUM_LOCK`, `CAPS_LOCK`."""

    @abstractmethod
    def holding(self, modifier: int, group: int) -> list[int]:
        """Return the keys that are down and set a modifier."""

    @abstractmethod
    def flush(self) -> None:
        """Send what was done."""

    @abstractmethod
    def close(self) -> None:
        """Leave the keyboard as it was found."""

    @abstractmethod
    def _fake(self, event: int, keycode: int) -> None:
        """Do as if a key was pressed or released."""

    @abstractmethod
    def _map(self, keycode: int, keysym: int) -> None:
        """Have a keycode give a keysym, or nothing with 0."""

    # -- keys ---------------------------------------------------------------------------------------------------------

    def press(self, keycode: int) -> None:
        """Press a key for one more holder; where it is down, it is released first, as if it repeated."""
        if self._down[keycode]:
            self._fake(RELEASE, keycode)
        self._down[keycode] += 1
        self._fake(PRESS, keycode)
        if keycode in self._spares:
            self._spares.move_to_end(keycode)
            self._used = True

    def hold(self, keycode: int) -> None:
        """Press a modifier for one more holder; where it is down, it stays so."""
        if not self._down[keycode]:
            self._fake(PRESS, keycode)
        self._down[keycode] += 1

    def release(self, keycode: int) -> None:
        """Release a key for one holder; the last holder releases it on the display."""
        if not self._down[keycode]:
            return
        self._down[keycode] -= 1
        if not self._down[keycode]:
            del self._down[keycode]
            self._fake(RELEASE, keycode)

    @contextlib.contextmanager
    def pretending(self, keys: dict[int, int]) -> Iterator[None]:
        """Press or release keys (keycode → `PRESS` or `RELEASE`) for the moment."""
        for keycode, event in keys.items():
            self._fake(event, keycode)
        yield
        for keycode, event in reversed(keys.items()):
            self._fake(RELEASE if event == PRESS else PRESS, keycode)

    # -- spare keys ---------------------------------------------------------------------------------------------------

    def settling(self) -> float:
        """Return the seconds to wait before the map may be changed again; 0 where there is no timer to wait with."""
        return 0.0 if self.timer is None else max(0.0, self._changed + self.settles - time.monotonic())

    def spare(self, keysym: int) -> int | None:
        """Have a keycode that means nothing to the layout give ``keysym`` for now; ``None`` if all are held.

        The one that has not been used for longest is taken again only when there is no free one left, for a client
        may look up what a key means long after it was pressed.
        """
        free = self.keymap.free()
        keycode = free[-1] if free else next((each for each in self._spares if not self._down[each]), None)
        if keycode is None:
            return None
        self._spares.pop(keycode, None)
        self._spares[keycode] = keysym
        self._map(keycode, keysym)
        self._watch_spares()
        return keycode

    def _watch_spares(self) -> None:
        if self.timer is not None and not self._timed:
            self._timed, self._used = True, False
            self.timer(PUT_BACK_AFTER, self._look_after_spares)

    def _look_after_spares(self) -> None:
        self._timed = False
        if not self._used:
            self.put_back()
        if self._spares:
            self._watch_spares()

    def put_back(self) -> None:
        """Let the spare keys mean nothing again, except those that are down."""
        for keycode in list(self._spares):
            if not self._down[keycode]:
                del self._spares[keycode]
                self._map(keycode, 0)
        self.flush()
