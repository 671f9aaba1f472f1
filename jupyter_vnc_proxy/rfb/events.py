"""The events that a client's messages become. Positions and sizes are pixels."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from ..options import MAX_SIDE
from .pixel_format import PixelFormat

MAX_FENCE_BYTES = 64
"""Payload that a fence may carry (rfbproto)."""

MAX_SCREENS = 16
"""Screens of one desktop; the message could name 255."""


@dataclass(frozen=True)
class Monitor:
    """One screen of a desktop's layout (rfbproto, ExtendedDesktopSize)."""

    id: int
    x: int
    y: int
    width: int
    height: int
    flags: int = 0

    def overlaps(self, other: Monitor) -> bool:
        """Return whether there is a pixel that both screens show."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True)
class ClientReady:
    """The handshake is done; unless ``shared``, the client requests exclusive access."""

    shared: bool


@dataclass(frozen=True)
class PixelFormatChanged:
    """The client requires another pixel format from now on."""

    format: PixelFormat


@dataclass(frozen=True)
class EncodingsChanged:
    """The client announced its encodings and pseudo-encodings, the preferred ones first."""

    encodings: tuple[int, ...]


@dataclass(frozen=True)
class UpdateRequested:
    """The client requested the changes in an area, or all of it unless ``incremental``."""

    incremental: bool
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class KeyEvent:
    """A key; ``keysym`` is X11's (0: unknown), ``scancode`` is XT set 1, 0xe0 as bit 7, if the client sent it."""

    keysym: int
    down: bool
    scancode: int | None = None


@dataclass(frozen=True)
class PointerEvent:
    """Its position and buttons; from bit 0: left, middle, right, wheel up, down, left, right, back, forward."""

    x: int
    y: int
    buttons: int


@dataclass(frozen=True)
class PointerMotion:
    """The pixels by which the pointer moves, -32767 to 32768, and its buttons as in `PointerEvent`."""

    dx: int
    dy: int
    buttons: int


@dataclass(frozen=True)
class ClipboardText:
    """The client's clipboard, with LF at the ends of lines."""

    text: str


@dataclass(frozen=True)
class ClipboardTooLong:
    """The client sent a text of ``size`` bytes (as far as is known); it is too long and was dropped."""

    size: int


@dataclass(frozen=True)
class ClipboardNotify:
    """The client has text that can be requested."""


@dataclass(frozen=True)
class ClipboardRequest:
    """The client requests our text."""


@dataclass(frozen=True)
class ClipboardPeek:
    """The client asks whether we have text."""


@dataclass(frozen=True)
class ClipboardCapabilities:
    """The client accepts up to ``max_size`` bytes of text that it hasn't requested; noVNC: 0."""

    max_size: int


@dataclass(frozen=True)
class ContinuousUpdates:
    """The client enabled or disabled updates of an area without requests."""

    enable: bool
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Fence:
    """A fence of the client's, or its answer to ours: without ``server_messages.FENCE_REQUEST`` in ``flags``."""

    flags: int
    payload: bytes


@dataclass(frozen=True)
class SetDesktopSize:
    """The client requested another size of the desktop; the answer must be an ExtendedDesktopSize."""

    width: int
    height: int
    screens: tuple[Monitor, ...]

    @property
    def is_possible(self) -> bool:
        """Whether there are 1 to `MAX_SCREENS` screens with ids of their own, within a desktop of a possible size.

        They must not overlap, though rfbproto allows it.
        """
        return (
            0 < self.width <= MAX_SIDE
            and 0 < self.height <= MAX_SIDE
            and 0 < len(self.screens) == len({each.id for each in self.screens}) <= MAX_SCREENS
            and all(self._is_within(each) for each in self.screens)
            and not any(one.overlaps(other) for one, other in itertools.combinations(self.screens, 2))
        )

    def _is_within(self, screen: Monitor) -> bool:
        return (
            screen.width > 0
            and screen.height > 0
            and screen.x + screen.width <= self.width
            and screen.y + screen.height <= self.height
        )


Event = (
    ClientReady
    | PixelFormatChanged
    | EncodingsChanged
    | UpdateRequested
    | KeyEvent
    | PointerEvent
    | PointerMotion
    | ClipboardText
    | ClipboardTooLong
    | ClipboardNotify
    | ClipboardRequest
    | ClipboardPeek
    | ClipboardCapabilities
    | ContinuousUpdates
    | Fence
    | SetDesktopSize
)
