"""What a client may send, by its rights, to a server that reads whatever it reads."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.stream.client_messages import AUTOMATIC, HANDSHAKES, OF_A_PERSON, Message, any_message, cut_anywhere
from support.stream.clients import HELLO, clipboard, cut_text, fence, pointer, qemu_key, set_encodings
from support.stream.server_models import CLIPBOARD, MODELS, MOUSE, ServerModel

from jupyter_vnc_proxy.rfb.client_messages import MessageKind
from jupyter_vnc_proxy.rfb.client_stream import MAX_WHOLE_BYTES
from jupyter_vnc_proxy.rfb.filters.client_filter import ClientFilter, UnknownMessageError
from jupyter_vnc_proxy.rfb.rights import Right

KEY = b"\4\1\0\0\0\0\0a"
KEY_UP = b"\4\0\0\0\0\0\0a"
REQUEST = b"\3\1\0\0\0\0\0\1\0\1"
LONG_TEXT = cut_text(bytes(MAX_WHOLE_BYTES + 100))
RELATIVE = 0x4A565052
SCREEN = struct.pack(">BxHHBxIHHHHI", 251, 800, 600, 1, 0, 0, 0, 800, 600, 0)


def ready(rights: Right, *encodings: int, supports: tuple[int, ...] = ()) -> ClientFilter:
    """Return a filter after the handshake and the announcement of encodings."""
    client = ClientFilter(rights, supports)
    client.feed(HELLO + set_encodings(*encodings))
    return client


# -- what passes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("handshake", HANDSHAKES.values(), ids=HANDSHAKES)
@given(data=st.data(), messages=st.lists(any_message, max_size=12))
def test_with_all_rights_all_passes(handshake: list[Message], data: st.DataObject, messages: list[Message]) -> None:
    hello = b"".join(each for _, each in handshake).replace(b"005", b"003")
    stream = hello + set_encodings(CLIPBOARD, MOUSE, 0x1234) + b"".join(message for _, message in messages)
    client = ClientFilter(Right.ALL)
    assert b"".join(client.feed(piece).data for piece in data.draw(cut_anywhere(stream))) == stream


RIGHTS_OF = {
    "KeyEvent": Right.KEYS,
    "QEMU extended key": Right.KEYS,
    "xvp": Right.KEYS,
    "PointerEvent": Right.POINTER,
    "extended PointerEvent": Right.POINTER,
    "ClientCutText": Right.CLIPBOARD_IN,
    "clipboard notify": Right.CLIPBOARD_IN,
    "clipboard provide": Right.CLIPBOARD_IN,
    "clipboard request": Right.CLIPBOARD_OUT,
    "clipboard peek": Right.CLIPBOARD_OUT,
    "SetDesktopSize": Right.RESIZE,
    "FramebufferUpdateRequest": Right.SEE,
    "EnableContinuousUpdates": Right.SEE,
}


@pytest.mark.parametrize("name", RIGHTS_OF)
@given(data=st.data())
def test_each_message_needs_its_right_and_no_other(name: str, data: st.DataObject) -> None:
    _, message = data.draw({**AUTOMATIC, **OF_A_PERSON}[name])
    right = RIGHTS_OF[name]
    client = ready(Right.CLIPBOARD_OUT, CLIPBOARD, MOUSE, supports=(CLIPBOARD, MOUSE))
    client.rights = right
    assert client.feed(message).data == message
    client.rights = Right.ALL & ~right
    assert client.feed(message).data == b""


@pytest.mark.parametrize("name", ["gii version", "gii events", "QEMU audio on", "QEMU audio format"])
@given(data=st.data())
def test_what_servers_read_differently_needs_all_rights(name: str, data: st.DataObject) -> None:
    _, message = data.draw({**AUTOMATIC, **OF_A_PERSON}[name])
    client = ready(Right.ALL & ~Right.RESIZE)
    assert client.feed(message + KEY).data == KEY


@pytest.mark.parametrize(
    ("rights", "passes"),
    [(Right.SEE, False), (Right.SEE | Right.CLIPBOARD_IN, True), (Right.SEE | Right.CLIPBOARD_OUT, True)],
)
def test_clipboard_capabilities_serve_either_direction(rights: Right, passes: bool) -> None:
    client = ready(Right.ALL, CLIPBOARD, supports=(CLIPBOARD,))
    client.rights = rights
    caps = clipboard(24, content=bytes(4))
    assert client.feed(caps).data == caps * passes


def test_the_order_is_kept_around_what_is_dropped() -> None:
    client = ready(Right.VIEW)
    stream = REQUEST + KEY + pointer(1, 2, 3) + fence(1, b"a") + cut_text(b"text") + SCREEN + REQUEST
    assert client.feed(stream).data == REQUEST + fence(1, b"a") + REQUEST


def test_a_viewer_never_disconnects_others() -> None:
    exclusive = HELLO[:-1] + b"\0"
    assert ClientFilter(Right.VIEW).feed(exclusive).data == HELLO
    assert ClientFilter(Right.ALL).feed(exclusive).data == exclusive


@pytest.mark.parametrize(("version", "written"), [(b"3.889", b"3.008"), (b"3.005", b"3.003"), (b"3.007", b"3.007")])
def test_a_version_becomes_one_that_every_server_knows(version: bytes, written: bytes) -> None:
    sent, expected = (b"RFB 00" + each + b"\n" for each in (version, written))
    assert ClientFilter(Right.VIEW).feed(sent).data == expected


def test_what_a_person_does_counts_only_if_it_passes() -> None:
    client = ready(Right.VIEW | Right.POINTER)
    assert not client.feed(KEY).human
    assert not client.feed(REQUEST).human
    assert client.feed(KEY + pointer(0, 1, 1)).human


# -- long texts -------------------------------------------------------------------------------------------------------


def pieces_of(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 10_000] for at in range(0, len(data), 10_000))


@pytest.mark.parametrize(("rights", "passes"), [(Right.CLIPBOARD_IN, True), (Right.VIEW, False)])
def test_a_long_text_is_forwarded_or_dropped_in_pieces(rights: Right, passes: bool) -> None:
    client = ready(rights)
    found = []
    for data in pieces_of(LONG_TEXT):
        found.append(client.feed(data).data)
        assert len(client._splitter._unsplit) == 0
    assert b"".join(found) == LONG_TEXT * passes
    assert client.feed(cut_text(b"short")).data == cut_text(b"short") * passes


def test_a_long_text_that_has_begun_is_forwarded_to_its_end_and_one_that_was_dropped_stays_dropped() -> None:
    client = ready(Right.CLIPBOARD_IN)
    begun = client.feed(LONG_TEXT[:1000]).data
    client.rights = Right.VIEW
    assert begun + client.feed(LONG_TEXT[1000:] + cut_text(b"next")).data == LONG_TEXT
    client.feed(LONG_TEXT[:1000])
    client.rights = Right.CLIPBOARD_IN
    assert client.feed(LONG_TEXT[1000:] + cut_text(b"next")).data == cut_text(b"next")


# -- what is held when rights are withdrawn ---------------------------------------------------------------------------


def test_keys_and_buttons_are_released_where_they_are() -> None:
    client = ready(Right.ALL)
    client.feed(KEY + b"\4\1\0\0\0\0\0b" + qemu_key(0xFFE1, True, 42) + pointer(5, 300, 200))
    client.feed(b"\4\0\0\0\0\0\0b" + pointer(5, 310, 210))
    assert client.release() == b""
    client.rights = Right.VIEW
    assert client.release() == KEY_UP + qemu_key(0xFFE1, False, 42) + pointer(0, 310, 210)
    assert client.release() == b""
    assert client.feed(KEY_UP + pointer(0, 0, 0)).data == b""


def test_only_what_has_no_right_any_more_is_released() -> None:
    client = ready(Right.ALL)
    client.feed(KEY + pointer(1, 3, 4))
    client.rights = Right.ALL & ~Right.POINTER
    assert client.release() == pointer(0, 3, 4)
    client.rights = Right.VIEW
    assert client.release() == KEY_UP


def test_a_button_that_was_released_and_keys_that_were_dropped_are_not_held() -> None:
    client = ready(Right.VIEW | Right.POINTER)
    client.feed(KEY + pointer(1, 3, 4) + pointer(0, 3, 4))
    client.rights = Right.VIEW
    assert client.release() == b""


def test_the_eighth_and_ninth_buttons_are_released_too() -> None:
    client = ready(Right.ALL, MOUSE, supports=(MOUSE,))
    client.feed(pointer(0x80, 3, 4, 2))
    client.rights = Right.VIEW
    assert client.release() == pointer(0, 3, 4)


def test_buttons_of_a_relative_pointer_are_released_without_a_motion() -> None:
    client = ready(Right.ALL, RELATIVE)
    client.feed(pointer(1, 0x7FFF + 300, 0x7FFF))
    client.rights = Right.VIEW
    assert client.release() == pointer(0, 0x7FFF, 0x7FFF)


@pytest.mark.parametrize("rights", [Right.VIEW, Right.ALL & ~Right.POINTER])
def test_who_may_not_move_the_pointer_moves_it_by_no_motion_either(rights: Right) -> None:
    client = ClientFilter(rights)
    assert client.feed(HELLO + set_encodings(0, RELATIVE)).data.endswith(set_encodings(0))
    assert client.feed(pointer(1, 0x7FFF + 10, 0x7FFF)) == (b"", False)


def test_a_relative_pointer_needs_the_right_alone() -> None:
    client = ClientFilter(Right.VIEW | Right.POINTER)
    client.follow_server()
    assert client.feed(HELLO + set_encodings(0, RELATIVE)).data.endswith(set_encodings(0, RELATIVE))
    motion = pointer(0, 0xFFFF, 0)
    assert client.feed(motion) == (motion, True)


def test_more_keys_than_anybody_has_are_not_kept() -> None:
    client = ready(Right.ALL)
    keys = [struct.pack(">BBxxI", 4, 1, keysym) for keysym in range(1000)]
    found = client.feed(b"".join(keys)).data
    released = [found[at : at + 8] for at in range(0, len(found), 8) if not found[at + 1]]
    client.rights = Right.VIEW
    left = client.release()
    assert len(left) == 128 * 8
    assert b"".join(released) + left == b"".join(struct.pack(">BBxxI", 4, 0, keysym) for keysym in range(1000))


def test_nothing_is_released_in_the_middle_of_a_text_so_the_connection_must_close() -> None:
    client = ready(Right.ALL)
    client.feed(KEY + LONG_TEXT[:1000])
    client.rights = Right.VIEW
    for _ in range(2):
        with pytest.raises(UnknownMessageError, match="long clipboard text"):
            client.release()
    with pytest.raises(UnknownMessageError, match="long clipboard text"):
        client.feed(LONG_TEXT[1000:])


def test_a_text_that_is_dropped_is_no_obstacle() -> None:
    client = ready(Right.ALL & ~Right.CLIPBOARD_IN)
    client.feed(KEY + LONG_TEXT[:1000])
    client.rights = Right.VIEW
    assert client.release() == KEY_UP


# -- what can't be followed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rights", [Right.VIEW, Right.ALL])
@pytest.mark.parametrize("message", [b"\1", b"\xff\7", clipboard(27)], ids=["type", "submessage", "clipboard"])
def test_after_an_unknown_message_nothing_is_forwarded(rights: Right, message: bytes) -> None:
    client = ready(rights)
    for data in (REQUEST + message + REQUEST, REQUEST):
        with pytest.raises(UnknownMessageError, match="can't be checked"):
            client.feed(data)


def test_another_security_type_is_unknown() -> None:
    with pytest.raises(UnknownMessageError, match="authentication"):
        ClientFilter(Right.VIEW).feed(b"RFB 003.008\n\2")


# -- extensions that change lengths -----------------------------------------------------------------------------------


def test_extensions_are_announced_only_to_a_server_that_is_known_to_have_them() -> None:
    announcement = set_encodings(MOUSE, 0, CLIPBOARD)
    rights = Right.ALL & ~Right.RESIZE
    for supports, kept in (((), (0,)), ((MOUSE,), (MOUSE, 0)), ((CLIPBOARD,), (0, CLIPBOARD))):
        assert ClientFilter(rights, supports).feed(HELLO + announcement).data == HELLO + set_encodings(*kept)
    followed = ClientFilter(rights)
    followed.follow_server()
    assert followed.feed(HELLO + announcement).data == HELLO + announcement


def test_without_clipboard_the_extended_one_is_not_announced() -> None:
    client = ClientFilter(Right.VIEW, (CLIPBOARD,))
    assert client.feed(HELLO + set_encodings(0, CLIPBOARD)).data == HELLO + set_encodings(0)


def test_a_key_in_what_may_be_a_pointer_event_does_not_pass() -> None:
    client = ready(Right.VIEW | Right.POINTER, MOUSE)
    assert client.feed(pointer(0x81, 1, 2) + KEY).data == pointer(1, 1, 2)
    client = ready(Right.ALL, MOUSE)
    client.rights = Right.VIEW | Right.POINTER
    assert client.feed(pointer(0x81, 1, 2, 4) + KEY).data == pointer(1, 1, 2)


def test_who_used_an_unconfirmed_extension_must_connect_again_once_rights_are_withdrawn() -> None:
    for message in (pointer(0x80, 1, 2, 4), clipboard(24, content=bytes(4)), fence(0, bytes(65))):
        client = ready(Right.ALL, MOUSE, CLIPBOARD)
        assert client.feed(message).data == message
        client.rights = Right.VIEW
        with pytest.raises(UnknownMessageError, match="connect again"):
            client.release()
        with pytest.raises(UnknownMessageError, match="connect again"):
            client.feed(REQUEST)


_encodings = st.sampled_from(
    [set_encodings(MOUSE, CLIPBOARD), set_encodings(MOUSE), set_encodings(CLIPBOARD), set_encodings(0)]
)
_hidden = st.sampled_from(
    [KEY, pointer(1, 2, 3), cut_text(b"ab"), SCREEN, qemu_key(1, True, 1), clipboard(28), b"\xfa\0\1\2"]
)
_hiding = st.one_of(
    # A server that expects no byte more takes it for the beginning of an update request, which ends in the fence.
    _hidden.map(lambda data: pointer(0x80, 0, 0, 3) + fence(0, data)),
    # A server that expects one begins at the second byte of the fence, with a SetPixelFormat.
    _hidden.map(lambda data: pointer(0x80, 0, 0) + fence(0, bytes(12) + data)),
    # A server that takes a negative length for none begins at the flags: SetEncodings, or a key event.
    _hidden.map(lambda data: clipboard(25, content=bytes(4) + data)),
    _hidden.map(lambda data: clipboard(26, 0, content=bytes(4) + data)),
    _hidden.map(lambda data: cut_text(data)),
    _hidden.map(lambda data: struct.pack(">B3xi", 6, -(1 << 31)) + data),
    _hidden,
)
_any = any_message.map(lambda each: each[1])
hostile = st.tuples(
    st.one_of(st.just(set_encodings(MOUSE, CLIPBOARD)), _encodings),
    st.lists(st.one_of(_hiding, _hiding, _encodings, _any), max_size=8).map(b"".join),
    st.one_of(st.just(b""), st.binary(max_size=40)),
).map(b"".join)
"""What a client may try: true messages, false ones, and messages in messages."""

_some_rights = st.one_of(
    st.just(Right.ALL),
    st.sampled_from(list(Right)).map(lambda missing: Right.ALL & ~missing),
    st.integers(0, 63).map(Right),
)

FORBIDDEN = {
    4: Right.KEYS,
    250: Right.KEYS,
    255: Right.KEYS,
    5: Right.POINTER,
    251: Right.RESIZE,
    3: Right.SEE,
    150: Right.SEE,
}


def needed(message: bytes) -> Right:
    """Return the right that a message which a server reads needs; an incomplete one may lack its flags."""
    if message[0] != 6:
        return FORBIDDEN.get(message[0], Right(0))
    if not message[4] & 0x80:
        return Right.CLIPBOARD_IN
    return {1 << 3: Right.CLIPBOARD_IN, 1 << 4: Right.CLIPBOARD_IN}.get(message[8] if len(message) > 8 else 0, Right(0))


@pytest.mark.parametrize(("mouse", "clipboard_"), MODELS)
@settings(max_examples=100)
@given(data=st.data(), stream=hostile, followed=st.booleans(), first=_some_rights, second=_some_rights)
def test_no_server_reads_a_message_that_is_not_allowed(
    mouse: str, clipboard_: str, data: st.DataObject, stream: bytes, followed: bool, first: Right, second: Right
) -> None:
    """The rights change at any time, from and to any; the server confirms what it supports late or never."""
    server = ServerModel(mouse, clipboard_)
    client = ClientFilter(first)
    if followed:
        client.follow_server()
    chunks = [HELLO, *data.draw(cut_anywhere(stream))]
    change = data.draw(st.integers(1, len(chunks)))
    forwarded = 0
    limits = [(0, first)]
    for number, chunk in enumerate(chunks):
        if number == change:
            client.rights = second
            try:
                released = client.release()
            except UnknownMessageError:
                break
            server.read(released)
            forwarded += len(released)
            limits.append((forwarded, second))
        try:
            passed = client.feed(chunk).data
        except UnknownMessageError:
            break
        server.read(passed)
        forwarded += len(passed)
        if followed and data.draw(st.booleans()):
            client.server_supports |= server.supports
    for at, message in server.begun:
        rights = next(rights for begin, rights in reversed(limits) if at >= begin)
        assert needed(message) in rights, f"{message!r} at {at}"


def test_the_models_would_see_a_message_that_hides() -> None:
    """Without the filter, what is tried above does reach the server."""
    server = ServerModel("no", "none")
    server.read(HELLO + set_encodings(MOUSE, CLIPBOARD) + clipboard(24, content=b"") + fence(1, b"x"))
    assert [message[0] for _, message in server.begun] == [2, 6]
    server = ServerModel("no", "yes")
    server.read(HELLO + set_encodings(MOUSE) + pointer(0x80, 0, 0, 4) + KEY[1:])
    assert [message[0] for _, message in server.begun] == [2, 5, 4]


def test_kinds_that_need_rights_are_complete() -> None:
    """A kind that is added to the table must be thought about here."""
    from jupyter_vnc_proxy.rfb.filters.client_filter import NEEDED

    free = {"VERSION", "SECURITY_TYPE", "CLIENT_INIT", "SET_PIXEL_FORMAT", "SET_ENCODINGS", "CLIPBOARD_CAPS", "FENCE"}
    assert {kind.name for kind in MessageKind} - {kind.name for kind in NEEDED} == free | {"UNKNOWN"}


def _size(width: int, height: int, *screens: tuple[int, int, int, int, int]) -> bytes:
    head = struct.pack(">BxHHBx", 251, width, height, len(screens))
    return head + b"".join(struct.pack(">IHHHHI", *screen, 0) for screen in screens)


@pytest.mark.parametrize(
    "request_",
    [
        _size(800, 600),
        _size(800, 600, (0, 0, 0, 0, 600)),
        _size(0, 600, (0, 0, 0, 0, 600)),
        _size(800, 600, (0, 1, 0, 800, 600)),
        _size(60000, 600, (0, 0, 0, 60000, 600)),
        _size(800, 600, (1, 0, 0, 400, 600), (1, 400, 0, 400, 600)),
        _size(800, 600, (1, 0, 0, 401, 600), (2, 400, 0, 400, 600)),
        _size(1700, 600, *((each, each * 100, 0, 100, 600) for each in range(17))),
    ],
    ids=["no screen", "empty", "no width", "outside", "too large", "same id", "overlap", "too many"],
)
def test_an_impossible_layout_of_screens_is_not_forwarded(request_: bytes) -> None:
    filter_ = ready(Right.ALL)
    assert filter_.feed(request_).data == b""


def test_several_screens_are_forwarded_unless_the_size_is_fixed() -> None:
    filter_ = ready(Right.ALL)
    request = _size(1700, 700, (1, 0, 0, 900, 700), (2, 900, 0, 800, 600))
    assert filter_.feed(request).data == request
    filter_.is_size_fixed = lambda: True
    assert filter_.feed(request).data == b""
    filter_.is_size_fixed = lambda: False
    assert filter_.feed(request).data == request
