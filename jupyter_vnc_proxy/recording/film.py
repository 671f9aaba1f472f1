"""Encodes pictures into a file that browsers play, and that stays readable if its writer dies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from .partial_file import PartialFile
from .screen import Pixels

MILLISECONDS = Fraction(1, 1000)
"""The unit of times in the file."""

NOMINAL_RATE = 15
"""Frames a second, as far as the encoders want to know; each frame has a time of its own."""

KEY_FRAME_SECONDS = 5.0
"""The longest time between two frames that a player can begin with."""

MAX_THREADS = 2
"""Threads of the encoder: the desktop's programs come first."""


@dataclass(frozen=True)
class MediaFormat:
    """How FFmpeg makes one format: its muxer and encoder, and their options."""

    muxer: str
    encoder: str
    muxer_options: Mapping[str, str]
    encoder_options: Mapping[str, str]


MEDIA_FORMATS: Mapping[str, MediaFormat] = {
    # In fragments, of which all but the last can be played if the writer dies; its end makes it a usual file.
    "mp4": MediaFormat(
        "mp4",
        "libx264",
        {"movflags": "hybrid_fragmented+default_base_moof", "frag_duration": "1000000", "flush_packets": "1"},
        {"preset": "veryfast", "tune": "zerolatency", "crf": "23"},
    ),
    "webm": MediaFormat(
        "webm",
        "libvpx-vp9",
        {"cluster_time_limit": "1000", "flush_packets": "1"},
        {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "lag-in-frames": "0", "crf": "30", "b": "0"},
    ),
}


class Film:
    """Writes pictures to ``file``, which all have the size of the first, made even; others are fitted into it.

    Its methods raise ``OSError`` if the file can't be written.
    """

    def __init__(self, file: PartialFile, media_format: str, width: int, height: int) -> None:
        chosen = MEDIA_FORMATS[media_format]
        self._file = file
        self._canvas = np.zeros((height + height % 2, width + width % 2, 4), np.uint8)
        self._size = (width, height)
        self._last = -1
        self._key_frame_after = 0
        self._container = av.open(file, "w", format=chosen.muxer, options=dict(chosen.muxer_options))
        stream = self._container.add_stream(
            chosen.encoder, rate=NOMINAL_RATE, options={**chosen.encoder_options, "g": "100000"}
        )
        self._stream = cast(VideoStream, stream)
        self._stream.height, self._stream.width = self._canvas.shape[:2]
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = MILLISECONDS
        self._stream.thread_count = min(MAX_THREADS, os.cpu_count() or 1)
        for name in ("colorspace", "color_primaries", "color_trc", "color_range"):
            setattr(self._stream.codec_context, name, 1)  # BT.709, limited range

    def add(self, pixels: Pixels, seconds: float) -> None:
        """Show a picture from ``seconds`` on."""
        time = max(self._last + 1, round(seconds * 1000))
        self._last = time
        frame = self._frame(pixels).reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
        frame.pts, frame.time_base = time, MILLISECONDS
        if time >= self._key_frame_after:
            frame.pict_type = av.video.frame.PictureType.I
            self._key_frame_after = time + round(KEY_FRAME_SECONDS * 1000)
        self._mux(frame)
        self._file.mark()

    def finish(self) -> None:
        """Write what is left, and the end."""
        try:
            self._mux(None)
        finally:
            with self._file_errors():
                self._container.close()

    def _mux(self, frame: VideoFrame | None) -> None:
        with self._file_errors():
            for packet in self._stream.encode(frame):
                self._container.mux(packet)

    @contextlib.contextmanager
    def _file_errors(self) -> Iterator[None]:
        """Raise the file's own error, of which FFmpeg knows nothing or only that there was one."""
        try:
            yield
        except av.FFmpegError as error:
            raise self._file.error or OSError(error.errno, error.strerror) from error
        if self._file.error is not None:
            raise self._file.error

    def _frame(self, pixels: Pixels) -> VideoFrame:
        height, width = pixels.shape[:2]
        if pixels.shape == self._canvas.shape:
            return VideoFrame.from_ndarray(pixels, format="bgra")
        if (width, height) != self._size:
            pixels = self._fitted(pixels)
        top, left = ((whole - part) // 2 for whole, part in zip(self._canvas.shape, pixels.shape[:2], strict=False))
        self._canvas[:] = 0
        self._canvas[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        return VideoFrame.from_ndarray(self._canvas, format="bgra")

    def _fitted(self, pixels: Pixels) -> Pixels:
        """Return a picture as large as the film, or smaller in one direction."""
        height, width = pixels.shape[:2]
        scale = min(self._canvas.shape[1] / width, self._canvas.shape[0] / height)
        size = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
        return cast(Pixels, VideoFrame.from_ndarray(pixels, format="bgra").reformat(**size).to_ndarray())
