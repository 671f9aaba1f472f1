"""What a server sends, split wherever it is cut, without the clipboard's texts."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.stream.client_messages import cut_anywhere
from support.stream.clients import HELLO as CLIENT_HELLO
from support.stream.clients import clipboard, set_encodings
from support.stream.server_messages import CUT_TEXTS, HELLO, OTHERS, RECTANGLES, rectangle
from support.stream.server_models import CLIPBOARD, MOUSE

from jupyter_vnc_proxy.rfb.errors import ProtocolError
from jupyter_vnc_proxy.rfb.filters.client_filter import ClientFilter, UnknownMessageError
from jupyter_vnc_proxy.rfb.filters.server_filter import ServerFilter
from jupyter_vnc_proxy.rfb.pixel_format import NATIVE
from jupyter_vnc_proxy.rfb.rights import Right
from jupyter_vnc_proxy.stream.picture.encoders.table import ENCODERS

SECRET = struct.pack(">B3xi", 3, 6) + b"secret"
BGR233 = struct.pack(">B3xBBBBHHHBBB3x", 0, 8, 8, 0, 1, 7, 7, 3, 0, 3, 6)
NO_OUT = Right.ALL & ~Right.CLIPBOARD_OUT
REQUEST = b"\3\1\0\0\0\0\0\1\0\1"


def connected(rights: Right = NO_OUT) -> tuple[ClientFilter, ServerFilter]:
    """Return the two filters of a connection after its handshake."""
    client = ClientFilter(rights)
    server = ServerFilter(client)
    client.feed(CLIENT_HELLO)
    assert server.feed(HELLO) == HELLO
    return client, server


@settings(max_examples=150)
@given(
    data=st.data(),
    messages=st.lists(
        st.one_of(
            st.one_of(*OTHERS.values()).map(lambda message: (message, True)),
            st.one_of(*CUT_TEXTS.values()).map(lambda message: (message, False)),
        ),
        max_size=8,
    ),
)
def test_all_but_the_clipboard_passes_wherever_it_is_cut(
    data: st.DataObject, messages: list[tuple[bytes, bool]]
) -> None:
    stream = HELLO + b"".join(message for message, _ in messages)
    kept = HELLO + b"".join(message for message, keep in messages if keep)
    for chunks in (data.draw(cut_anywhere(stream)), [stream]):
        client = ClientFilter(NO_OUT)
        server = ServerFilter(client)
        client.feed(CLIENT_HELLO)
        found = b""
        for chunk in chunks:
            found += server.feed(chunk)
            assert len(server._splitter._unsplit) < 24
        assert found == kept


@pytest.mark.parametrize("name", RECTANGLES)
@given(data=st.data())
def test_each_rectangle_ends_where_the_next_one_begins(name: str, data: st.DataObject) -> None:
    update = b"\0\0\0\2" + data.draw(RECTANGLES[name]) * 2
    _, server = connected()
    assert b"".join(server.feed(bytes([byte])) for byte in update + SECRET + b"\2") == update + b"\2"


@pytest.mark.parametrize("number", ENCODERS)
@given(seed=st.integers(0, 1000), width=st.integers(1, 150), height=st.integers(1, 90), lossy=st.booleans())
@settings(max_examples=30)
def test_what_our_encoders_make_is_measured(number: int, seed: int, width: int, height: int, lossy: bool) -> None:
    pixels = np.random.default_rng(seed).integers(0, [2, 40, 256][seed % 3], (height, width, 4), np.uint8)
    encoder = ENCODERS[number]()
    content = encoder.encode_lossy(pixels, 5)[0] if lossy else encoder.encode(pixels, NATIVE)
    update = b"\0\0\0\1" + rectangle(number, width, height, content)
    _, server = connected()
    assert server.feed(update + SECRET + update[:4]) == update + update[:4]


def test_with_the_right_texts_pass_and_one_that_has_begun_goes_on_as_it_began() -> None:
    client, server = connected(Right.VIEW | Right.CLIPBOARD_OUT)
    assert server.feed(SECRET[:10]) == SECRET[:10]
    client.rights = Right.VIEW
    assert server.feed(SECRET[10:] + SECRET[:9]) == SECRET[10:]
    client.rights = Right.ALL
    assert server.feed(SECRET[9:] + b"\2") == b"\2"


@pytest.mark.parametrize("version", [3, 7])
def test_older_versions_that_the_client_chooses_are_followed(version: int) -> None:
    client = ClientFilter(Right.VIEW)
    server = ServerFilter(client)
    client.feed(b"RFB 003.%03d\n" % version)
    hello = HELLO[:12] + (b"\0\0\0\1" if version == 3 else b"\1\1") + HELLO[18:]
    assert server.feed(hello + SECRET + b"\2") == hello + b"\2"


def test_what_the_server_confirms_the_client_may_use() -> None:
    client, server = connected()
    announcement = set_encodings(0, MOUSE, CLIPBOARD)
    assert client.feed(announcement).data == announcement
    assert client.feed(clipboard(24, content=bytes(4))).data == b""
    server.feed(struct.pack(">B3xiII", 3, -8, 31 << 24 | 1, 0) + b"\0\0\0\1" + rectangle(MOUSE, 0, 0, b""))
    assert client.server_supports == {MOUSE, CLIPBOARD}
    for message in (clipboard(24, content=bytes(4)), clipboard(28, content=b"text")):
        assert client.feed(message).data == message
    assert client.feed(clipboard(25)).data == b""


def test_only_what_can_be_measured_is_announced() -> None:
    client, _ = connected()
    assert client.feed(set_encodings(21, 7, 8, -305, -256, -255, -314, 16)).data == set_encodings(7, -255, 16)


def test_small_pixels_are_measured_if_they_are_requested_before_the_first_update() -> None:
    client, server = connected()
    assert client.feed(BGR233 + REQUEST).data == BGR233 + REQUEST
    update = b"\0\0\0\1" + rectangle(0, 3, 3, bytes(9))
    assert server.feed(update + SECRET + b"\2") == update + b"\2"
    assert client.feed(BGR233).data == BGR233
    with pytest.raises(UnknownMessageError, match="changed the size of pixels"):
        client.feed(b"\0\0\0\0" + NATIVE.pack())


@pytest.mark.parametrize(
    "pixels",
    [
        struct.pack(">BBBBHHHBBB3x", 32, 32, 0, 1, 255, 255, 255, 16, 8, 0),
        struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 17, 8, 0),
        struct.pack(">BBBBHHHBBB3x", 8, 8, 0, 0, 7, 7, 3, 0, 3, 6),
    ],
    ids=["depth 32", "no bytes", "colour map"],
)
def test_a_format_that_servers_measure_differently_is_refused(pixels: bytes) -> None:
    client, _ = connected()
    with pytest.raises(UnknownMessageError, match="can't be measured"):
        client.feed(b"\0\0\0\0" + pixels)


@pytest.mark.parametrize(
    "data",
    [
        b"\x07",
        b"\0\0\0\1" + rectangle(21, 1, 1, b""),
        b"\0\0\0\1" + rectangle(7, 1, 1, b"\xb0"),
        b"\3\0\0\0\xff\xff\xff\xfd",
        b"\3\0\0\0\xff\xff\xff\xfc\0\0\0\0",
    ],
    ids=["type", "encoding", "Tight", "flags", "action"],
)
def test_what_cannot_be_split_ends_the_connection(data: bytes) -> None:
    _, server = connected()
    for chunk in (b"\2" + data, b"\2"):
        with pytest.raises(ProtocolError):
            server.feed(chunk)


def test_a_server_is_followed_from_the_beginning_only() -> None:
    client = ClientFilter(Right.VIEW)
    client.feed(CLIENT_HELLO)
    with pytest.raises(ValueError, match="from the beginning"):
        ServerFilter(client)
