"""A desktop that is a session on another machine, or on this one: FreeRDP's client takes the place of a session."""

from __future__ import annotations

import ipaddress
import sys
from typing import Literal

from ..options import DesktopOptions
from .base import Backend, Field, Paths, Program, Step
from .stream import StreamBackend
from .x11vnc import X11vncBackend

XFREERDP = Program(
    ("xfreerdp3", "xfreerdp"),
    "the RDP client",
    {"apt": "freerdp2-x11", "dnf": "freerdp", "conda": "freerdp"},
)
XTERM = Program(
    ("xterm",),
    "where the RDP client asks for name, password and trust",
    {"apt": "xterm", "dnf": "xterm", "conda": "xterm"},
)

HOST_PATTERN = r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)(:[0-9]{1,5})?"
"""A name or an IPv4 address, or an IPv6 address in brackets; then a port or not. No word that begins like a switch."""

MAX_NAME, MAX_LABEL = 253, 63
"""Characters of a host's name and of each of its parts (RFC 1035)."""


def check_host(text: str) -> None:
    """Raise `ValueError` where ``text``, which fits the pattern, is no host all the same."""
    host, _, port = text.rpartition(":") if not text.endswith("]") and ":" in text else (text, "", "")
    if port and not 0 < int(port) < 1 << 16:
        raise ValueError("a port is a number from 1 to 65535")
    if host.startswith("["):
        ipaddress.IPv6Address(host[1:-1])
    elif len(host) > MAX_NAME or not all(0 < len(label) <= MAX_LABEL for label in host.split(".")):
        raise ValueError("this is no name of a host")


HOST = Field(
    "rdp_host",
    "RDP host",
    "The machine to connect to, as in pc.example.org, 192.0.2.7:3389 or [2001:db8::7]:3389.",
    required=True,
    pattern=HOST_PATTERN,
    check=check_host,
)


class RdpBackend:
    """An RDP session, shown by the stream server or, where that can't run, by x11vnc."""

    name = "rdp"
    title = "RDP"
    transports: tuple[str, ...] = ("direct",)
    fields: tuple[Field, ...] = (HOST,)

    def _shown_by(self, options: DesktopOptions) -> Backend:
        stream = StreamBackend()
        return stream if all(program.find() for program in stream.programs(options)) else X11vncBackend()

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs that must be there."""
        return [*self._shown_by(options).programs(options), XFREERDP, XTERM]

    def resize(self, options: DesktopOptions) -> Literal["rfb", "rest"]:
        """Return who changes the size of what shows it."""
        return self._shown_by(options).resize(options)

    def speaks(self, options: DesktopOptions) -> Literal["rfb", "websocket"]:
        """Return what is spoken on ``rfb.sock``."""
        return "rfb"

    def raw_socket(self, options: DesktopOptions) -> str:
        """Return the name of the socket that speaks plain RFB in any case."""
        return "rfb.sock"

    def steps(self, options: DesktopOptions, paths: Paths) -> list[Step]:
        """Return what shows it, and a terminal in which our own program starts the client, as the session."""
        client = XFREERDP.find() or XFREERDP.names[-1]
        run = (
            sys.executable,
            "-m",
            "jupyter_vnc_proxy.backends.programs.rdp_client",
            "--client",
            client,
            "--",
            HOST.value(options),
        )
        terminal = ("xterm", "-title", "RDP", "-geometry", "100x30", "-e", *run)
        return [
            *self._shown_by(options).steps(options, paths),
            Step("session", terminal, ("display",), umask=-1, session="rdp"),
        ]
