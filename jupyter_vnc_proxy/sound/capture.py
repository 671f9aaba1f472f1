"""Captures and encodes what is played on the desktop, and plays what viewers say; with pcmflux."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .capture_clock import CaptureClock
from .messages import CHANNELS, FRAME_MS, SAMPLE_RATE
from .pulse import INPUT, MONITOR

HEADER_BYTES = 2
"""pcmflux writes two bytes before each packet; those without anything after them mark the begin of silence."""

LATENCY_MS = 10
SPEECH_LATENCY_MS = 40


class Capture:
    """Calls ``on_packet(captured, opus)`` from a thread of its own with each packet, once it was started.

    ``captured`` is in microseconds of the monotonic clock. Nothing comes while nothing is played.
    """

    def __init__(self, on_packet: Callable[[int, bytes], None]) -> None:
        import pcmflux

        self._capture: Any = pcmflux.AudioCapture()
        self._settings: Any = pcmflux.AudioCaptureSettings()
        self._clock = CaptureClock()
        self._on_packet = on_packet

    def start(self, bits: int) -> None:
        """Start with a bitrate of ``bits``; raise ``RuntimeError`` if the sound server can't be used."""
        settings = self._settings
        settings.device_name = MONITOR
        settings.sample_rate, settings.channels = SAMPLE_RATE, CHANNELS
        settings.frame_duration_ms, settings.latency_ms = float(FRAME_MS), LATENCY_MS
        settings.opus_bitrate, settings.use_vbr, settings.use_silence_gate = bits, True, True
        self._capture.start_capture(settings, self._captured)

    def _captured(self, frame: Any) -> None:
        opus = bytes(memoryview(frame)[HEADER_BYTES:])
        if opus:
            self._on_packet(self._clock.microseconds(frame.pts, time.monotonic()), opus)

    def set_bitrate(self, bits: int) -> None:
        """Encode with ``bits`` bit/s from now on."""
        self._capture.update_audio_bitrate(bits)

    @property
    def problem(self) -> str | None:
        """Why it has given up, or ``None``."""
        return str(self._capture.last_error) if self._capture.state == "failed" else None

    def stop(self) -> None:
        """Stop, and wait for its thread."""
        self._capture.stop_capture()


class Speaker:
    """Plays one viewer's microphone to the programs that record."""

    def __init__(self) -> None:
        import pcmflux

        settings: Any = pcmflux.AudioPlaybackSettings()
        settings.device_name = INPUT
        settings.sample_rate, settings.channels = SAMPLE_RATE, 1
        settings.latency_ms = SPEECH_LATENCY_MS
        self._playback: Any = pcmflux.AudioPlayback()
        self._playback.start(settings)

    def play(self, opus: bytes) -> None:
        """Play one packet; one that isn't Opus is dropped."""
        self._playback.write(opus)

    def stop(self) -> None:
        """Stop, and wait for its thread."""
        self._playback.stop()
