"""An X display from a client's side: its cookie, screenshots, the session's scale."""

from __future__ import annotations

import io
import os
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from ..options import MAX_SCALE, MIN_SCALE

if TYPE_CHECKING:
    import xcffib
    from PIL.Image import Image

    from .x_connection import XConnection

COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"
COOKIE_BYTES = 16
FAMILY_WILD = 0xFFFF
FAMILY_LOCAL = 256
"""Xauthority's address families (X11/Xauth.h): one matches every host, the other has a host's name as its address."""


def write_cookie(path: Path) -> None:
    """Write a fresh MIT-MAGIC-COOKIE-1 to ``path`` (0600).

    It has one record for every display and host, and one for this host: python-xlib, and so PyAutoGUI and pynput,
    ignore the first. An empty display number matches all.
    """
    cookie = os.urandom(COOKIE_BYTES)
    records = _record(FAMILY_WILD, b"", cookie) + _record(FAMILY_LOCAL, os.fsencode(socket.gethostname()), cookie)
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(records)


def _record(family: int, address: bytes, cookie: bytes) -> bytes:
    """Return a record of an Xauthority file: family, address, display, name, data, each with its length as 16 bits
    big-endian (libXau, AuWrite.c)."""
    fields = (address, b"", COOKIE_NAME, cookie)
    return struct.pack(">H", family) + b"".join(struct.pack(">H", len(each)) + each for each in fields)


def connect(display: str, xauthority: Path, reply_seconds: float | None = None) -> XConnection:
    """Connect to ``display`` with the cookie in ``xauthority``; raise ``xcffib.ConnectionException`` on failure.

    The connection ignores the grabs of others, and ends if an answer takes longer than ``reply_seconds``, by default
    `x_connection.REPLY_SECONDS`. The cookie is handed over through the C library, because
    ``xcffib.Connection(auth=…)`` of version 1.13 passes freed memory.
    """
    import xcffib  # takes 40 ms, needed by some callers only

    from .x_connection import REPLY_SECONDS, XConnection

    ffi = xcffib.ffi
    name = ffi.new("char[]", COOKIE_NAME)
    data = ffi.new("char[]", xauthority.read_bytes()[-COOKIE_BYTES:])
    auth = ffi.new("xcb_auth_info_t *")
    auth.name, auth.namelen = name, len(COOKIE_NAME)
    auth.data, auth.datalen = data, COOKIE_BYTES
    return XConnection(display, auth, reply_seconds or REPLY_SECONDS)


def picture(display: str, xauthority: Path) -> Image:
    """Return a display's whole screen (8 bits RGB)."""
    import xcffib.xproto as xproto
    from PIL import Image as images

    connection = connect(display, xauthority)
    try:
        root = connection.get_setup().roots[0].root
        size = connection.core.GetGeometry(root).reply()
        everything = (0, 0, size.width, size.height, 0xFFFFFFFF)
        pixels = connection.core.GetImage(xproto.ImageFormat.ZPixmap, root, *everything).reply().data.buf()
    finally:
        connection.disconnect()
    # A screen of depth 24 has 32 bits a pixel, blue first on every little-endian machine.
    return images.frombuffer("RGB", (size.width, size.height), bytes(pixels), "raw", "BGRX", 0, 1)


def png(image: Image) -> bytes:
    """Return a picture as a PNG."""
    encoded = io.BytesIO()
    image.save(encoded, "PNG", compress_level=1)
    return encoded.getvalue()


SCALE_PROPERTY = "_JUPYTER_VNC_SCALE"
"""The root window's property that holds the scale in percent (CARDINAL, 32 bits); whoever runs the session obeys."""

MAX_RESOURCE_BYTES = 1 << 20
"""The largest resource database that is changed."""


def set_scale(display: str, xauthority: Path, percent: int) -> None:
    """Ask for a scale of the session in percent."""
    import xcffib.xproto as xproto

    connection = connect(display, xauthority)
    try:
        root, atom = connection.get_setup().roots[0].root, intern_atom(connection, SCALE_PROPERTY)
        value = struct.pack("=I", percent)
        connection.core.ChangeProperty(xproto.PropMode.Replace, root, atom, xproto.Atom.CARDINAL, 32, 1, value)
        connection.core.GetInputFocus().reply()
    finally:
        connection.disconnect()


def scale_of(connection: xcffib.Connection) -> int | None:
    """Return the scale in percent that was asked for; ``None`` if there is none, or one out of range."""
    import xcffib.xproto as xproto

    root, atom = connection.get_setup().roots[0].root, intern_atom(connection, SCALE_PROPERTY)
    reply = connection.core.GetProperty(False, root, atom, xproto.Atom.CARDINAL, 0, 1).reply()
    percent = struct.unpack("=I", reply.value.buf())[0] if reply.value_len == 1 and reply.format == 32 else 0
    return percent if MIN_SCALE <= percent <= MAX_SCALE else None


def intern_atom(connection: xcffib.Connection, name: str) -> int:
    """Return the atom of a name."""
    return int(connection.core.InternAtom(False, len(name), name).reply().atom)
