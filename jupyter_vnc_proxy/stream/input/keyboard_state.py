"""A display's keyboard, shared by all clients: the keys that are down, how many clients hold each, and spare keys."""

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

SPARE_KEY_TIMEOUT_SECONDS = 30.0
"""Spare keys are put back after this time without use; a slow program may still look one up until then."""

MAP_CHANGE_INTERVAL_SECONDS = 0.02
"""Minimum time between two changes of the map. Xlib loses a change that is reported while it fetches the previous one
(it clears all pending changes after XkbGetMapChanges). Input methods type that fast."""

Timer = Callable[[float, Callable[[], None]], object]
"""Calls a function after some seconds; an event loop's ``call_later`` is one."""


class ModifierState(NamedTuple):
    """The keyboard's effective modifiers and group."""

    modifiers: int
    group: int


class KeyboardState(ABC):
    """The keyboard of an X or Wayland display. With ``timer`` spare keys are put back when they have not been used for
    `SPARE_KEY_TIMEOUT_SECONDS` (else `put_back` and `close` do), and keys wait for the map to settle.
    """

    map_change_interval = MAP_CHANGE_INTERVAL_SECONDS
    """Minimum time in seconds between two changes of the map."""

    def __init__(self, timer: Timer | None = None) -> None:
        self.timer = timer
        self._timed = self._used = False
        self._down: Counter[int] = Counter()
        self._spares: OrderedDict[int, int] = OrderedDict()  # keycode → keysym, least recently used first
        self._changed = 0.0

    # -- the display's side -------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def keymap(self) -> Keymap:
        """The current map."""

    @abstractmethod
    def state(self) -> ModifierState:
        """Return the effective modifiers and group."""

    @abstractmethod
    def lock_state(self) -> int:
        """Return the locks that are on: `SCROLL_LOCK`, `NUM_LOCK`, `CAPS_LOCK`."""

    @abstractmethod
    def holding(self, modifier: int, group: int) -> list[int]:
        """Return the keys that are down and set a modifier."""

    @abstractmethod
    def flush(self) -> None:
        """Send the queued key events."""

    @abstractmethod
    def close(self) -> None:
        """Leave the keyboard as it was found."""

    @abstractmethod
    def _fake(self, event: int, keycode: int) -> None:
        """Fake the press or release of a key."""

    @abstractmethod
    def _map(self, keycode: int, keysym: int) -> None:
        """Map a keycode to a keysym; 0 clears it."""

    # -- keys ---------------------------------------------------------------------------------------------------------

    def press(self, keycode: int) -> None:
        """Press a key for one more holder; if it is down, release it first, as auto-repeat does."""
        if self._down[keycode]:
            self._fake(RELEASE, keycode)
        self._down[keycode] += 1
        self._fake(PRESS, keycode)
        if keycode in self._spares:
            self._spares.move_to_end(keycode)
            self._used = True

    def hold(self, keycode: int) -> None:
        """Press a modifier for one more holder, unless it is already down."""
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
        """Press or release keys (keycode → `PRESS` or `RELEASE`) for the duration of the block."""
        for keycode, event in keys.items():
            self._fake(event, keycode)
        yield
        for keycode, event in reversed(keys.items()):
            self._fake(RELEASE if event == PRESS else PRESS, keycode)

    # -- spare keys ---------------------------------------------------------------------------------------------------

    def settling(self) -> float:
        """Return the seconds to wait before the map may change again; 0 without a timer."""
        return 0.0 if self.timer is None else max(0.0, self._changed + self.map_change_interval - time.monotonic())

    def spare(self, keysym: int) -> int | None:
        """Map a keycode that the layout doesn't use to ``keysym``, and return it; ``None`` if all are held.

        The least recently used spare key is reused only if no free keycode is left, because a program may look up a
        key's meaning long after it was pressed.
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
            self.timer(SPARE_KEY_TIMEOUT_SECONDS, self._look_after_spares)

    def _look_after_spares(self) -> None:
        self._timed = False
        if not self._used:
            self.put_back()
        if self._spares:
            self._watch_spares()

    def put_back(self) -> None:
        """Clear all spare keys that are not down."""
        for keycode in list(self._spares):
            if not self._down[keycode]:
                del self._spares[keycode]
                self._map(keycode, 0)
        self.flush()
