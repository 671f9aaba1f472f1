"""What the video needs of a client: what its link and its decoder can take, and how a picture is sent to it."""

from __future__ import annotations

from typing import Protocol

from ..picture.screen import Screen
from ..picture.tiles import TileEncoder
from .decoder_fallback import Trust
from .engine import Picture
from .pacing import Pacer


class VideoClient(Protocol):
    """One RFB client that is sent tiles, or the pictures of a video while it watches one."""

    tiles: TileEncoder
    pacer: Pacer
    trust: Trust
    in_video: bool
    """Whether it watches a video; it is sent no tiles meanwhile."""

    needs_key: bool
    """Whether its decoder must begin with a key picture."""

    @property
    def takes_video(self) -> bool:
        """Whether it decodes H.264, takes updates that it has not requested, and reports when it has painted them."""

    @property
    def has_full_colour(self) -> bool:
        """Whether the video that it is sent may be 4:4:4."""

    @property
    def quality(self) -> int | None:
        """Its quality level, 0 (worst) to 9, or ``None`` if it has announced none."""

    def ping(self) -> None:
        """Measure the link's own delay."""

    def send_tiles(self) -> None:
        """Send what it has not seen yet, as far as its link takes it."""

    def join_video(self) -> None:
        """Watch a video, from its next key picture on."""

    def leave_video(self) -> None:
        """Stop watching; all tiles must be sent again."""

    def send_picture(self, picture: Picture) -> bool:
        """Send one picture of the video; return ``False`` if a key picture must come first."""

    def reset_decoder(self) -> bool:
        """Restart its decoder with a key picture; return ``False`` if that has already been tried in vain."""

    def abort(self) -> None:
        """Close the connection at once."""


def even(screen: Screen) -> tuple[int, int]:
    """Return the width and height in pixels that H.264 with halved chroma can show: even, at most the screen's."""
    return screen.width & ~1, screen.height & ~1
