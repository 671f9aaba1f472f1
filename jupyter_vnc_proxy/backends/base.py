"""What a backend says: pure data. It starts nothing itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from ..options import DesktopOptions
from ..system.environment import search_path
from ..system.packages import install_command
from ..system.process import Ready, Started

DISPLAY = "{display}"
"""Stands in an argv for the display's name, as in ``:1``."""

StepName = Literal["display", "session", "vnc", "websockify"]


@dataclass(frozen=True)
class Program:
    """A program that must be there: ``names`` are alternatives; ``packages`` maps an installer to its package."""

    names: tuple[str, ...]
    purpose: str
    packages: Mapping[str, str] = field(default_factory=dict)

    @property
    def obstacle(self) -> str:
        """What stands in the way instead, where no package mends it: a sentence without its end."""
        return ""

    def find(self) -> str | None:
        """Return the path of the first alternative that a desktop's programs would find, or ``None``."""
        path = search_path(os.environ.get("PATH", ""))
        return next(filter(None, (shutil.which(name, path=path) for name in self.names)), None)

    def install_command(self) -> str | None:
        """Return the command that installs it here, or ``None`` where no package has it."""
        return install_command(self.mending())

    def mending(self) -> Mapping[str, str]:
        """Return the packages that bring it, or what it lacks (installer → names)."""
        return self.packages

    def problem(self) -> str | None:
        """Return what is wrong where it is there all the same, as in ``libgbm.so.1 is missing``; else ``None``."""
        return None


@dataclass(frozen=True)
class Field:
    """An option of a backend's own, as data for configuration, REST and forms.

    ``choices``: the values that there are; ``pattern``: a regular expression of Python and JavaScript alike that the
    whole value must match; ``check`` raises `ValueError` with one sentence for what a pattern can't tell.
    """

    name: str
    label: str
    description: str
    choices: tuple[str, ...] = ()
    default: str = ""
    required: bool = False
    pattern: str = ""
    check: Callable[[str], object] | None = None

    def value(self, options: DesktopOptions) -> str:
        """Return what ``options`` say, or the default."""
        return options.extra.get(self.name) or self.default


@dataclass(frozen=True)
class Paths:
    """The files of one desktop that a backend may name in an argv."""

    directory: Path
    rfb_socket: Path
    xauthority: Path

    @property
    def vnc_socket(self) -> Path:
        """The VNC server's own socket, where something else listens on ``rfb_socket``."""
        return self.directory / "vnc.sock"


@dataclass(frozen=True)
class Step:
    """One process of a desktop, started once those named in ``after`` are ready.

    The ``display`` step writes its display number to the readiness pipe (``-displayfd``). With ``sized`` the runner
    gives the display its size through RANDR as soon as it is there. A step that brings a session of its own names it:
    then there is no other, unless a command is configured, and its end with status 0 is a log-out. ``files`` are
    written just before (0600); ``environment`` is added to what every part gets.
    """

    name: StepName
    argv: tuple[str, ...]
    after: tuple[StepName, ...] = ()
    ready: Ready = field(default_factory=Started)
    umask: int = 0o077
    sized: bool = False
    session: str = ""
    files: Mapping[Path, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Backend(Protocol):
    """One way to make a desktop.

    ``transports``: the first is the default. ``fields``: options of its own.
    """

    name: str
    title: str
    transports: tuple[str, ...]
    fields: tuple[Field, ...]

    def programs(self, options: DesktopOptions) -> Iterable[Program]:
        """Return the programs that must be there."""

    def steps(self, options: DesktopOptions, paths: Paths) -> Iterable[Step]:
        """Return the processes to start, without the session."""

    def resize(self, options: DesktopOptions) -> Literal["rfb", "rest"]:
        """Return who changes the size: ``rfb`` where the VNC server takes SetDesktopSize, ``rest`` where we do it."""

    def speaks(self, options: DesktopOptions) -> Literal["rfb", "websocket"]:
        """Return what is spoken on ``rfb.sock``."""

    def raw_socket(self, options: DesktopOptions) -> str:
        """Return the name of the socket that speaks plain RFB in any case."""
