"""How much sound is on its way to one viewer, and which bitrate suits the link."""

from __future__ import annotations

from collections import deque

BITRATES = (96_000, 64_000, 32_000, 16_000)
"""The bitrates in bit/s, the best first."""

MAX_UNHEARD_MS = 300
"""The sound that may be on its way beyond what the round trip takes; newer packets are dropped."""

MAX_ROUND_TRIP_MS = 700
"""The longest round trip that is allowed for."""

LAG_MS = 120
"""An acknowledgement that comes so much later than the fastest one of late tells of a queue."""

FASTEST_OF = 64
"""The acknowledgements among which the fastest one is looked for: some ten seconds of them."""

PAUSE_SECONDS = 0.75
"""The shortest time between two steps down, in which the first shows its effect."""

PATIENCE_SECONDS = 6.0
MAX_PATIENCE_SECONDS = 60.0
"""The time without a sign of congestion before the bitrate rises; it doubles with each rise that was a mistake."""

PROBE_SECONDS = 2.0
"""The time after which one more packet is sent, to get an acknowledgement."""

SILENCE_SECONDS = 0.5
"""After a silence of this time, what was sent before counts as heard: only packets are acknowledged."""

BUSY_SHARE = 0.8
BUSY_PACKETS = 50
"""The share of so many packets at which the picture's socket was full that tells of a link without room."""


class Link:
    """Counts the packets that are sent and acknowledged. All times are monotonic, in seconds."""

    def __init__(self, frame_ms: int) -> None:
        self._frame_ms = frame_ms
        self._step = 0
        self._sent: deque[tuple[int, float]] = deque()
        self._delays: deque[float] = deque(maxlen=FASTEST_OF)
        self._next = 0
        self._acknowledged = self._heard = -1
        self._changed = self._offered = self._last_sent = float("-inf")
        self._congested: float | None = None
        self._risen: float | None = None
        self._patience = PATIENCE_SECONDS
        self._busy: deque[bool] = deque(maxlen=BUSY_PACKETS)

    @property
    def bitrate(self) -> int:
        """The bitrate that suits, in bit/s."""
        return BITRATES[self._step]

    def send(self, now: float, picture_waits: bool) -> int | None:
        """Return the number of a packet to send, or ``None`` to drop it.

        ``picture_waits``: whether the picture's socket has bytes that the link doesn't take.
        """
        self._busy.append(picture_waits)
        if len(self._busy) == BUSY_PACKETS and sum(self._busy) >= BUSY_SHARE * BUSY_PACKETS:
            self._lower(now)
        if now - self._offered >= SILENCE_SECONDS:
            self._heard = self._next - 1
        self._offered = now
        if self._unheard_ms() >= self._allowed_ms():
            self._lower(now)
            if now - self._last_sent < PROBE_SECONDS:
                return None
        self._raise(now)
        self._last_sent = now
        number = self._next
        self._next += 1
        self._sent.append((number, now))
        return number

    def acknowledge(self, number: int, now: float) -> bool:
        """Take the number of the last packet that has arrived; return whether it was sent and isn't known yet."""
        if not self._acknowledged < number < self._next:
            return False
        self._acknowledged = number
        self._heard = max(self._heard, number)
        while self._sent and self._sent[0][0] <= number:
            last = self._sent.popleft()
        delay = 1000 * (now - last[1])
        if self._delays and delay - min(self._delays) > LAG_MS:
            self._lower(now)
        self._delays.append(delay)
        return True

    def _unheard_ms(self) -> int:
        return (self._next - 1 - self._heard) * self._frame_ms

    def _allowed_ms(self) -> float:
        """Return how much may be on its way: before the first acknowledgement, nothing is known about the link."""
        return MAX_UNHEARD_MS + min(min(self._delays, default=MAX_ROUND_TRIP_MS), MAX_ROUND_TRIP_MS)

    def _lower(self, now: float) -> None:
        self._congested = now
        if self._step < len(BITRATES) - 1 and now - self._changed >= PAUSE_SECONDS:
            if self._risen is not None and now - self._risen < self._patience:
                self._patience = min(2 * self._patience, MAX_PATIENCE_SECONDS)
            self._step += 1
            self._changed = now

    def _raise(self, now: float) -> None:
        calm_since = self._changed if self._congested is None else max(self._changed, self._congested)
        if self._step and now - calm_since >= self._patience:
            self._step -= 1
            self._changed = self._risen = now
