"""The interfaces that the video uses: a client, as a connection implements it, and the status that it reports to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..picture.tiles import TileEncoder
from .decoder_fallback import VideoLevel
from .engine import EncodedFrame
from .pacing import Pacer


class VideoClient(Protocol):
    """One RFB client. It is sent tiles, or the frames of a video while it watches one."""

    tiles: TileEncoder
    pacer: Pacer
    video_level: VideoLevel
    in_video: bool
    """Whether it watches a video; it is sent no tiles meanwhile."""

    needs_key_frame: bool
    """Whether its decoder must begin with a key frame."""

    @property
    def takes_video(self) -> bool:
        """Whether it decodes H.264, takes updates that it has not requested, and reports when it has painted them."""

    @property
    def takes_full_chroma(self) -> bool:
        """Whether it may be sent 4:4:4."""

    @property
    def quality(self) -> int | None:
        """Its quality level, 0 (worst) to 9 (best), or ``None`` if it has announced none."""

    def ping(self) -> None:
        """Measure the base delay of its link."""

    def send_tiles(self) -> None:
        """Send the tiles that have changed, as far as flow control allows."""

    def join_video(self) -> None:
        """Begin to watch a video, at its next key frame."""

    def leave_video(self) -> None:
        """Stop watching, and mark all tiles as changed: the video is lossy."""

    def send_frame(self, frame: EncodedFrame) -> bool:
        """Send one frame of the video; return ``False`` if a key frame must come first."""

    def reset_decoder(self) -> bool:
        """Restart its decoder with a key frame; return ``False`` if it was restarted before and has not recovered."""

    def abort(self) -> None:
        """Close the connection at once."""


class VideoStatus(Protocol):
    """Reports the state of the video to people."""

    def encoder(self, text: str | None) -> None:
        """Report the encoder in use; ``None`` if there is none."""

    def note(self, text: str) -> None:
        """Report a limitation, in a sentence for people."""

    def ask(self, describe: Callable[[], str | None]) -> None:
        """Report the encoder that ``describe()`` returns; it is called on a thread because it may block."""
