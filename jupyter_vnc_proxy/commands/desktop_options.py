"""What a person may ask of a desktop, as arguments."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

from ..errors import InvalidOption
from ..options import DesktopOptions, Geometry

FIELDS = ("backend", "transport", "session", "geometry", "option", "start_timeout", "session_command")


def add_desktop_options(parser: argparse.ArgumentParser, defaults: DesktopOptions | None = None) -> None:
    """Add the options of one desktop; without ``defaults``, those that were not given are ``None``."""
    shown = defaults or DesktopOptions()
    given = defaults or argparse.Namespace(**dict.fromkeys(FIELDS))
    parser.add_argument("--backend", default=given.backend, help=f"default: {shown.backend}")
    parser.add_argument("--transport", default=given.transport, help=f"default: {shown.transport}")
    parser.add_argument("--session", default=given.session, help="default: the best that is installed")
    parser.add_argument(
        "--geometry", default=given.geometry, metavar="WxH", help=f"in pixels (default: {shown.geometry})"
    )
    parser.add_argument(
        "--option",
        action="append",
        metavar="NAME=VALUE",
        help="an option of the backend's own, as in xserver=xdummy; may be given again",
    )
    parser.add_argument(
        "--start-timeout",
        type=float,
        default=given.start_timeout,
        metavar="SECONDS",
        help=f"for each part (default: {shown.start_timeout:g})",
    )
    parser.add_argument_group("session", "After a word --, the session's command and arguments: … -- xterm -maximized")
    parser.set_defaults(session_command=[])  # the command line fills it: argparse allows no such list behind a name


def read_desktop_options(arguments: argparse.Namespace, defaults: DesktopOptions) -> DesktopOptions:
    """Return ``defaults`` with what was given; raise `InvalidOption` for a geometry or an option that is none."""
    given = {name: getattr(arguments, name) for name in FIELDS}
    changes = {name: value for name, value in given.items() if value not in (None, [])}
    if "geometry" in changes:
        changes["geometry"] = Geometry.parse(str(changes["geometry"]))  # argparse makes a list of "--"
    if "option" in changes:
        changes["extra"] = {**defaults.extra, **_pairs(changes.pop("option"))}
    if "session_command" in changes:
        changes["session_command"] = tuple(changes["session_command"])
    return defaults.replaced(**changes)


def _pairs(words: Iterable[str]) -> dict[str, str]:
    pairs = dict[str, str]()
    for word in words:
        name, sign, pairs[name] = word.partition("=")
        if not sign:
            raise InvalidOption(f"The option {word!r} is not of the form NAME=VALUE.", code="bad-option")
    return pairs


def any_given(arguments: argparse.Namespace) -> bool:
    """Tell whether any option of the desktop was given, where `add_desktop_options` had no defaults."""
    return any(getattr(arguments, name) not in (None, []) for name in FIELDS)


def environment_options() -> DesktopOptions:
    """Return what the environment says, as the server reads it where a trait is not set."""
    from ..backends import all_backends
    from ..backends.fields import from_environment

    defaults = DesktopOptions()
    return DesktopOptions(
        backend=os.environ.get("JUPYTER_VNC_BACKEND") or defaults.backend,
        transport=os.environ.get("JUPYTER_VNC_TRANSPORT") or defaults.transport,
        session=os.environ.get("JUPYTER_VNC_SESSION", ""),
        geometry=Geometry.parse(os.environ.get("JUPYTER_VNC_GEOMETRY") or str(defaults.geometry)),
        extra=from_environment(all_backends().values(), os.environ),
    )
