"""The handshake, and what a client says after it, byte by byte."""

from __future__ import annotations

import struct

import pytest
from support.stream.clients import HELLO, fence, in_pieces, pointer, qemu_key, ready, set_encodings, singly

from jupyter_vnc_proxy.rfb.errors import ProtocolError
from jupyter_vnc_proxy.rfb.events import (
    ClientReady,
    ClipboardText,
    ContinuousUpdates,
    EncodingsChanged,
    Event,
    Fence,
    KeyEvent,
    Monitor,
    PixelFormatChanged,
    PointerEvent,
    SetDesktopSize,
    UpdateRequested,
)
from jupyter_vnc_proxy.rfb.pixel_format import NATIVE, PixelFormat
from jupyter_vnc_proxy.rfb.server_protocol import ServerProtocol

SERVER_INIT = (
    b"\x05\x00\x02\xd0"  # 1280 x 720
    b"\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00\x00\x00\x00"  # 32 bits, depth 24, BGRX
    b"\x00\x00\x00\x05D\xc3\xa9sk"
)

RGBX = b"\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x00\x08\x10\x00\x00\x00"
"""What noVNC asks for."""


def test_the_server_speaks_first() -> None:
    protocol = ServerProtocol("desk", 1, 1)
    assert protocol.take() == b"RFB 003.008\n"
    assert protocol.take() == b""


def test_version_3_8_is_offered_no_authentication_and_told_that_it_is_done() -> None:
    protocol = ServerProtocol("Désk", 1280, 720)
    protocol.take()
    assert protocol.receive(b"RFB 003.008\n") == []
    assert protocol.take() == b"\x01\x01"
    assert protocol.receive(b"\x01") == []
    assert protocol.take() == b"\x00\x00\x00\x00"
    assert not protocol.ready
    assert protocol.receive(b"\x01") == [ClientReady(shared=True)]
    assert protocol.ready
    assert protocol.take() == SERVER_INIT


def test_version_3_7_gets_no_security_result() -> None:
    protocol = ServerProtocol("Désk", 1280, 720)
    assert protocol.receive(b"RFB 003.007\n\x01\x00") == [ClientReady(shared=False)]
    assert protocol.take() == b"RFB 003.008\n" + b"\x01\x01" + SERVER_INIT


@pytest.mark.parametrize("version", [b"003", b"005", b"006"])
def test_version_3_3_is_told_the_security_type(version: bytes) -> None:
    protocol = ServerProtocol("Désk", 1280, 720)
    assert protocol.receive(b"RFB 003." + version + b"\n\x01") == [ClientReady(shared=True)]
    assert protocol.take() == b"RFB 003.008\n" + b"\x00\x00\x00\x01" + SERVER_INIT


def test_a_later_version_3_counts_as_3_8() -> None:
    protocol = ServerProtocol("Désk", 1280, 720)
    assert protocol.receive(b"RFB 003.889\n\x01\x01") == [ClientReady(shared=True)]
    assert protocol.take() == b"RFB 003.008\n" + b"\x01\x01" + b"\x00\x00\x00\x00" + SERVER_INIT


@pytest.mark.parametrize("version", [b"RFB 004.001\n", b"RFB 003.002\n", b"GET / HTTP/1.1\r\n", b"RFB 003.008\r"])
def test_other_versions_are_sent_away(version: bytes) -> None:
    with pytest.raises(ProtocolError, match="version"):
        ServerProtocol("desk", 1, 1).receive(version)


def test_another_security_type_is_refused_with_a_reason() -> None:
    protocol = ServerProtocol("desk", 1, 1)
    protocol.receive(b"RFB 003.008\n")
    protocol.take()
    with pytest.raises(ProtocolError, match="security type 2"):
        protocol.receive(b"\x02")
    failed, length = struct.unpack_from(">II", reason := protocol.take())
    assert failed == 1
    assert reason[8:] == b"security type 2 was not offered"
    assert length == len(reason) - 8


def test_server_init_tells_the_size_at_its_time() -> None:
    protocol = ServerProtocol("desk", 1280, 720)
    protocol.width, protocol.height = 640, 480
    protocol.receive(HELLO)
    assert struct.pack(">HH", 640, 480) + NATIVE.pack() in protocol.take()


MESSAGES: list[tuple[bytes, Event]] = [
    (b"\x00abc" + RGBX, PixelFormatChanged(PixelFormat(32, 24, False, True, 255, 255, 255, 0, 8, 16))),
    (b"\x02\x00\x00\x00", EncodingsChanged(())),
    (
        b"\x02\x00\x00\x03\x00\x00\x00\x07\xff\xff\xfe\xc4\x57\x4d\x56\x64",
        EncodingsChanged((7, -316, 0x574D5664)),
    ),
    (b"\x03\x01\x00\x01\x00\x02\x01\x00\x02\x00", UpdateRequested(True, 1, 2, 256, 512)),
    (b"\x03\x00\x00\x00\x00\x00\x05\x00\x02\xd0", UpdateRequested(False, 0, 0, 1280, 720)),
    (b"\x04\x01\x00\x00\x00\x00\xff\x0d", KeyEvent(0xFF0D, True, None)),
    (b"\x04\x00\x00\x00\x01\x01\xf6\x00", KeyEvent(0x0101F600, False, None)),
    (b"\x05\x05\x00\x10\x01\x00", PointerEvent(16, 256, 0b101)),
    (b"\x06\x00\x00\x00\x00\x00\x00\x04caf\xe9", ClipboardText("café")),
    (b"\x06\x00\x00\x00\x00\x00\x00\x00", ClipboardText("")),
    (b"\x96\x01\x00\x01\x00\x02\x00\x03\x00\x04", ContinuousUpdates(True, 1, 2, 3, 4)),
    (b"\x96\x00\x00\x00\x00\x00\x00\x00\x00\x00", ContinuousUpdates(False, 0, 0, 0, 0)),
    (b"\xf8\x00\x00\x00\x80\x00\x00\x03\x02hi", Fence(0x80000003, b"hi")),
    (b"\xf8\x00\x00\x00\x00\x00\x00\x00\x00", Fence(0, b"")),
    (b"\xfb\x00\x03\x20\x02\x58\x00\x00", SetDesktopSize(800, 600, ())),
    (
        b"\xfb\x00\x03\x20\x02\x58\x01\x00" + b"\x00\x00\x00\x07\x00\x01\x00\x02\x03\x20\x02\x58\x80\x00\x00\x00",
        SetDesktopSize(800, 600, (Monitor(7, 1, 2, 800, 600, 0x80000000),)),
    ),
    (b"\xff\x00\x00\x01\x00\x00\x00\x41\x00\x00\x00\x1e", KeyEvent(0x41, True, 0x1E)),
    (b"\xff\x00\x00\x00\x00\x00\xff\x53\x00\x00\x00\xcd", KeyEvent(0xFF53, False, 0xCD)),
]


@pytest.mark.parametrize(("data", "event"), MESSAGES)
def test_a_message_becomes_its_event(data: bytes, event: Event) -> None:
    assert ready().receive(data) == [event]


@pytest.mark.parametrize(("data", "event"), MESSAGES)
def test_a_message_in_single_bytes_becomes_its_event_with_the_last(data: bytes, event: Event) -> None:
    protocol = ready()
    assert in_pieces(protocol, singly(data[:-1])) == []
    assert protocol.receive(data[-1:]) == [event]


def test_everything_at_once_with_the_handshake_is_told_in_its_order() -> None:
    together = HELLO + b"".join(data for data, _ in MESSAGES)
    expected = [ClientReady(True), *(event for _, event in MESSAGES)]
    assert ServerProtocol("desk", 1, 1).receive(together) == expected
    assert in_pieces(ServerProtocol("desk", 1, 1), singly(together)) == expected


def test_the_eighth_bit_is_the_back_button_until_more_buttons_are_agreed_on() -> None:
    protocol = ready()
    assert protocol.receive(pointer(0x81, 3, 4) + pointer(0, 3, 4)) == [PointerEvent(3, 4, 0x81), PointerEvent(3, 4, 0)]


@pytest.mark.parametrize(
    ("mask", "more", "buttons"),
    [(0x80, 0, 0), (0x80, 1, 1 << 7), (0x80, 2, 1 << 8), (0xFF, 3, 0x1FF), (0x80, 0xFC, 0), (0x05, None, 5)],
)
def test_more_buttons_come_in_another_byte(mask: int, more: int | None, buttons: int) -> None:
    protocol = ready(-316)
    events = protocol.receive(pointer(mask, 3, 4, more) + pointer(1, 5, 6))
    assert events == [PointerEvent(3, 4, buttons), PointerEvent(5, 6, 1)]


def test_a_scan_code_is_kept_as_it_is_sent() -> None:
    assert ready(-258).receive(qemu_key(0, True, 0xE05B)) == [KeyEvent(0, True, 0xE05B)]


def test_it_remembers_what_the_client_can_do_and_wants() -> None:
    protocol = ready(7, 16, -26, -30, -254)
    assert protocol.encodings == (7, 16, -26, -30, -254)
    assert protocol.supports(16) and not protocol.supports(50)
    assert (protocol.quality_level, protocol.compression_level) == (6, 2), "the one best liked comes first"
    protocol.receive(b"\x00abc" + RGBX)
    assert protocol.pixel_format.red_shift == 0
    protocol.receive(set_encodings())
    asked_for: list[object] = [protocol.encodings, protocol.quality_level, protocol.compression_level]
    assert asked_for == [(), None, None]


@pytest.mark.parametrize(("encoding", "level"), [(-32, 0), (-23, 9), (-33, None), (-22, None)])
def test_quality_levels_have_bounds(encoding: int, level: int | None) -> None:
    assert ready(encoding).quality_level == level


@pytest.mark.parametrize(("encoding", "level"), [(-256, 0), (-247, 9), (-257, None), (-246, None)])
def test_compression_levels_have_bounds(encoding: int, level: int | None) -> None:
    assert ready(encoding).compression_level == level


def test_as_many_encodings_as_fit_are_taken() -> None:
    many = tuple(range(-30000, 35535))
    assert ready().receive(set_encodings(*many)) == [EncodingsChanged(many)]


def test_the_longest_fence_is_taken() -> None:
    assert ready().receive(fence(0, bytes(64))) == [Fence(0, bytes(64))]
