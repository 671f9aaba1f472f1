"""The types with which a backend describes a desktop: pure data. A backend starts nothing itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from ..options import DesktopOptions
from ..system.environment import search_path
from ..system.packages import install_command
from ..system.process import Ready, Started

DISPLAY = "{display}"
"""Placeholder in an argv for the display's name, as in ``:1``."""

DISPLAY_NUMBER = "{display number}"
"""Placeholder in the argv of an X server for the display that the desktop had before; removed if there is none."""

RFB_SOCKET = "rfb.sock"
VNC_SOCKET = "vnc.sock"
CLIPBOARD_SOCKET = "cut.sock"
PROGRAM_SOCKET = "run.sock"
WINDOW_SOCKET = "win.sock"
"""Names of sockets in a desktop's directory: the one that clients connect to; the VNC server's own if another program
listens on the first; the one for pictures and HTML on the clipboard; the one that starts programs in the session. No
name is longer than the first."""

StepName = Literal["display", "session", "vnc", "websockify"]


@dataclass(frozen=True)
class Program:
    """A required program: ``names`` are alternatives; ``packages`` maps an installer to its package."""

    names: tuple[str, ...]
    purpose: str
    packages: Mapping[str, str] = field(default_factory=dict)

    @property
    def obstacle(self) -> str:
        """The requirement that no package can meet, as a sentence without its full stop; usually empty."""
        return ""

    def find(self) -> str | None:
        """Return the path of the first alternative that a desktop's programs would find, or ``None``."""
        path = search_path(os.environ.get("PATH", ""))
        return next(filter(None, (shutil.which(name, path=path) for name in self.names)), None)

    def install_command(self) -> str | None:
        """Return the command that installs it here, or ``None`` if no package has it."""
        return install_command(self.required_packages())

    def required_packages(self) -> Mapping[str, str]:
        """Return the packages to install if `find` returns ``None`` (installer → names)."""
        return self.packages

    def problem(self) -> str | None:
        """Return why an installed program can't be used, as in ``libgbm.so.1 is missing``; else ``None``."""
        return None


@dataclass(frozen=True)
class Field:
    """An option that only this backend has, as data for configuration, REST and forms.

    ``choices`` are the allowed values; ``pattern`` is a regular expression, valid in Python and JavaScript, that the
    whole value must match; ``check`` raises `ValueError` with one sentence for what a pattern can't express. The value
    of a ``secret`` field, such as a password, is never shown, and may not stand in a process's argv: a backend passes
    it in `Step.files`.
    """

    name: str
    label: str
    description: str
    choices: tuple[str, ...] = ()
    default: str = ""
    required: bool = False
    pattern: str = ""
    check: Callable[[str], object] | None = None
    secret: bool = False

    def value(self, options: DesktopOptions) -> str:
        """Return the value in ``options``, or the default."""
        return options.extra.get(self.name) or self.default


@dataclass(frozen=True)
class Paths:
    """The files of one desktop that a backend may name in an argv."""

    directory: Path
    rfb_socket: Path
    xauthority: Path

    @property
    def vnc_socket(self) -> Path:
        """The VNC server's own socket, if another program listens on ``rfb_socket``."""
        return self.directory / VNC_SOCKET

    @property
    def clipboard_socket(self) -> Path:
        """The socket for what the clipboard holds besides text."""
        return self.directory / CLIPBOARD_SOCKET

    @property
    def program_socket(self) -> Path:
        """The socket on which the runner takes programs to start in the session."""
        return self.directory / PROGRAM_SOCKET

    @property
    def window_socket(self) -> Path:
        """The socket on which the runner reports the windows that appear."""
        return self.directory / WINDOW_SOCKET


@dataclass(frozen=True)
class Step:
    """One process of a desktop; it starts when the processes named in ``after`` are ready.

    The ``display`` process writes its display number to the readiness pipe (``-displayfd``). With ``sized`` the runner
    sets the display's size through RANDR before any client connects. A process that includes a desktop session names
    it in ``session``: no other session is started, unless a command is configured, and exit status 0 is a log-out.
    One that ``asks_display`` starts beside the display, whose name it reads from its standard input, in a line.
    ``files`` are written just before the start (mode 0600); ``environment`` extends the environment of all processes.
    """

    name: StepName
    argv: tuple[str, ...]
    after: tuple[StepName, ...] = ()
    ready: Ready = field(default_factory=Started)
    umask: int = 0o077
    sized: bool = False
    asks_display: bool = False
    session: str = ""
    files: Mapping[Path, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """One desktop as its backend makes it: its processes, and the properties of its VNC server and display.

    ``steps``: the processes to start, without the session. ``resize``: ``rfb`` if the VNC server handles RFB's
    SetDesktopSize, ``rest`` if we resize the display; ``resize_through`` then names the way, one of
    `resizing.RESIZERS`. ``speaks``: the protocol on ``rfb.sock``, plain RFB or RFB over WebSocket; ``raw_socket``: the
    name of the socket that always speaks plain RFB. ``x_screenshots``: whether the X display has the whole picture;
    if not, a screenshot is taken as an RFB client. ``full_chroma``: whether the server can send H.264 with full chroma
    (4:4:4) when a client asks for a quality level of 7 or more. ``monitors_through``: how the
    display is divided into several monitors, ``randr``, ``rfb``, or empty if it can't be; ``monitors_socket``: the name
    of the socket for ``rfb``, if it isn't ``raw_socket``.
    """

    steps: tuple[Step, ...]
    resize: Literal["rfb", "rest"] = "rfb"
    resize_through: str = "randr"
    speaks: Literal["rfb", "websocket"] = "rfb"
    raw_socket: str = RFB_SOCKET
    x_screenshots: bool = True
    full_chroma: bool = False
    monitors_through: str = ""
    monitors_socket: str = ""

    def with_arguments(self, step: StepName, *words: str) -> Plan:
        """Return the plan with more arguments for one of its processes."""
        steps = (replace(each, argv=(*each.argv, *words)) if each.name == step else each for each in self.steps)
        return replace(self, steps=tuple(steps))

    def properties(self) -> dict[str, Any]:
        """Return everything but the processes, by field: the same fields as in a `DesktopState`."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "steps"}


@runtime_checkable
class BackendBase(Protocol):
    """What every backend has: a name, a title for people, its transports (the first is the default), its options."""

    name: str
    title: str
    transports: tuple[str, ...]
    fields: tuple[Field, ...]

    def programs(self, options: DesktopOptions) -> Iterable[Program]:
        """Return the programs that must be installed."""


@runtime_checkable
class Backend(BackendBase, Protocol):
    """One way to make a desktop. `compatibility.MethodBackend` is the older form, which is still accepted."""

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        """Return the plan of a desktop; raise `VncError` if these options allow none."""
