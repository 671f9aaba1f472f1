"""Plays clicks about once a second on the sound server of ``$PULSE_SERVER``, and a tone between them.

    python -m bench.desktop.sound

Commands are lines of JSON: ``play`` with ``tone`` (whether there is one), ``stop``, and ``drain``, which answers with
the Unix times at which clicks have left the server's output: the server tells how long its buffers are.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import threading
from collections import deque

from .pulse import Playback, PulseError
from .track import RATE_HZ, samples

BUFFERED_SECONDS = 0.2
"""As players do: the sound does not stop if the machine is busy."""

CHUNK = RATE_HZ // 100
SPACING_SECONDS = (0.7, 1.3)
"""From one click to the next: irregular, so that it is in phase with nothing."""

ESTIMATES = 100
"""The server's answers from which the time of a sample is taken: their median."""


class Player:
    """Plays in a thread of its own."""

    def __init__(self, tone: bool) -> None:
        self._tone = tone
        self._stopping = threading.Event()
        self._heard: deque[float] = deque()
        self._stream = Playback(RATE_HZ, BUFFERED_SECONDS)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        starts: deque[float] = deque(maxlen=ESTIMATES)
        clicks: deque[int] = deque([RATE_HZ])
        first = 0
        while not self._stopping.is_set():
            if clicks[-1] < first + CHUNK:
                clicks.append(clicks[-1] + round(random.uniform(*SPACING_SECONDS) * RATE_HZ))
            starts.append(self._stream.next_heard() - first / RATE_HZ)
            self._heard += [
                statistics.median(starts) + click / RATE_HZ for click in clicks if first <= click < first + CHUNK
            ]
            pcm = (samples(first, CHUNK, clicks, self._tone) * 32767).astype("<i2").tobytes()
            self._stream.write(pcm)
            first += CHUNK
            while len(clicks) > 2:
                clicks.popleft()

    def drain(self) -> list[float]:
        """Return the times of the clicks since the last call."""
        found = []
        while self._heard:
            found.append(self._heard.popleft())
        return found

    def stop(self) -> None:
        """End the stream."""
        self._stopping.set()
        self._thread.join()
        self._stream.close()


def main() -> None:
    """Run the commands until standard input ends."""
    player: Player | None = None
    for line in sys.stdin:
        command = json.loads(line)
        answer: dict[str, object] = {"id": command["id"]}
        try:
            if command["do"] in ("play", "stop") and player is not None:
                player.stop()
                player = None
            if command["do"] == "play":
                player = Player(command["tone"])
            elif command["do"] == "drain":
                answer["clicks"] = player.drain() if player is not None else []
        except PulseError as error:
            answer["error"] = str(error)
        print(json.dumps(answer), flush=True)
    if player is not None:
        player.stop()


if __name__ == "__main__":
    main()
