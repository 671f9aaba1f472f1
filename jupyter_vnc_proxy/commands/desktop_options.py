"""The options of a desktop as command-line arguments."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

from ..errors import InvalidOption
from ..options import DesktopOptions, Geometry

FIELDS = ("backend", "transport", "session", "geometry", "option", "start_timeout", "session_command")


def add_desktop_options(parser: argparse.ArgumentParser, defaults: DesktopOptions | None = None) -> None:
    """Add the options of a desktop; without ``defaults``, options that are not given are ``None``."""
    shown = defaults or DesktopOptions()
    given = defaults or argparse.Namespace(**dict.fromkeys(FIELDS))
    parser.add_argument(
        "--backend", default=given.backend, metavar="NAME", help=f"the backend's name (default: {shown.backend})"
    )
    parser.add_argument(
        "--transport",
        default=given.transport,
        metavar="NAME",
        help=f"one of the backend's transports (default: {shown.transport})",
    )
    parser.add_argument(
        "--session", default=given.session, metavar="NAME", help="the session's name (default: the best one installed)"
    )
    parser.add_argument(
        "--geometry",
        default=given.geometry,
        metavar="WxH",
        help=f"the initial size in pixels (default: {shown.geometry})",
    )
    parser.add_argument(
        "--option",
        action="append",
        metavar="NAME=VALUE",
        help="an option of the backend, such as xserver=xdummy; may be repeated",
    )
    parser.add_argument(
        "--start-timeout",
        type=float,
        default=given.start_timeout,
        metavar="SECONDS",
        help=f"the time that each process may take to start (default: {shown.start_timeout:g})",
    )
    parser.add_argument_group("session", "After --, the session's command and its arguments: -- xterm -maximized")
    parser.set_defaults(session_command=[])  # cli.parse fills it: argparse cannot, after a positional argument


def read_desktop_options(arguments: argparse.Namespace, defaults: DesktopOptions) -> DesktopOptions:
    """Return ``defaults`` updated from ``arguments``; raise `InvalidOption` for an invalid geometry or option."""
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
    """Return whether any option of the desktop was given; needs `add_desktop_options` without defaults."""
    return any(getattr(arguments, name) not in (None, []) for name in FIELDS)


def environment_options() -> DesktopOptions:
    """Return the options that the environment sets, as the server reads them if a trait is not set."""
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
