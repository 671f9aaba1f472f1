"""An X display from a client's side: its cookie, its size, screenshots."""

from __future__ import annotations

import io
import os
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from ..options import MAX_SCALE, MIN_SCALE, Geometry

if TYPE_CHECKING:
    import xcffib
    import xcffib.randr

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


def resize(display: str, xauthority: Path, geometry: Geometry) -> Geometry:
    """Resize a display through RANDR, within its virtual screen; return its new size in pixels."""
    connection = connect(display, xauthority)
    try:
        return set_size(connection, geometry)
    finally:
        connection.disconnect()


def set_size(connection: xcffib.Connection, wanted: Geometry) -> Geometry:
    """Set the first output to a mode of the size ``wanted``, created if necessary, and shrink the screen to it."""
    import xcffib.randr as randr

    root = connection.get_setup().roots[0].root
    extension = connection(randr.key)
    limits = extension.GetScreenSizeRange(root).reply()
    width = max(limits.min_width, min(wanted.width, limits.max_width))
    height = max(limits.min_height, min(wanted.height, limits.max_height))
    # While the server is grabbed, no client sees a screen that is smaller than its output.
    connection.core.GrabServer()
    try:
        resources = extension.GetScreenResources(root).reply()
        output, crtc = resources.outputs[0], resources.crtcs[0]
        now = 0  # CurrentTime
        last_mode = extension.GetCrtcInfo(crtc, now).reply().mode
        mode = _mode(extension, root, resources, width, height)
        extension.AddOutputMode(output, mode)
        extension.SetCrtcConfig(crtc, now, now, 0, 0, 0, randr.Rotation.Rotate_0, 0, []).reply()
        extension.SetScreenSize(root, width, height, _millimetres(width), _millimetres(height))
        extension.SetCrtcConfig(crtc, now, now, 0, 0, mode, randr.Rotation.Rotate_0, 1, [output]).reply()
        if last_mode not in (0, mode, resources.modes[0].id):  # 0: it was off; dragging a window's edge makes hundreds
            extension.DeleteOutputMode(output, last_mode)
            extension.DestroyMode(last_mode)
    finally:
        connection.core.UngrabServer()
        connection.core.GetInputFocus().reply()  # a round trip: requests of a client that disconnects may be dropped
    return Geometry(width, height)


def _mode(
    extension: xcffib.randr.randrExtension,
    root: int,
    resources: xcffib.randr.GetScreenResourcesReply,
    width: int,
    height: int,
) -> int:
    import xcffib.randr as randr

    for mode in resources.modes:
        if (mode.width, mode.height) == (width, height):
            return int(mode.id)
    name = f"{width}x{height}"
    # 60 Hz: some toolkits derive their frame clock from the mode.
    info = randr.ModeInfo.synthetic(0, width, height, width * height * 60, 0, 0, width, 0, 0, 0, height, len(name), 0)
    return int(extension.CreateMode(root, info, len(name), name).reply().mode)


def _millimetres(pixels: int) -> int:
    return round(pixels * 25.4 / 96)


def screenshot(display: str, xauthority: Path) -> bytes:
    """Return a display's whole screen as a PNG (8 bits RGB)."""
    import xcffib.xproto as xproto
    from PIL import Image

    connection = connect(display, xauthority)
    try:
        root = connection.get_setup().roots[0].root
        size = connection.core.GetGeometry(root).reply()
        everything = (0, 0, size.width, size.height, 0xFFFFFFFF)
        pixels = connection.core.GetImage(xproto.ImageFormat.ZPixmap, root, *everything).reply().data.buf()
    finally:
        connection.disconnect()
    # A screen of depth 24 has 32 bits a pixel, blue first on every little-endian machine.
    image = Image.frombuffer("RGB", (size.width, size.height), bytes(pixels), "raw", "BGRX", 0, 1)
    png = io.BytesIO()
    image.save(png, "PNG", compress_level=1)
    return png.getvalue()


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
