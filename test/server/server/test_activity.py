"""What a person does, seen in a viewer's bytes, however they are cut."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_vnc_proxy.server.activity import LONGEST_HEAD, ClientMessages

HANDSHAKE = b"RFB 003.008\n\1\1"


def fixed(kind: int, length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length - 1, max_size=length - 1).map(lambda rest: bytes([kind]) + rest)


ENCODINGS = st.lists(st.binary(min_size=4, max_size=4), max_size=5)
SCREENS = st.lists(st.binary(min_size=16, max_size=16), max_size=3)

MACHINE = {
    "SetPixelFormat": fixed(0, 20),
    "SetEncodings": ENCODINGS.map(lambda each: struct.pack(">BxH", 2, len(each)) + b"".join(each)),
    "FramebufferUpdateRequest": fixed(3, 10),
    "EnableContinuousUpdates": fixed(150, 10),
    "ClientFence": st.binary(max_size=64).map(lambda data: struct.pack(">BxxxIB", 248, 1, len(data)) + data),
    "xvp": fixed(250, 4),
    "SetDesktopSize": SCREENS.map(
        lambda each: struct.pack(">BxHHBx", 251, 800, 600, len(each)) + b"".join(each),
    ),
}
HUMAN = {
    "KeyEvent": fixed(4, 8),
    "PointerEvent": st.tuples(st.integers(0, 127), st.binary(min_size=4, max_size=4)).map(
        lambda event: bytes([5, event[0]]) + event[1]
    ),
    "ExtendedPointerEvent": st.tuples(st.integers(128, 255), st.binary(min_size=5, max_size=5)).map(
        lambda event: bytes([5, event[0]]) + event[1]
    ),
    "ClientCutText": st.binary(max_size=64).map(lambda text: struct.pack(">Bxxxi", 6, len(text)) + text),
    "ExtendedClipboard": st.binary(min_size=4, max_size=64).map(
        lambda text: struct.pack(">Bxxxi", 6, -len(text)) + text
    ),
    "QemuExtendedKey": st.binary(min_size=10, max_size=10).map(lambda rest: b"\xff\0" + rest),
}
ANY_MACHINE = st.one_of(*MACHINE.values())
ANY = st.one_of(*MACHINE.values(), *HUMAN.values())


def ready() -> ClientMessages:
    messages = ClientMessages()
    assert not messages.feed(HANDSHAKE)
    return messages


@pytest.mark.parametrize("name", MACHINE)
@given(data=st.data())
def test_what_a_viewer_does_by_itself_does_not_count(name: str, data: st.DataObject) -> None:
    messages = ready()
    for message in data.draw(st.lists(MACHINE[name], min_size=1, max_size=4)):
        assert not messages.feed(message)
    assert messages.feed(b"\4" + bytes(7)), "it is still in step"


@pytest.mark.parametrize("name", HUMAN)
@given(data=st.data())
def test_what_a_person_does_counts_and_the_next_message_is_found(name: str, data: st.DataObject) -> None:
    messages = ready()
    assert messages.feed(data.draw(HUMAN[name]))
    assert not messages.feed(data.draw(ANY_MACHINE))
    assert messages.feed(data.draw(HUMAN[name]))


@given(st.lists(ANY, max_size=12))
def test_single_bytes_give_the_same_answer_as_the_whole(sequence: list[bytes]) -> None:
    stream = HANDSHAKE + b"".join(sequence)
    whole, pieces = ClientMessages(), ClientMessages()
    human = whole.feed(stream)
    assert human == (sum(pieces.feed(bytes([byte])) for byte in stream) > 0)
    assert human == any(message[0] in (4, 5, 6, 255) for message in sequence)


@given(st.lists(ANY, max_size=8), st.data())
def test_a_message_counts_in_the_piece_that_completes_its_head_and_only_there(
    sequence: list[bytes], data: st.DataObject
) -> None:
    stream = HANDSHAKE + b"".join(sequence)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    messages, counted = ClientMessages(), 0
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        counted += messages.feed(stream[start:end])
    assert counted <= sum(message[0] in (4, 5, 6, 255) for message in sequence)


@pytest.mark.parametrize("unknown", [b"\1", b"\7", b"\x63", b"\xfe", b"\xff\1"])
def test_after_an_unknown_message_everything_counts(unknown: bytes) -> None:
    messages = ready()
    assert messages.feed(unknown)
    assert messages.feed(b"\3" + bytes(9))
    assert messages.feed(b"\0")


@given(st.binary(max_size=4096))
def test_any_bytes_are_taken_in_and_little_is_kept(stream: bytes) -> None:
    messages = ready()
    for start in range(0, len(stream), 7):
        messages.feed(stream[start : start + 7])
        assert len(messages._head) <= LONGEST_HEAD


def test_a_long_clipboard_is_skipped_without_being_kept() -> None:
    messages = ready()
    assert messages.feed(struct.pack(">Bxxxi", 6, 100_000_000))
    for _ in range(100):
        assert not messages.feed(bytes(1_000_000))
        assert len(messages._head) <= LONGEST_HEAD
    assert not messages.feed(b"\3" + bytes(9))


def test_nothing_is_nobody() -> None:
    assert not ClientMessages().feed(b"")
    assert not ready().feed(b"")
