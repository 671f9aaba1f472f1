"""The detector of motion and rest on the screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jupyter_vnc_proxy.stream.picture.change_rate import MIN_MOTION_SHARE, REST_SECONDS
from jupyter_vnc_proxy.stream.video.motion_detector import (
    LARGE_CHANGE_TIMEOUT_SECONDS,
    UNDAMAGED_SECONDS,
    MotionDetector,
)

FRAME = 1 / 60


def play(motion: MotionDetector, seconds: float, share: float, begin: float = 0.0, pause: float = FRAME) -> list[float]:
    """Change a share of the screen every ``pause`` seconds; return when motion began."""
    times = [begin + step * pause for step in range(round(seconds / pause))]
    return [now for now in times if motion.changed(now, share)]


def test_a_playing_video_starts_motion_soon_and_once() -> None:
    began = play(MotionDetector(), 10, 0.5)
    assert len(began) == 1
    assert began[0] <= 0.1


def test_typing_never_starts_motion() -> None:
    assert play(MotionDetector(), 60, 0.002) == []


def test_a_menu_now_and_then_does_not_start_motion() -> None:
    assert play(MotionDetector(), 60, 0.5, pause=0.25) == []


def test_motion_ends_after_a_rest_and_can_begin_again() -> None:
    motion = MotionDetector()
    play(motion, 1, 0.5)
    assert motion.active
    assert motion.rest_at() >= 1 - FRAME + REST_SECONDS - 1e-9
    motion.damaged(5.0, 0.5)
    motion.frame_encoded(5.0)
    assert motion.rest_at() == 5.0 + REST_SECONDS
    motion.stop()
    assert not motion.active
    assert len(play(motion, 1, 0.5, begin=100)) == 1


def test_damage_prolongs_motion_only_if_it_counts_as_a_change() -> None:
    motion = MotionDetector()
    play(motion, 1, 0.5)
    before = motion.rest_at()
    motion.damaged(5.0, 0.5)
    assert motion.rest_at() == before
    motion.damaged(5.0, 0.5, is_change=True)
    assert motion.rest_at() == 5.0 + REST_SECONDS


def test_frames_of_a_screen_that_nobody_draws_on_do_not_prolong_motion() -> None:
    motion = MotionDetector()
    play(motion, 1, 0.5)
    for step in range(30):
        motion.damaged(1 + step * FRAME, 0.0)
        motion.frame_encoded(1 + step * FRAME)
    assert motion.rest_at() <= 1 + UNDAMAGED_SECONDS < 1 + LARGE_CHANGE_TIMEOUT_SECONDS


def test_small_changes_do_not_prolong_motion() -> None:
    motion = MotionDetector()
    play(motion, 1, 0.5)
    for step in range(120):
        motion.damaged(1 + step * FRAME, 0.01)
        motion.frame_encoded(1 + step * FRAME)
    assert motion.rest_at() < 1 + LARGE_CHANGE_TIMEOUT_SECONDS


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, MIN_MOTION_SHARE * 0.99)), max_size=200))
def test_small_changes_alone_never_start_motion(changes: list[tuple[float, float]]) -> None:
    motion, now = MotionDetector(), 0.0
    for pause, share in changes:
        now += pause
        assert not motion.changed(now, share)
    assert not motion.active
