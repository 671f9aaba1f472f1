"""How the bitrate follows the link, and how much is on its way; with a clock that the test moves."""

from __future__ import annotations

import itertools
from collections import deque

import pytest

from jupyter_vnc_proxy.server.sound.link import BITRATES, MAX_UNHEARD_MS, Link

FRAME_MS = 10


class Viewer:
    """A viewer behind a link with a ``delay`` in seconds, who acknowledges every 200 ms."""

    def __init__(self, delay: float = 0.02) -> None:
        self.link = Link(FRAME_MS)
        self.delay = delay
        self.now = 100.0
        self.dropped = 0
        self.sent = 0
        self.is_stuck = False
        self._under_way: deque[tuple[float, int]] = deque()
        self._told = 0.0

    def play(self, seconds: float, picture_waits: bool = False) -> None:
        """Let the time pass while a sound is played."""
        for _ in range(round(seconds * 1000 / FRAME_MS)):
            self.now += FRAME_MS / 1000
            number = self.link.send(self.now, picture_waits)
            if number is None:
                self.dropped += 1
            else:
                self.sent += 1
                self._under_way.append((self.now + self.delay, number))
            if not self.is_stuck and self.now - self._told >= 0.2:
                arrived = None
                while self._under_way and self._under_way[0][0] <= self.now:
                    arrived = self._under_way.popleft()[1]
                if arrived is not None:
                    self.link.acknowledge(arrived, self.now)
                    self._told = self.now

    def be_silent(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.15, 0.4])
def test_a_good_link_gets_everything_at_the_best_rate(delay: float) -> None:
    viewer = Viewer(delay)
    viewer.play(60)
    assert viewer.dropped == 0
    assert viewer.link.bitrate == BITRATES[0]


def test_a_viewer_that_acknowledges_nothing_gets_little_and_then_a_packet_now_and_then() -> None:
    viewer = Viewer()
    viewer.play(5)
    viewer.is_stuck = True
    before = viewer.sent
    viewer.play(1)
    assert (viewer.sent - before) * FRAME_MS <= MAX_UNHEARD_MS + 100
    stuck = viewer.sent
    viewer.play(10)
    assert 3 <= viewer.sent - stuck <= 6
    assert viewer.link.bitrate == BITRATES[-1]
    viewer.is_stuck = False
    viewer.play(1)
    dropped = viewer.dropped
    viewer.play(1)
    assert viewer.dropped == dropped


def test_a_queue_on_the_link_lowers_the_rate_step_by_step_and_it_rises_again() -> None:
    viewer = Viewer(0.02)
    viewer.play(3)
    viewer.delay = 0.25
    seen = set()
    for _ in range(30):
        viewer.play(0.1)
        seen.add(viewer.link.bitrate)
    assert seen == set(BITRATES)
    viewer.delay = 0.02
    viewer.play(5)
    assert viewer.link.bitrate == BITRATES[-1], "not at once"
    viewer.play(40)
    assert viewer.link.bitrate == BITRATES[0]


def test_a_rise_that_was_a_mistake_is_tried_less_often() -> None:
    viewer = Viewer(0.02)
    rises = []
    for _ in range(3000):  # five minutes on a link that has a queue at every rate but the least
        before = viewer.link.bitrate
        viewer.delay = 0.02 if before == BITRATES[-1] or viewer.now < 103 else 0.25
        viewer.play(0.1)
        if viewer.link.bitrate > before:
            rises.append(viewer.now)
    assert 3 <= len(rises) <= 12
    gaps = [later - earlier for earlier, later in itertools.pairwise(rises)]
    assert gaps[-1] > 2 * gaps[0]


def test_sound_yields_to_a_picture_that_fills_the_link() -> None:
    viewer = Viewer()
    viewer.play(1, picture_waits=True)
    viewer.play(5, picture_waits=True)
    assert viewer.link.bitrate == BITRATES[-1]
    viewer.play(60)
    assert viewer.link.bitrate == BITRATES[0]


def test_after_a_silence_what_was_not_acknowledged_before_is_no_obstacle() -> None:
    viewer = Viewer(0.1)
    viewer.play(2.15)
    for _ in range(20):
        viewer.be_silent(2)
        viewer.play(0.1)  # too short for an acknowledgement
    assert viewer.dropped == 0


def test_an_acknowledgement_of_what_was_not_sent_counts_nothing() -> None:
    link = Link(FRAME_MS)
    assert link.send(1.0, False) == 0
    assert [link.acknowledge(number, 1.1) for number in (5, -1, 0, 0)] == [False, False, True, False]
