"""What the server sends, byte by byte."""

from __future__ import annotations

import pytest

from jupyter_vnc_proxy.rfb import encodings, server_messages
from jupyter_vnc_proxy.rfb.events import Monitor

MESSAGES = {
    "an update": (server_messages.update_header(258), b"\x00\x00\x01\x02"),
    "an update without an end": (server_messages.update_header(server_messages.MANY_RECTANGLES), b"\x00\x00\xff\xff"),
    "a rectangle": (server_messages.rectangle(1, 2, 256, 512, 7), b"\0\x01\0\x02\x01\0\x02\0" + b"\0\0\0\x07"),
    "the last rectangle": (server_messages.LAST_RECT, bytes(8) + b"\xff\xff\xff\x20"),
    "CopyRect": (
        server_messages.copy_rect(1, 2, 3, 4, 5, 6),
        b"\0\x01\0\x02\0\x03\0\x04" + b"\0\0\0\x01" + b"\0\x05\0\x06",
    ),
    "H.264": (
        server_messages.h264_rectangle(0, 0, 16, 8, b"\0\0\0\1gX", server_messages.H264_RESET_CONTEXT),
        b"\0\0\0\0\0\x10\0\x08" + b"\0\0\0\x32" + b"\0\0\0\x06" + b"\0\0\0\x01" + b"\0\0\0\1gX",
    ),
    "H.264 that continues": (
        server_messages.h264_rectangle(0, 0, 16, 8, b"x"),
        b"\0\0\0\0\0\x10\0\x08" + b"\0\0\0\x32" + b"\0\0\0\x01" + b"\0\0\0\0" + b"x",
    ),
    "a size with one screen": (
        server_messages.desktop_size(800, 600),
        b"\0\0\0\0\x03\x20\x02\x58" + b"\xff\xff\xfe\xcc" + b"\x01\0\0\0" + b"\0\0\0\0\0\0\0\0\x03\x20\x02\x58\0\0\0\0",
    ),
    "a size that was asked for and refused": (
        server_messages.desktop_size(
            800,
            600,
            reason=server_messages.SIZE_BY_THIS_CLIENT,
            result=server_messages.SIZE_INVALID,
            screens=[Monitor(7, 0, 0, 400, 600), Monitor(8, 400, 0, 400, 600, 0x80000001)],
        ),
        b"\0\x01\0\x03\x03\x20\x02\x58" + b"\xff\xff\xfe\xcc" + b"\x02\0\0\0"
        b"\0\0\0\x07\0\0\0\0\x01\x90\x02\x58\0\0\0\0"
        b"\0\0\0\x08\x01\x90\0\0\x01\x90\x02\x58\x80\0\0\x01",
    ),
    "a size for old clients": (
        server_messages.legacy_desktop_size(800, 600),
        b"\0\0\0\0\x03\x20\x02\x58" + b"\xff\xff\xff\x21",
    ),
    "a name": (server_messages.desktop_name("é"), bytes(8) + b"\xff\xff\xfe\xcd" + b"\0\0\0\x02\xc3\xa9"),
    "lock keys": (
        server_messages.led_state(server_messages.LED_NUM_LOCK | server_messages.LED_CAPS_LOCK),
        bytes(8) + b"\xff\xff\xfe\xfb" + b"\x06",
    ),
    "scan codes are welcome": (server_messages.qemu_key_ack(), bytes(8) + b"\xff\xff\xfe\xfe"),
    "more buttons are welcome": (server_messages.extended_mouse_ack(), bytes(8) + b"\xff\xff\xfe\xc4"),
    "a fence": (
        server_messages.fence(server_messages.FENCE_REQUEST | server_messages.FENCE_BLOCK_BEFORE, b"abc"),
        b"\xf8\0\0\0" + b"\x80\0\0\x01" + b"\x03abc",
    ),
    "the end of continuous updates": (server_messages.end_of_continuous_updates(), b"\x96"),
    "a bell": (server_messages.bell(), b"\x02"),
    "a cut text": (server_messages.server_cut_text("é€\n"), b"\x03\0\0\0" + b"\0\0\0\x03" + b"\xe9?\n"),
}


@pytest.mark.parametrize(("message", "expected"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_has_the_bytes_of_its_specification(message: bytes, expected: bytes) -> None:
    assert message == expected


def test_the_clipboards_number_is_the_signed_one() -> None:
    assert encodings.PSEUDO_EXTENDED_CLIPBOARD == -1063131698


def test_a_fence_carries_no_more_than_64_bytes() -> None:
    assert server_messages.fence(0, bytes(64))[8] == 64
    with pytest.raises(ValueError, match="64"):
        server_messages.fence(0, bytes(65))
