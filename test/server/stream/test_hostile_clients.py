"""Clients that send garbage, too much, or in any pieces: the result is the same events, or ``ProtocolError``."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.stream.clients import (
    EXTENDED_CLIPBOARD,
    HELLO,
    clipboard,
    cut_text,
    fence,
    in_pieces,
    pointer,
    provided,
    qemu_key,
    ready,
    set_encodings,
)

from jupyter_vnc_proxy.rfb.errors import ProtocolError
from jupyter_vnc_proxy.rfb.events import (
    ClipboardText,
    ClipboardTooLong,
    EncodingsChanged,
    Event,
    KeyEvent,
    SetDesktopSize,
)
from jupyter_vnc_proxy.rfb.server_protocol import MAX_CUT_TEXT_BYTES, MAX_SKIPPED_BYTES, ServerProtocol

KEY = b"\x04\x01\x00\x00\x00\x00\x00\x61"

RGB565 = b"\x10\x10\x00\x01\x00\x1f\x00\x3f\x00\x1f\x0b\x05\x00\x00\x00\x00"


def pixel_format(**changes: int) -> bytes:
    """Return SetPixelFormat with fields changed; ``b7=1`` changes the byte at 7."""
    data = bytearray(b"\x00abc\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00\x00\x00\x00")
    for name, value in changes.items():
        data[int(name.removeprefix("b"))] = value
    return bytes(data)


NONSENSE = {
    "an unknown message": b"\x01",
    "an unknown QEMU message": b"\xff\x01",
    "a pixel of 24 bits": pixel_format(b4=24),
    "a pixel of 0 bits": pixel_format(b4=0),
    "a depth of 0": pixel_format(b5=0),
    "a depth above the pixel's bits": pixel_format(b5=33),
    "a colour map": pixel_format(b7=0),
    "more than 8 bits of a colour": pixel_format(b8=1),
    "a largest value that is no row of ones": pixel_format(b9=254),
    "a colour beyond the pixel": pixel_format(b14=25),
    "colours that overlap": pixel_format(b14=7),
    "a fence of 65 bytes": fence(0, b"", length=65),
    "a cut text of 4 GB": b"\x06\x00\x00\x00\xff\xff\xff\xff",
    "a cut text of 2 GB": b"\x06\x00\x00\x00\x7f\xff\xff\xff",
    "a cut text of exactly 2 GB": b"\x06\x00\x00\x00\x80\x00\x00\x00",
    "an extended clipboard that nobody agreed on": clipboard(25),
}


@pytest.mark.parametrize("data", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_refused_as_soon_as_it_is_seen_and_ever_after(data: bytes) -> None:
    protocol = ready()
    for piece in (data, KEY, b""):
        with pytest.raises(ProtocolError):
            protocol.receive(piece)


def test_an_absurd_length_is_absurd_with_the_extended_clipboard_too() -> None:
    with pytest.raises(ProtocolError, match="268435457"):
        ready(EXTENDED_CLIPBOARD).receive(struct.pack(">B3xi", 6, -MAX_SKIPPED_BYTES - 1))


def test_too_long_a_cut_text_is_dropped_without_keeping_it() -> None:
    protocol = ready()
    length = MAX_CUT_TEXT_BYTES + 1
    tracemalloc.start()
    try:
        assert protocol.receive(struct.pack(">B3xI", 6, length)) == [ClipboardTooLong(length)]
        chunk = bytes(64 * 1024)
        for _ in range(length // len(chunk)):
            assert protocol.receive(chunk) == []
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    rest = length % len(chunk)
    assert protocol.receive(bytes(rest) + KEY) == [KeyEvent(0x61, True)]


def test_the_longest_cut_text_is_kept() -> None:
    [event] = ready().receive(cut_text(b"x" * MAX_CUT_TEXT_BYTES))
    assert isinstance(event, ClipboardText)
    assert len(event.text) == MAX_CUT_TEXT_BYTES


def test_many_screens_are_counted_by_a_byte() -> None:
    [event] = ready().receive(struct.pack(">BxHHBx", 251, 1, 1, 255) + bytes(16 * 255))
    assert isinstance(event, SetDesktopSize)
    assert len(event.screens) == 255


def test_a_million_messages_leave_nothing_behind_and_take_their_time_once() -> None:
    protocol = ready(-316)
    chunk = (KEY + pointer(0x80, 1, 2, 3)) * 4000
    began = time.process_time()
    total = sum(len(protocol.receive(chunk)) for _ in range(125))
    assert total == 1_000_000
    assert time.process_time() - began < 30, "it is about 3; quadratic would be hours"
    assert len(protocol._in) == 0


def test_a_long_message_in_many_pieces_takes_linear_time() -> None:
    protocol = ready()
    message = cut_text(bytes(1 << 18))
    pieces = [message[at : at + 4] for at in range(0, 8 + (1 << 18), 4)]
    began = time.process_time()
    assert len(in_pieces(protocol, pieces)) == 1
    assert time.process_time() - began < 20


def test_a_zip_bomb_is_inflated_no_further_than_the_longest_text() -> None:
    protocol = ready(EXTENDED_CLIPBOARD)
    bomb = provided(bytes(1 << 28), size=16)
    tracemalloc.start()
    try:
        [event] = protocol.receive(bomb)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    assert event == ClipboardText("\0" * 15)


def test_a_bomb_that_says_how_large_it_is_is_not_inflated() -> None:
    protocol = ready(EXTENDED_CLIPBOARD)
    assert protocol.receive(provided(bytes(1 << 25)) + KEY) == [ClipboardTooLong(1 << 25), KeyEvent(0x61, True)]


BROKEN = {
    "no flags": cut_text(b"\0\0\0", extended=True),
    "two actions": cut_text(struct.pack(">I", 3 << 25 | 1), extended=True),
    "no action": clipboard(0),
    "an unknown action": clipboard(30),
    "capabilities without sizes": clipboard(24, formats=3, content=b"\0\0\0\0"),
    "what is no zlib": clipboard(28, content=b"hello"),
    "an empty stream": clipboard(28, content=b""),
    "no size": clipboard(28, content=zlib.compress(b"\0\0")),
    "less text than it says": provided(b"hi\0", size=4),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_clipboard_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        ready(EXTENDED_CLIPBOARD).receive(data)


def valid_messages() -> st.SearchStrategy[bytes]:
    u8, u16, u32 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32))
    encodings = st.lists(st.sampled_from([0, 7, 50, -26, -256, EXTENDED_CLIPBOARD, 0x574D5664]), max_size=9)
    return st.one_of(
        st.builds(lambda down, keysym: struct.pack(">BB2xI", 4, down, keysym), u8, u32),
        st.builds(lambda mask, x, y: pointer(mask, x, y), u8, u16, u16),
        st.builds(lambda some: set_encodings(*some, EXTENDED_CLIPBOARD), encodings),
        st.builds(lambda flag, *area: struct.pack(">BBHHHH", 3, flag, *area), u8, u16, u16, u16, u16),
        st.builds(lambda flag, *area: struct.pack(">BBHHHH", 150, flag, *area), u8, u16, u16, u16, u16),
        st.builds(cut_text, st.binary(max_size=40)),
        st.builds(lambda text: provided(text.encode() + b"\0"), st.text(max_size=40)),
        st.builds(clipboard, st.sampled_from([25, 26, 27]), u16),
        st.builds(fence, u32, st.binary(max_size=64)),
        st.builds(qemu_key, u32, st.booleans(), u32),
        st.builds(lambda w, h, n: struct.pack(">BxHHBx", 251, w, h, n) + bytes(16 * n), u16, u16, st.integers(0, 3)),
        st.sampled_from([pixel_format(), b"\x00abc" + RGB565]),
    )


@st.composite
def cut_anywhere(draw: st.DrawFn, data: bytes) -> list[bytes]:
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=20)))
    return [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@settings(max_examples=300)
@given(st.data(), st.lists(valid_messages(), max_size=12))
def test_any_cut_of_the_bytes_gives_the_same_events(data: st.DataObject, sent: list[bytes]) -> None:
    stream = HELLO + set_encodings(EXTENDED_CLIPBOARD) + b"".join(sent)
    whole, cut = ServerProtocol("desk", 1, 1), ServerProtocol("desk", 1, 1)
    expected = whole.receive(stream)
    assert in_pieces(cut, data.draw(cut_anywhere(stream))) == expected
    assert cut.take() == whole.take()
    assert (cut.pixel_format, cut.encodings) == (whole.pixel_format, whole.encodings)
    assert len(expected) >= 2


def until_refused(protocol: ServerProtocol, pieces: list[bytes]) -> Iterator[Event | str]:
    """Yield the events, then what was said against the bytes."""
    try:
        for piece in pieces:
            yield from protocol.receive(piece)
    except ProtocolError as error:
        yield str(error)


@settings(max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=300).map(lambda data: HELLO + data),
        st.builds(
            lambda messages, garbage: HELLO + set_encodings(-316, EXTENDED_CLIPBOARD) + b"".join(messages) + garbage,
            st.lists(valid_messages(), max_size=3),
            st.binary(max_size=300),
        ),
    )
)
@example(HELLO + b"\x06\x00\x00\x00\x0f\xff\xff\xff" + bytes(100))
def test_garbage_raises_nothing_but_a_protocol_error_and_the_same_one_for_any_cut(garbage: bytes) -> None:
    protocol = ServerProtocol("desk", 1, 1)
    try:
        whole: list[Event] | str = protocol.receive(garbage)
    except ProtocolError as error:
        whole = str(error)
    singly = list(until_refused(ServerProtocol("desk", 1, 1), [garbage[at : at + 1] for at in range(len(garbage))]))
    assert singly == whole if isinstance(whole, list) else singly[-1] == whole


@given(st.lists(st.binary(max_size=2000), max_size=20))
def test_what_is_kept_of_garbage_is_no_more_than_was_sent(pieces: list[bytes]) -> None:
    protocol = ready(EXTENDED_CLIPBOARD)
    for event in until_refused(protocol, pieces):
        if isinstance(event, EncodingsChanged):
            assert len(event.encodings) <= sum(map(len, pieces)) // 4
    assert len(protocol._in) <= sum(map(len, pieces))
