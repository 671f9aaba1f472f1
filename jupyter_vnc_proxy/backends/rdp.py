"""A desktop session on another machine, or on this one, through FreeRDP's client in place of a session."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from ..options import DesktopOptions
from ..system.own_python import own_python
from .base import Backend, Field, Paths, Plan, Program, Step
from .compatibility import PlanMethods
from .stream import StreamBackend
from .x11vnc import X11vncBackend
from .x_servers import MARKED_TEXT

XFREERDP = Program(
    ("xfreerdp3", "xfreerdp"),
    "the RDP client",
    {
        "apt": "freerdp3-x11",
        "apt-bookworm": "freerdp2-x11",
        "apt-jammy": "freerdp2-x11",
        "dnf": "freerdp",
        "conda": "freerdp",
    },
)
XTERM = Program(
    ("xterm",),
    "asks for the RDP user's name, password and trust",
    {"apt": "xterm", "dnf": "xterm"},
)

HOST_PATTERN = r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)(:[0-9]{1,5})?"
"""A host name or an IPv4 address, or an IPv6 address in brackets; optionally a port. Never looks like a switch."""

MAX_NAME_LENGTH, MAX_LABEL_LENGTH = 253, 63
"""Characters of a host name and of each of its labels, at the most (RFC 1035)."""


def check_host(text: str) -> None:
    """Raise `ValueError` if ``text``, which matches the pattern, is not a host."""
    host, _, port = text.rpartition(":") if not text.endswith("]") and ":" in text else (text, "", "")
    if port and not 0 < int(port) < 1 << 16:
        raise ValueError("a port is a number from 1 to 65535")
    if host.startswith("["):
        ipaddress.IPv6Address(host[1:-1])
    elif len(host) > MAX_NAME_LENGTH or not all(0 < len(label) <= MAX_LABEL_LENGTH for label in host.split(".")):
        raise ValueError("it is not a valid host name")


HOST = Field(
    "rdp_host",
    "RDP host",
    "The machine to connect to, as in pc.example.org, 192.0.2.7:3389 or [2001:db8::7]:3389.",
    required=True,
    pattern=HOST_PATTERN,
    check=check_host,
)


class RdpBackend(PlanMethods):
    """An RDP session, shown by the stream server or, if that can't run, by x11vnc."""

    name = "rdp"
    title = "RDP"
    transports: tuple[str, ...] = ("direct",)
    fields: tuple[Field, ...] = (HOST, MARKED_TEXT)

    def _shown_by(self, options: DesktopOptions) -> Backend:
        stream = StreamBackend()
        return stream if all(program.find() for program in stream.programs(options)) else X11vncBackend()

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs that must be installed."""
        return [*self._shown_by(options).programs(options), XFREERDP, XTERM]

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        """Return the plan of the backend that shows it, with a terminal as the session, which runs the RDP client."""
        client = XFREERDP.find() or XFREERDP.names[-1]
        program = own_python("jupyter_vnc_proxy.backends.programs.rdp_client")
        run = (*program, "--client", client, "--", HOST.value(options))
        terminal = ("xterm", "-title", "RDP", "-geometry", "100x30", "-e", *run)
        shown = self._shown_by(options).plan(options, paths)
        session = Step("session", terminal, ("display",), umask=-1, session="rdp")
        return replace(shown, steps=(*shown.steps, session), monitors_through="")  # RDP's window has one
