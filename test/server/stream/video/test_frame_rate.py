"""The frame rate of an encoder that can't make its frames small enough."""

from __future__ import annotations

from support.stream.links import FakeLink

from jupyter_vnc_proxy.stream.video.encoder_profile import MAX_FPS


def test_frames_become_fewer_while_the_encoder_cannot_make_them_smaller() -> None:
    link = FakeLink(2_000, 0.1, min_frame_kilobits=60)
    link.play(3)
    assert 15 < link.play(3).fps < 35
    assert link.age_quantile(0.95) < 0.2
    link.min_frame_kilobits = 2
    link.kbps = 8_000
    assert link.play(2).fps == MAX_FPS
