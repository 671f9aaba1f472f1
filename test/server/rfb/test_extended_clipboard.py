"""Extended Clipboard: text in UTF-8, when it is asked for."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.stream.clients import EXTENDED_CLIPBOARD, clipboard, provided, ready

from jupyter_vnc_proxy.rfb import extended_clipboard
from jupyter_vnc_proxy.rfb.events import (
    ClipboardCapabilities,
    ClipboardNotify,
    ClipboardPeek,
    ClipboardRequest,
    ClipboardText,
    Event,
)


def heard(data: bytes) -> list[Event]:
    return ready(EXTENDED_CLIPBOARD).receive(data)


def test_capabilities_name_every_action_and_text() -> None:
    assert extended_clipboard.caps() == b"\x03\0\0\0" + b"\xff\xff\xff\xf8" + b"\x1f\0\0\x01" + b"\0\0\0\0"
    assert extended_clipboard.caps(0x1000)[-4:] == b"\0\0\x10\0"


def test_messages_without_content_are_four_bytes_below_zero() -> None:
    head = b"\x03\0\0\0" + b"\xff\xff\xff\xfc"
    assert extended_clipboard.request() == head + b"\x02\0\0\x01"
    assert extended_clipboard.peek() == head + b"\x04\0\0\0"
    assert extended_clipboard.notify() == head + b"\x08\0\0\x01"
    assert extended_clipboard.notify(False) == head + b"\x08\0\0\0"


def unpacked(message: bytes) -> bytes:
    """Return the text of a *provide* as it is on the wire."""
    kind, length, flags = struct.unpack_from(">B3xiI", message)
    assert (kind, -length, flags) == (3, len(message) - 8, 0x10000001)
    content = zlib.decompress(message[12:])
    assert struct.unpack_from(">I", content) == (len(content) - 4,)
    return content[4:]


def test_our_text_goes_out_in_utf_8_with_crlf_and_a_nul() -> None:
    assert unpacked(extended_clipboard.provide("a\nbé\r\n🦊")) == "a\r\nbé\r\n🦊\0".encode()
    assert unpacked(extended_clipboard.provide("")) == b"\0"


def test_a_lone_surrogate_does_not_hold_up_the_rest() -> None:
    assert unpacked(extended_clipboard.provide("a\ud800b")) == b"a?b\0"


def test_too_long_a_text_is_not_sent() -> None:
    longest = "x" * (extended_clipboard.MAX_TEXT_BYTES - 1)
    assert len(unpacked(extended_clipboard.provide(longest))) == extended_clipboard.MAX_TEXT_BYTES
    with pytest.raises(ValueError, match="clipboard"):
        extended_clipboard.provide(longest + "x")


@pytest.mark.parametrize(
    ("data", "event"),
    [
        (clipboard(25), ClipboardRequest()),
        (clipboard(26, formats=0), ClipboardPeek()),
        (clipboard(27), ClipboardNotify()),
        (clipboard(24, formats=1, content=b"\0\0\0\0"), ClipboardCapabilities(0)),
        (clipboard(24, formats=0b101, content=b"\0\x01\0\0" + b"\0\0\0\x09"), ClipboardCapabilities(65536)),
        (clipboard(24, formats=0b100, content=b"\0\0\0\x09"), ClipboardCapabilities(0)),
        (provided("é\r\n🦊\0".encode()), ClipboardText("é\n🦊")),
        (provided(b"no nul"), ClipboardText("no nul")),
        (provided(b"old\rmac\0"), ClipboardText("old\nmac")),
        (provided(b"\0"), ClipboardText("")),
        (provided(b""), ClipboardText("")),
        (provided(b"a\xffb\0"), ClipboardText("a\N{REPLACEMENT CHARACTER}b")),
    ],
)
def test_what_the_client_says_becomes_its_event(data: bytes, event: Event) -> None:
    assert heard(data) == [event]


def test_novnc_says_all_actions_when_it_tells_its_capabilities() -> None:
    novnc = b"\x06\0\0\0" + b"\xff\xff\xff\xf8" + b"\x1f\0\0\x01" + b"\0\0\0\0"
    assert heard(novnc) == [ClipboardCapabilities(0)]


@pytest.mark.parametrize("action", [25, 27, 28])
def test_what_is_not_about_text_says_nothing(action: int) -> None:
    assert heard(clipboard(action, formats=0b110)) == []


def test_other_formats_after_the_text_are_left_alone() -> None:
    content = struct.pack(">I", 3) + b"hi\0" + struct.pack(">I", 5) + b"{\\rtf"
    assert heard(clipboard(28, formats=3, content=zlib.compress(content))) == [ClipboardText("hi")]


def test_a_stream_without_its_end_is_enough() -> None:
    stream = zlib.compressobj()
    content = stream.compress(struct.pack(">I", 3) + b"hi\0") + stream.flush(zlib.Z_SYNC_FLUSH)
    assert heard(clipboard(28, content=content)) == [ClipboardText("hi")]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    message = extended_clipboard.provide(text)
    assert heard(b"\x06" + message[1:]) == [ClipboardText(text)]
