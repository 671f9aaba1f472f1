"""What a client sends, split into messages however it is cut."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.stream.client_messages import (
    ANNOUNCEMENT,
    AUTOMATIC,
    EXTENDED_CLIPBOARD,
    EXTENDED_MOUSE,
    HANDSHAKES,
    OF_A_PERSON,
    Message,
    any_message,
    cut_anywhere,
)
from support.stream.clients import HELLO, clipboard, cut_text, pointer, set_encodings

from jupyter_vnc_proxy.rfb.client_messages import MessageKind
from jupyter_vnc_proxy.rfb.client_stream import MAX_WHOLE_BYTES, ClientMessageSplitter, Piece

KEY = b"\4\1\0\0\0\0\0a"


def ready(*encodings: int) -> ClientMessageSplitter:
    """Return a splitter after the handshake and the announcement of encodings."""
    splitter = ClientMessageSplitter()
    splitter.feed(HELLO + set_encodings(*encodings))
    return splitter


def split(splitter: ClientMessageSplitter, pieces: list[bytes]) -> list[Piece]:
    found = []
    for data in pieces:
        found += splitter.feed(data)
        assert len(splitter._unsplit) <= MAX_WHOLE_BYTES
    return found


def whole(messages: list[Message]) -> list[Piece]:
    return [Piece(kind, data) for kind, data in messages]


@pytest.mark.parametrize("handshake", HANDSHAKES.values(), ids=HANDSHAKES)
@settings(max_examples=100)
@given(data=st.data(), messages=st.lists(any_message, max_size=12))
def test_messages_come_whole_wherever_they_are_cut(
    handshake: list[Message], data: st.DataObject, messages: list[Message]
) -> None:
    sent = [*handshake, (MessageKind.SET_ENCODINGS, ANNOUNCEMENT), *messages]
    stream = b"".join(message for _, message in sent)
    assert ClientMessageSplitter().feed(stream) == whole(sent)
    assert split(ClientMessageSplitter(), data.draw(cut_anywhere(stream))) == whole(sent)
    assert split(ClientMessageSplitter(), [bytes([byte]) for byte in stream]) == whole(sent)


@pytest.mark.parametrize("name", [*AUTOMATIC, *OF_A_PERSON])
@given(data=st.data())
def test_each_message_ends_where_the_next_one_begins(name: str, data: st.DataObject) -> None:
    kind, message = data.draw({**AUTOMATIC, **OF_A_PERSON}[name])
    splitter = ready(EXTENDED_CLIPBOARD, EXTENDED_MOUSE)
    assert splitter.feed(message + KEY) == [Piece(kind, message), Piece(MessageKind.KEY, KEY)]


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda data: HELLO + ANNOUNCEMENT + data)))
def test_the_pieces_together_are_what_was_sent(garbage: bytes) -> None:
    splitter = ClientMessageSplitter()
    pieces = split(splitter, [bytes([byte]) for byte in garbage])
    assert b"".join(piece.data for piece in pieces) + splitter._unsplit == garbage
    # Only a text may be longer than a message that is kept whole, and so be unfinished.
    texts = {MessageKind.CUT_TEXT, MessageKind.CLIPBOARD_PROVIDE}
    assert all(piece.kind in {MessageKind.UNKNOWN, *texts} for piece in pieces if not piece.ends)
    assert (splitter.error is not None) == any(piece.kind is MessageKind.UNKNOWN for piece in pieces)
    at_once = ClientMessageSplitter()
    kinds = [piece.kind for piece in at_once.feed(garbage)]
    assert kinds == [piece.kind for piece in pieces if piece.begins]


@pytest.mark.parametrize("extended", [False, True])
def test_a_long_text_passes_in_pieces_and_none_of_it_is_kept(extended: bool) -> None:
    splitter = ready(EXTENDED_CLIPBOARD)
    content = struct.pack(">I", 1 << 28 | 1) + bytes(MAX_WHOLE_BYTES * 3)
    message = cut_text(content, extended=extended)
    chunks = [(message + KEY)[at : at + 10_000] for at in range(0, len(message) + len(KEY), 10_000)]
    pieces = []
    for chunk in chunks:
        pieces += splitter.feed(chunk)
        assert not splitter._unsplit
    kind = MessageKind.CLIPBOARD_PROVIDE if extended else MessageKind.CUT_TEXT
    *parts, key = pieces
    assert {piece.kind for piece in parts} == {kind}
    assert [piece.begins for piece in parts] == [True] + [False] * (len(parts) - 1)
    assert [piece.ends for piece in parts] == [False] * (len(parts) - 1) + [True]
    assert b"".join(piece.data for piece in parts) == message
    assert key == Piece(MessageKind.KEY, KEY)


def test_the_first_piece_of_a_long_text_has_its_length_and_flags() -> None:
    splitter = ready(EXTENDED_CLIPBOARD)
    head = struct.pack(">B3xiI", 6, -(1 << 31), 1 << 28 | 1)
    assert split(splitter, [bytes([byte]) for byte in head]) == [
        Piece(MessageKind.CLIPBOARD_PROVIDE, head, begins=True, ends=False)
    ]


def test_as_many_encodings_as_fit_come_whole() -> None:
    message = set_encodings(*range(-30000, 35535))
    assert ready().feed(message) == [Piece(MessageKind.SET_ENCODINGS, message)]


def test_many_small_pieces_take_linear_time() -> None:
    splitter = ready()
    message = cut_text(bytes(MAX_WHOLE_BYTES - 8))
    began = time.process_time()
    pieces = split(splitter, [message[at : at + 4] for at in range(0, len(message), 4)])
    assert len(pieces) == 1
    assert time.process_time() - began < 20


# -- lengths that client and server must agree on ---------------------------------------------------------------------


def test_the_eighth_button_is_no_sign_of_another_byte_before_it_is_agreed_on() -> None:
    assert ready().feed(pointer(0x80, 1, 2) + KEY) == [
        Piece(MessageKind.POINTER, pointer(0x80, 1, 2)),
        Piece(MessageKind.KEY, KEY),
    ]


def test_what_is_announced_no_more_counts_no_more() -> None:
    splitter = ready(EXTENDED_MOUSE, EXTENDED_CLIPBOARD)
    splitter.feed(set_encodings(0))
    assert len(splitter.feed(pointer(0x80, 1, 2) + KEY)) == 2
    assert [piece.kind for piece in splitter.feed(clipboard(27))] == [MessageKind.UNKNOWN]


def test_a_server_that_lacks_an_extension_reads_shorter_messages() -> None:
    splitter = ClientMessageSplitter(server_supports=())
    splitter.feed(HELLO + ANNOUNCEMENT)
    smuggled = pointer(0x80, 1, 2) + KEY
    assert [piece.kind for piece in splitter.feed(smuggled)] == [MessageKind.POINTER, MessageKind.KEY]
    assert [piece.kind for piece in splitter.feed(clipboard(27))] == [MessageKind.UNKNOWN]


def test_a_server_that_has_one_of_the_extensions_is_followed_in_that_one() -> None:
    splitter = ClientMessageSplitter(server_supports={EXTENDED_MOUSE})
    splitter.feed(HELLO + ANNOUNCEMENT)
    assert [len(piece.data) for piece in splitter.feed(pointer(0x80, 1, 2, 3) + KEY)] == [7, 8]


# -- what can't be split ----------------------------------------------------------------------------------------------

UNKNOWN = {
    "a type that nobody specified": b"\1",
    "UltraVNC's": b"\7",
    "VMware's": b"\xfe",
    "a QEMU submessage": b"\xff\2",
    "a QEMU audio operation": b"\xff\1\0\3",
    "a gii submessage": b"\xfd\4",
    "an extended clipboard that was not announced": clipboard(27),
    "an extended clipboard without flags": b"\6\0\0\0\xff\xff\xff\xfd\0\0\0",
    "two clipboard actions": clipboard(27, formats=1 << 28 | 1),
}


@pytest.mark.parametrize("message", UNKNOWN.values(), ids=UNKNOWN)
def test_from_an_unknown_message_on_all_is_unknown(message: bytes) -> None:
    splitter = ready(*[EXTENDED_CLIPBOARD] * (message != UNKNOWN["an extended clipboard that was not announced"]))
    assert splitter.error is None
    key, first = splitter.feed(KEY + message + b"rest")
    assert key == Piece(MessageKind.KEY, KEY)
    assert first == Piece(MessageKind.UNKNOWN, message + b"rest", begins=True, ends=False)
    assert splitter.error
    assert splitter.feed(KEY) == [Piece(MessageKind.UNKNOWN, KEY, begins=False, ends=False)]


@pytest.mark.parametrize("hello", [b"GET / HTTP/1.1\r\n", b"RFB 004.001\n", b"RFB 003.008\n\2" + bytes(17)])
def test_another_protocol_or_an_authentication_is_unknown(hello: bytes) -> None:
    splitter = ClientMessageSplitter()
    assert splitter.feed(hello)[-1].kind is MessageKind.UNKNOWN
    assert splitter.error
