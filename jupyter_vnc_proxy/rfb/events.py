"""What a client says, as values. Positions and sizes are pixels."""

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
    """The handshake is done; unless ``shared``, the client wants to be alone."""

    shared: bool


@dataclass(frozen=True)
class PixelFormatChanged:
    """Pixels are wanted in another format from now on."""

    format: PixelFormat


@dataclass(frozen=True)
class EncodingsChanged:
    """The client announced what it can do, best liked first; pseudo-encodings are among them."""

    encodings: tuple[int, ...]


@dataclass(frozen=True)
class UpdateRequested:
    """The client wants what changed in an area, or all of it unless ``incremental``."""

    incremental: bool
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class KeyEvent:
    """A key; ``keysym`` is X11's (0: unknown), ``scancode`` XT set 1 with 0xe0 as bit 7, where the client tells it."""

    keysym: int
    down: bool
    scancode: int | None = None


@dataclass(frozen=True)
class PointerEvent:
    """The pointer's place, and who is held: bit 0 left, middle, right, up, down, left, right, back, bit 8 forward."""

    x: int
    y: int
    buttons: int


@dataclass(frozen=True)
class ClipboardText:
    """The client's clipboard, with LF at the ends of lines."""

    text: str


@dataclass(frozen=True)
class ClipboardTooLong:
    """The client sent a text of ``size`` bytes (as far as is known), more than is taken; it was dropped."""

    size: int


@dataclass(frozen=True)
class ClipboardNotify:
    """The client has text that can be requested."""


@dataclass(frozen=True)
class ClipboardRequest:
    """The client wants our text provided."""


@dataclass(frozen=True)
class ClipboardPeek:
    """The client wants to be notified whether we have text."""


@dataclass(frozen=True)
class ClipboardCapabilities:
    """The client takes up to ``max_size`` bytes of text without having requested them; noVNC says 0."""

    max_size: int


@dataclass(frozen=True)
class ContinuousUpdates:
    """Updates of an area are wanted without being requested, or no more so."""

    enable: bool
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Fence:
    """A fence of the client's, or its answer to ours: without ``messages.FENCE_REQUEST`` in ``flags``."""

    flags: int
    payload: bytes


@dataclass(frozen=True)
class SetDesktopSize:
    """The client wants the desktop to have another size; it must be answered with an ExtendedDesktopSize."""

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
