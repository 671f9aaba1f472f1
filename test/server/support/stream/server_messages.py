"""Strategies for what a server may send, written from RFC 6143 and rfbproto; pixels are BGRX unless said otherwise."""

from __future__ import annotations

import struct
from collections.abc import Callable

from hypothesis import strategies as st

HELLO = (
    b"RFB 003.008\n\1\1\0\0\0\0"
    + struct.pack(">HHBBBBHHHBBB3xI", 64, 48, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0, 4)
    + b"Desk"
)
PIXEL = 4


def rectangle(encoding: int, width: int, height: int, content: bytes) -> bytes:
    return struct.pack(">HHHHi", 0, 0, width, height, encoding) + content


def _filled(size: int) -> st.SearchStrategy[bytes]:
    """A content of that many bytes; what they are must not matter, so they look like cut texts."""
    return st.sampled_from([b"\3\0\0\0\0\0\0\1", b"\0", b"\3", b"\xff"]).map(lambda data: (data * size)[:size])


def _of_size(encoding: int, size: Callable[[int, int], int]) -> st.SearchStrategy[bytes]:
    shape = st.tuples(st.integers(0, 40), st.integers(0, 40))
    return shape.flatmap(lambda wh: _filled(size(*wh)).map(lambda data: rectangle(encoding, *wh, data)))


def _counted(encoding: int, head: Callable[[int], bytes], each: int, more: int = 0) -> st.SearchStrategy[bytes]:
    return st.integers(0, 40).flatmap(
        lambda count: _filled(count * each + more).map(lambda data: rectangle(encoding, 9, 9, head(count) + data))
    )


def compact(size: int) -> bytes:
    if size < 1 << 7:
        return bytes([size])
    if size < 1 << 14:
        return bytes([size & 0x7F | 0x80, size >> 7])
    return bytes([size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14])


def _u32(size: int) -> bytes:
    return struct.pack(">I", size)


@st.composite
def hextile(draw: st.DrawFn) -> bytes:
    width, height = draw(st.integers(0, 40)), draw(st.integers(0, 40))
    content = b""
    for y in range(0, height, 16):
        for x in range(0, width, 16):
            flags = draw(st.integers(0, 31))
            if flags & 1:
                size = min(16, width - x) * min(16, height - y) * PIXEL
                content += bytes([flags]) + draw(_filled(size))
                continue
            content += bytes([flags]) + draw(_filled(PIXEL * ((flags >> 1 & 1) + (flags >> 2 & 1))))
            if flags & 8:
                count = draw(st.integers(0, 9))
                content += bytes([count]) + draw(_filled(count * (2 + PIXEL * (flags >> 4 & 1))))
    return rectangle(5, width, height, content)


@st.composite
def tight(draw: st.DrawFn, encoding: int = 7) -> bytes:
    width, height = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    kind = draw(st.sampled_from([*range(8), 8, 9] + [10] * (encoding == -260)))
    content = bytes([kind << 4 | draw(st.integers(0, 15))])
    length = draw(st.sampled_from([0, 1, 127, 128, 16383, 16384, 70000]))
    if kind == 8:
        return rectangle(encoding, width, height, content + draw(_filled(3)))
    if kind in (9, 10):
        return rectangle(encoding, width, height, content + compact(length) + draw(_filled(length)))
    size = width * height * 3
    if kind & 4:
        chosen = draw(st.integers(0, 2))
        content += bytes([chosen])
        if chosen == 1:
            colours = draw(st.integers(1, 256))
            content += bytes([colours - 1]) + draw(_filled(3 * colours))
            size = (width + 7) // 8 * height if colours <= 2 else width * height
    content += draw(_filled(size)) if size < 12 else compact(length) + draw(_filled(length))
    return rectangle(encoding, width, height, content)


RECTANGLES = {
    "Raw": _of_size(0, lambda w, h: w * h * PIXEL),
    "CopyRect": _of_size(1, lambda w, h: 4),
    "RRE": _counted(2, _u32, PIXEL + 8, PIXEL),
    "CoRRE": _counted(4, _u32, PIXEL + 4, PIXEL),
    "Hextile": hextile(),
    "zlib": _counted(6, _u32, 1),
    "Tight": tight(),
    "Tight PNG": tight(-260),
    "ZRLE": _counted(16, _u32, 1),
    "H.264": _counted(50, lambda size: struct.pack(">II", size, 3), 1),
    "Cursor": _of_size(-239, lambda w, h: w * h * PIXEL + (w + 7) // 8 * h),
    "XCursor": _of_size(-240, lambda w, h: (6 + 2 * ((w + 7) // 8) * h) if w * h else 0),
    "VMware's cursor": _of_size(0x574D5664, lambda w, h: 2 + w * h * 8).map(lambda data: data[:12] + b"\0" + data[13:]),
    "VMware's alpha": _of_size(0x574D5664, lambda w, h: 2 + w * h * 4).map(lambda data: data[:12] + b"\1" + data[13:]),
    "DesktopSize": _of_size(-223, lambda w, h: 0),
    "ExtendedDesktopSize": _counted(-308, lambda count: bytes([count, 0, 0, 0]), 16),
    "DesktopName": _counted(-307, _u32, 1),
    "QEMU LED state": _of_size(-261, lambda w, h: 1),
    "QEMU key": _of_size(-258, lambda w, h: 0),
    "extended mouse": _of_size(-316, lambda w, h: 0),
}

LAST = rectangle(-224, 0, 0, b"")
any_rectangles = st.lists(st.one_of(*RECTANGLES.values()), max_size=5)

OTHERS = {
    "FramebufferUpdate": any_rectangles.map(lambda some: struct.pack(">BxH", 0, len(some)) + b"".join(some)),
    "update of unknown length": any_rectangles.map(lambda some: b"\0\0\xff\xff" + b"".join(some) + LAST),
    "SetColourMapEntries": st.integers(0, 40).flatmap(
        lambda count: _filled(6 * count).map(lambda data: struct.pack(">BxHH", 1, 0, count) + data)
    ),
    "Bell": st.just(b"\2"),
    "EndOfContinuousUpdates": st.just(b"\x96"),
    "ServerFence": st.binary(max_size=64).map(lambda data: struct.pack(">B3xIB", 248, 1, len(data)) + data),
    "xvp": st.just(b"\xfa\0\1\0"),
    "clipboard caps": st.just(struct.pack(">B3xiII", 3, -8, 31 << 24 | 1, 0)),
    "clipboard request": st.just(struct.pack(">B3xiI", 3, -4, 1 << 25 | 1)),
    "clipboard peek": st.just(struct.pack(">B3xiI", 3, -4, 1 << 26)),
}
"""Messages that tell nothing of the clipboard."""

CUT_TEXTS = {
    "ServerCutText": st.binary(max_size=300).map(lambda data: struct.pack(">B3xi", 3, len(data)) + data),
    "clipboard notify": st.just(struct.pack(">B3xiI", 3, -4, 1 << 27 | 1)),
    "clipboard provide": st.binary(max_size=300).map(
        lambda data: struct.pack(">B3xiI", 3, -4 - len(data), 1 << 28 | 1) + data
    ),
}
