"""The options of a desktop, validated before anything is started, and the table of all their spellings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from .errors import InvalidOption

NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
"""Names become directory names and parts of URLs: no slash, no leading dot, at most 32 characters."""

MIN_SIDE = 64
MAX_SIDE = 8192
"""Limits of a screen's width and height in pixels; noVNC and Xvfb both support 8192."""


MIN_SCALE = 100
MAX_SCALE = 300
"""Limits of a session's scale in percent."""


def check_scale(percent: int) -> int:
    """Return a scale in percent, or raise `InvalidOption` if it is out of range."""
    if not MIN_SCALE <= percent <= MAX_SCALE:
        raise InvalidOption(f"The scale must be from {MIN_SCALE} to {MAX_SCALE} percent.", code="bad-scale")
    return percent


class Geometry(NamedTuple):
    """A screen's size in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @classmethod
    def parse(cls, text: str) -> Geometry:
        """Parse ``WIDTHxHEIGHT``; raise `InvalidOption` for any other text or a size out of range."""
        match = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", text)
        if match is None:
            raise InvalidOption(
                f"The geometry {text!r} is not of the form WIDTHxHEIGHT, as in 1280x720.",
                code="bad-geometry",
            )
        return cls.checked(int(match[1]), int(match[2]))

    @classmethod
    def checked(cls, width: int, height: int) -> Geometry:
        """Return a geometry, or raise `InvalidOption` if a side is out of range."""
        if not (MIN_SIDE <= width <= MAX_SIDE and MIN_SIDE <= height <= MAX_SIDE):
            raise InvalidOption(
                f"The geometry {width}x{height} is out of range: "
                f"each side must be from {MIN_SIDE} to {MAX_SIDE} pixels.",
                code="bad-geometry",
            )
        return cls(width, height)


class Area(NamedTuple):
    """A part of a screen, in pixels."""

    x: int
    y: int
    width: int
    height: int


def enclosing(areas: Sequence[Area]) -> Geometry:
    """Return the size of the smallest screen that has all these areas."""
    return Geometry(max(each.x + each.width for each in areas), max(each.y + each.height for each in areas))


RESERVED_NAMES = frozenset({"backends"})
"""Names that no new desktop may have: the REST API's table has addresses of these names beside the desktops'."""


def check_new_name(name: str) -> str:
    """Return ``name`` if a new desktop may have it, else raise `InvalidOption`."""
    if name in RESERVED_NAMES:
        raise InvalidOption(f"The name {name!r} is reserved; choose another one.", code="bad-name")
    return check_name(name)


def check_name(name: str) -> str:
    """Return ``name`` if it is a valid name for a desktop, else raise `InvalidOption`."""
    if NAME_PATTERN.fullmatch(name) is None:
        raise InvalidOption(
            "A desktop's name has 1 to 32 letters, digits, dots, dashes or underscores "
            "and begins with a letter or digit.",
            code="bad-name",
        )
    return name


@dataclass(frozen=True)
class DesktopOptions:
    """The options of one desktop; `OPTIONS` has their names on the command line, in REST, traits and environment.

    ``backend`` is a backend's name or ``auto``; ``transport`` one of the backend's transports;
    ``session`` a session's name, empty for the best one found; ``session_command`` an argv that overrides it;
    ``start_timeout`` in seconds, for each process; ``extra`` the backend's own options by name.
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

    def to_text(self) -> str:
        """Return the options as a text for another process of ours; `from_text` reads them back.

        They are handed over on a pipe or in the environment, because all users of the machine see command lines.
        """
        return json.dumps(self.to_json())

    @classmethod
    def from_text(cls, text: str | bytes) -> DesktopOptions:
        """Read the output of `to_text`; raise `InvalidOption` for anything else."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidOption(f"These are not the options of a desktop: {error}.") from error
        return cls.from_json(data)

    def to_json(self) -> dict[str, Any]:
        """Return the options for ``desktop.json``; `from_json` reads them back."""
        return {option.name: option.to_json(getattr(self, option.name)) for option in OPTIONS}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> DesktopOptions:
        """Read the output of `to_json`; raise `InvalidOption` for anything else."""
        try:
            return cls(
                **{each.name: each.read(data[each.name]) for each in OPTIONS if each.name in data or each.stored}
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidOption(f"These are not the options of a desktop: {error!r}.") from error


def _read_geometry(value: object) -> Geometry:
    return Geometry.parse(str(value))


def _read_words(value: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(word) for word in value)


def _read_mapping(value: Mapping[object, object]) -> dict[str, str]:
    return {str(name): str(each) for name, each in value.items()}


@dataclass(frozen=True)
class Option:
    """One field of `DesktopOptions`, with its name and form everywhere that a user can set it.

    ``read`` makes the field's value from text or JSON, ``to_json`` is its inverse.
    ``trait`` and ``body_field`` name it in ``c.VncProxy`` and in a REST body (of the JSON type ``body_type``; ``None``:
    not accepted there). ``variable`` is its environment variable, empty for none. ``stored``: always in desktop.json.
    """

    name: str
    help: str = ""
    metavar: str | None = None
    read: Callable[[Any], Any] = str
    to_json: Callable[[Any], Any] = str
    switch_name: str = ""
    trait_name: str = ""
    body_name: str = ""
    body_type: type | None = str
    in_environment: bool = True
    stored: bool = True

    @property
    def switch(self) -> str:
        """Its name on the command line, as in ``--start-timeout``."""
        return self.switch_name or f"--{self.name.replace('_', '-')}"

    @property
    def trait(self) -> str:
        """Its name in the server's configuration."""
        return self.trait_name or self.name

    @property
    def body_field(self) -> str:
        """Its name in the body of a REST request."""
        return self.body_name or self.name

    @property
    def variable(self) -> str:
        """Its environment variable, or nothing."""
        return f"{ENVIRONMENT_PREFIX}{self.name.upper()}" if self.in_environment else ""


ENVIRONMENT_PREFIX = "JUPYTER_VNC_"
"""Begins the names of our environment variables."""

HANDED_OVER = f"{ENVIRONMENT_PREFIX}HANDED_OVER"
"""The environment variable with the options of `DesktopOptions.to_text` that the page server gets."""

OPTIONS = (
    Option("backend", "default: {default}"),
    Option("transport", "default: {default}"),
    Option("session", "default: the best that is installed"),
    Option("geometry", "in pixels (default: {default})", "WxH", read=_read_geometry),
    Option(
        "start_timeout",
        "for each process (default: {default:g})",
        "SECONDS",
        read=float,
        to_json=float,
        body_type=None,
        in_environment=False,
    ),
    Option(
        "extra",
        "an option of the backend's own, as in xserver=xdummy; can be repeated",
        "NAME=VALUE",
        read=_read_mapping,
        to_json=dict,
        switch_name="--option",
        trait_name="backend_options",
        body_name="options",
        body_type=dict,
        in_environment=False,  # each of these options has a variable of its own
        stored=False,  # older versions had none
    ),
    Option(
        "session_command",
        read=_read_words,
        to_json=list,
        switch_name="--",
        body_type=None,
        in_environment=False,
    ),
)
"""In the order of the command line's help."""

BODY_FIELDS: dict[str, type] = {each.body_field: each.body_type for each in OPTIONS if each.body_type is not None}
"""The fields of a REST body that set options, and their JSON types."""


def read_body_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `DesktopOptions` that a REST body of `BODY_FIELDS` sets; raise `InvalidOption`."""
    return {each.name: each.read(body[each.body_field]) for each in OPTIONS if each.body_field in body}


def environment_texts(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the options that environment variables set, as text, by field; empty variables count as unset."""
    texts = {each.name: environment.get(each.variable, "") for each in OPTIONS if each.variable}
    return {name: text for name, text in texts.items() if text}


def read_texts(texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of `DesktopOptions` from their texts; raise `InvalidOption` for a bad one."""
    return {each.name: each.read(texts[each.name]) for each in OPTIONS if each.name in texts}
