"""What a person does, seen in a viewer's bytes, however they are cut."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.stream.client_messages import (
    ANNOUNCEMENT,
    AUTOMATIC,
    OF_A_PERSON,
    Message,
    any_message,
    cut_anywhere,
)
from support.stream.clients import HELLO

from jupyter_vnc_proxy.rfb.client_stream import MAX_WHOLE_BYTES
from jupyter_vnc_proxy.server.activity import PERSON_KINDS, ViewerActivity

ANY_AUTOMATIC = st.one_of(*AUTOMATIC.values())
KEY = b"\4" + bytes(7)


def ready() -> ViewerActivity:
    activity = ViewerActivity()
    assert not activity.feed(HELLO + ANNOUNCEMENT)
    return activity


@pytest.mark.parametrize("name", AUTOMATIC)
@given(data=st.data())
def test_what_a_viewer_does_by_itself_does_not_count(name: str, data: st.DataObject) -> None:
    activity = ready()
    for _, message in data.draw(st.lists(AUTOMATIC[name], min_size=1, max_size=4)):
        assert not activity.feed(message)
    assert activity.feed(KEY), "it is still in step"


@pytest.mark.parametrize("name", OF_A_PERSON)
@given(data=st.data())
def test_what_a_person_does_counts_and_the_next_message_is_found(name: str, data: st.DataObject) -> None:
    activity = ready()
    for strategy, counts in ((OF_A_PERSON[name], True), (ANY_AUTOMATIC, False), (OF_A_PERSON[name], True)):
        _, message = data.draw(strategy)
        assert activity.feed(message) == counts


@given(st.lists(any_message, max_size=12))
def test_single_bytes_give_the_same_answer_as_the_whole(sequence: list[Message]) -> None:
    stream = HELLO + ANNOUNCEMENT + b"".join(message for _, message in sequence)
    whole, pieces = ViewerActivity(), ViewerActivity()
    found = whole.feed(stream)
    assert found == any(pieces.feed(bytes([byte])) for byte in stream)
    assert found == any(kind in PERSON_KINDS for kind, _ in sequence)


@given(st.lists(any_message, max_size=8), st.data())
def test_a_message_counts_once_however_it_is_cut(sequence: list[Message], data: st.DataObject) -> None:
    stream = HELLO + ANNOUNCEMENT + b"".join(message for _, message in sequence)
    activity = ViewerActivity()
    counted = sum(activity.feed(piece) for piece in data.draw(cut_anywhere(stream)))
    assert counted <= sum(kind in PERSON_KINDS for kind, _ in sequence)


@pytest.mark.parametrize("unknown", [b"\1", b"\7", b"\x63", b"\xfe", b"\xff\2", b"\xff\1\0\3", b"\xfd\4"])
def test_a_viewer_that_sends_what_is_unknown_does_not_count_as_active_for_ever(unknown: bytes) -> None:
    activity = ready()
    assert activity.feed(KEY + unknown)
    assert not activity.feed(KEY)
    assert not activity.feed(b"\3" + bytes(9))


def test_sound_over_the_socket_is_no_activity() -> None:
    activity = ready()
    assert not activity.feed(b"\xff\1\0\2\3\2\0\0\xbb\x80" + b"\xff\1\0\0")
    assert not activity.feed(b"\3" + bytes(9))
    assert activity.feed(KEY)


@given(st.binary(max_size=4096))
def test_any_bytes_are_taken_and_little_is_kept(stream: bytes) -> None:
    activity = ready()
    for start in range(0, len(stream), 7):
        activity.feed(stream[start : start + 7])
        assert len(activity._splitter._unsplit) <= MAX_WHOLE_BYTES


def test_a_long_clipboard_counts_once_and_is_not_kept() -> None:
    activity = ready()
    assert activity.feed(struct.pack(">Bxxxi", 6, 100_000_000) + bytes(4))
    for _ in range(99):
        assert not activity.feed(bytes(1_000_000))
        assert not activity._splitter._unsplit
    assert not activity.feed(bytes(1_000_000 - 4) + b"\3" + bytes(9))
    assert activity.feed(KEY)


def test_nothing_is_nobody() -> None:
    assert not ViewerActivity().feed(b"")
    assert not ready().feed(b"")
