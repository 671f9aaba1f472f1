"""The events that a client's messages become. Positions and sizes are pixels."""

from __future__ import annotations

from dataclasses import dataclass

from .pixel_format import PixelFormat

MAX_FENCE_BYTES = 64
"""Payload that a fence may carry (rfbproto)."""


@dataclass(frozen=True)
class Monitor:
    """One screen of a desktop's layout (rfbproto, ExtendedDesktopSize)."""

    id: int
    x: int
    y: int
    width: int
    height: int
    flags: int = 0


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
