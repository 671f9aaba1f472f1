"""Strategies for a client's messages, with the kind of each; fields are arbitrary unless they matter."""

from __future__ import annotations

import struct
from collections.abc import Callable

from hypothesis import strategies as st

from jupyter_vnc_proxy.rfb.client_messages import MessageKind
from support.stream.clients import clipboard, cut_text, fence, set_encodings

Message = tuple[MessageKind, bytes]

EXTENDED_CLIPBOARD, EXTENDED_MOUSE = -1063131698, -316


def fixed(kind: MessageKind, head: bytes, length: int) -> st.SearchStrategy[Message]:
    rest = length - len(head)
    return st.binary(min_size=rest, max_size=rest).map(lambda data: (kind, head + data))


def built(kind: MessageKind, build: Callable[[bytes], bytes], max_size: int = 64) -> st.SearchStrategy[Message]:
    return st.binary(max_size=max_size).map(lambda data: (kind, build(data)))


def gii(submessage: int, data: bytes, big_endian: bool) -> bytes:
    order = ">" if big_endian else "<"
    return bytes([253, submessage | 0x80 * big_endian]) + struct.pack(f"{order}H", len(data)) + data


def screens(count: int) -> bytes:
    """SetDesktopSize with screens side by side."""
    areas = (struct.pack(">IHHHHI", each, each * 100, 0, 100, 600, 0) for each in range(count))
    return struct.pack(">BxHHBx", 251, 800, 600, count) + b"".join(areas)


_K = MessageKind
_some_encodings = st.lists(st.sampled_from([0, 7, 16, 50, -32, -308, -312]), max_size=9)

AUTOMATIC = {
    "SetPixelFormat": fixed(_K.SET_PIXEL_FORMAT, b"\0", 20),
    "SetEncodings": _some_encodings.map(
        lambda some: (_K.SET_ENCODINGS, set_encodings(*some, EXTENDED_CLIPBOARD, EXTENDED_MOUSE))
    ),
    "FramebufferUpdateRequest": fixed(_K.UPDATE_REQUEST, b"\3", 10),
    "EnableContinuousUpdates": fixed(_K.CONTINUOUS_UPDATES, b"\x96", 10),
    "ClientFence": built(_K.FENCE, lambda data: fence(1, data)),
    "xvp": fixed(_K.XVP, b"\xfa", 4),
    "SetDesktopSize": st.integers(1, 3).map(lambda count: (_K.SET_DESKTOP_SIZE, screens(count))),
    "gii version": st.booleans().map(lambda big: (_K.GII_DEVICE, gii(1, b"\0\1", big))),
    "gii device creation": built(_K.GII_DEVICE, lambda data: gii(2, data, True)),
    "gii device destruction": built(_K.GII_DEVICE, lambda data: gii(3, data, False)),
    "QEMU audio on": st.just((_K.QEMU_AUDIO, b"\xff\1\0\0")),
    "QEMU audio off": st.just((_K.QEMU_AUDIO, b"\xff\1\0\1")),
    "QEMU audio format": fixed(_K.QEMU_AUDIO, b"\xff\1\0\2", 10),
    "clipboard caps": built(_K.CLIPBOARD_CAPS, lambda data: clipboard(24, content=data)),
    "clipboard request": st.just((_K.CLIPBOARD_REQUEST, clipboard(25))),
    "clipboard peek": st.just((_K.CLIPBOARD_PEEK, clipboard(26))),
}
"""Messages that a client sends by itself, by name."""

OF_A_PERSON = {
    "KeyEvent": fixed(_K.KEY, b"\4", 8),
    "PointerEvent": st.integers(0, 127).flatmap(lambda mask: fixed(_K.POINTER, bytes([5, mask]), 6)),
    "extended PointerEvent": st.integers(128, 255).flatmap(lambda mask: fixed(_K.POINTER, bytes([5, mask]), 7)),
    "ClientCutText": built(_K.CUT_TEXT, cut_text),
    "clipboard notify": st.just((_K.CLIPBOARD_NOTIFY, clipboard(27))),
    "clipboard provide": built(_K.CLIPBOARD_PROVIDE, lambda data: clipboard(28, content=data)),
    "gii events": st.booleans().flatmap(lambda big: built(_K.GII_EVENTS, lambda data: gii(0, data, big))),
    "QEMU extended key": fixed(_K.QEMU_KEY, b"\xff\0", 12),
}
"""Messages that a person causes, by name. The client must have announced `EXTENDED_CLIPBOARD` and `EXTENDED_MOUSE`."""

HANDSHAKES = {
    "3.3": [(_K.VERSION, b"RFB 003.003\n"), (_K.CLIENT_INIT, b"\1")],
    "3.5, which counts as 3.3": [(_K.VERSION, b"RFB 003.005\n"), (_K.CLIENT_INIT, b"\1")],
    "3.7": [(_K.VERSION, b"RFB 003.007\n"), (_K.SECURITY_TYPE, b"\1"), (_K.CLIENT_INIT, b"\0")],
    "3.8": [(_K.VERSION, b"RFB 003.008\n"), (_K.SECURITY_TYPE, b"\1"), (_K.CLIENT_INIT, b"\1")],
}

ANNOUNCEMENT = set_encodings(EXTENDED_CLIPBOARD, EXTENDED_MOUSE)

any_message = st.one_of(*AUTOMATIC.values(), *OF_A_PERSON.values())


@st.composite
def cut_anywhere(draw: st.DrawFn, data: bytes) -> list[bytes]:
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=20)))
    return [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
