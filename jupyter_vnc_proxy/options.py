"""What a person may ask of a desktop, validated before anything is started."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from .errors import InvalidOption

NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
"""Names become directory names and parts of URLs: no slash, no leading dot, at most 32 characters."""

MIN_SIDE = 64
MAX_SIDE = 8192
"""Limits of a screen's width and height in pixels; noVNC and Xvfb both cope with 8192."""


class Geometry(NamedTuple):
    """A screen's size in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @classmethod
    def parse(cls, text: str) -> Geometry:
        """Read ``WIDTHxHEIGHT``; raise `InvalidOption` where it is no size that a screen can have."""
        match = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", text)
        if match is None:
            raise InvalidOption(
                f"The geometry {text!r} is not of the form WIDTHxHEIGHT, as in 1280x720.",
                code="bad-geometry",
            )
        return cls.checked(int(match[1]), int(match[2]))

    @classmethod
    def checked(cls, width: int, height: int) -> Geometry:
        """Make a geometry, or raise `InvalidOption` where a side is out of range."""
        if not (MIN_SIDE <= width <= MAX_SIDE and MIN_SIDE <= height <= MAX_SIDE):
            raise InvalidOption(
                f"The geometry {width}x{height} is out of range: "
                f"each side must be from {MIN_SIDE} to {MAX_SIDE} pixels.",
                code="bad-geometry",
            )
        return cls(width, height)


def check_name(name: str) -> str:
    """Return ``name`` where a desktop may be called so, else raise `InvalidOption`."""
    if NAME_PATTERN.fullmatch(name) is None:
        raise InvalidOption(
            "A desktop's name has 1 to 32 letters, digits, dots, dashes or underscores "
            "and begins with a letter or digit.",
            code="bad-name",
        )
    return name


@dataclass(frozen=True)
class DesktopOptions:
    """What one desktop is to be.

    ``backend`` is a backend's name or ``auto``; ``transport`` one of the backend's transports;
    ``session`` a session's name, empty for the best one found; ``session_command`` an argv that wins over it;
    ``start_timeout`` in seconds, for each part; ``extra`` what a backend has options of its own for, by name.
    """

    backend: str = "auto"
    transport: str = "direct"
    session: str = ""
    session_command: tuple[str, ...] = ()
    geometry: Geometry = field(default=Geometry(1280, 720))
    start_timeout: float = 30.0
    extra: Mapping[str, str] = field(default_factory=dict)

    def replaced(self, **changes: Any) -> DesktopOptions:
        """Return a copy with some fields changed."""
        return replace(self, **changes)

    def argv(self) -> list[str]:
        """Return the options as arguments of ``python -m jupyter_vnc_proxy run``."""
        argv = [f"--backend={self.backend}", f"--transport={self.transport}"]
        argv += [f"--session={self.session}", f"--geometry={self.geometry}"]
        argv += [f"--start-timeout={self.start_timeout:g}"]
        argv += [f"--option={name}={value}" for name, value in self.extra.items()]
        if self.session_command:
            argv += ["--", *self.session_command]
        return argv

    def to_json(self) -> dict[str, Any]:
        """Return the options for ``desktop.json``; `from_json` reads them back."""
        return {
            "backend": self.backend,
            "transport": self.transport,
            "session": self.session,
            "session_command": list(self.session_command),
            "geometry": str(self.geometry),
            "start_timeout": self.start_timeout,
            "extra": dict(self.extra),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> DesktopOptions:
        """Read what `to_json` wrote; raise `InvalidOption` where it is something else."""
        try:
            return cls(
                backend=str(data["backend"]),
                transport=str(data["transport"]),
                session=str(data["session"]),
                session_command=tuple(str(word) for word in data["session_command"]),
                geometry=Geometry.parse(str(data["geometry"])),
                start_timeout=float(data["start_timeout"]),
                extra={str(name): str(value) for name, value in data.get("extra", {}).items()},
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidOption(f"These are not the options of a desktop: {error!r}.") from error
