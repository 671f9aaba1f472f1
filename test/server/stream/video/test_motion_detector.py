"""When the screen counts as moving."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jupyter_vnc_proxy.stream.video.motion_detector import LARGE, LINGERS, REST, WINDOW, MotionDetector

FRAME = 1 / 60


def play(motion: MotionDetector, seconds: float, share: float, begin: float = 0.0, pause: float = FRAME) -> list[float]:
    """Let a share of the screen change every ``pause`` seconds; return when motion began."""
    times = [begin + step * pause for step in range(round(seconds / pause))]
    return [now for now in times if motion.changed(now, share)]


def test_a_film_is_motion_soon_after_it_begins_and_begins_once() -> None:
    began = play(MotionDetector(), 10, 0.5)
    assert len(began) == 1
    assert began[0] <= 0.1


def test_typing_is_no_motion_however_long() -> None:
    assert play(MotionDetector(), 60, 0.002) == []


def test_a_menu_now_and_then_is_no_motion() -> None:
    assert play(MotionDetector(), 60, 0.5, pause=0.25) == []


def test_motion_ends_only_after_a_rest_and_can_begin_again() -> None:
    motion = MotionDetector()
    play(motion, 1, 0.5)
    assert motion.active
    assert motion.rest_at() >= 1 - FRAME + REST - 1e-9
    motion.drawn(5.0, 0.5)
    motion.picture(5.0)
    assert motion.rest_at() == 5.0 + REST
    motion.stop()
    assert not motion.active
    assert len(play(motion, 1, 0.5, begin=100)) == 1


def test_what_is_drawn_keeps_motion_alive_only_where_nobody_can_tell_whether_it_is_a_change() -> None:
    motion = MotionDetector()
    play(motion, 1, 0.5)
    before = motion.rest_at()
    motion.drawn(5.0, 0.5)
    assert motion.rest_at() == before
    motion.drawn(5.0, 0.5, is_change=True)
    assert motion.rest_at() == 5.0 + REST


def test_something_small_that_goes_on_moving_keeps_no_film_alive() -> None:
    motion = MotionDetector()
    play(motion, 1, 0.5)
    for step in range(120):
        motion.drawn(1 + step * FRAME, 0.01)
        motion.picture(1 + step * FRAME)
    assert motion.rest_at() < 1 + LINGERS


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, LARGE * 0.99)), max_size=200))
def test_small_changes_alone_never_make_motion(changes: list[tuple[float, float]]) -> None:
    motion, now = MotionDetector(), 0.0
    for pause, share in changes:
        now += pause
        assert not motion.changed(now, share)
    assert not motion.active
    assert WINDOW > 0
