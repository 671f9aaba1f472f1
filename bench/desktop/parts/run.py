"""Measures the parts that the command line names, one configuration after another."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..command_line import durations_of
from ..measure import Durations
from ..servers.configurations import CONFIGURATIONS
from ..servers.jupyter_server import ServerError
from . import browser, many, server, sound

Log = Callable[[str], None]

WITH_PEERS = ("stream", "tigervnc", "jupyter-remote-desktop-proxy", "selkies")
DEFAULTS = {
    "server": ("stream", "tigervnc"),
    "browser": ("stream", "tigervnc"),
    "sound": ("stream", "selkies"),
    "class": WITH_PEERS,
    "idle": WITH_PEERS,
}
"""The configurations of each part, unless the command line names some."""

USERS = {"sound": (sound.IDLE_USERS,), "class": (20, 40), "idle": (40,)}
QUICK_USERS = (2,)

LABELS = ("size", "link", "scene", "situation", "users")
"""The fields that tell the rows of a configuration apart."""

IDLE = Durations(idle=10.0)


def measure_part(part: str, found: argparse.Namespace, stderr: Path, log: Log) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each configuration of a part with its results, again whenever there are more of them."""
    for name in found.configuration or DEFAULTS[part]:
        result: dict[str, Any] = {"worker": CONFIGURATIONS[name].worker, "rows": []}
        obstacle = CONFIGURATIONS[name].obstacle()
        if part in ("server", "browser") and not CONFIGURATIONS[name].backend:
            obstacle = "It has no socket of its own that speaks RFB."
        if obstacle is not None:
            log(f"{part} {name}: {obstacle}")
            yield name, {**result, "error": obstacle}
            continue
        for row in ROWS[part](name, found, stderr):
            result["rows"].append(row)
            log(" ".join([part, name, *(str(row[key]) for key in LABELS if key in row)]))
            yield name, result


def _server(name: str, found: argparse.Namespace, stderr: Path) -> Iterator[dict[str, Any]]:
    sizes = found.size or (server.SIZES[:1] if found.quick else server.SIZES)
    return server.measure_server(name, sizes, found.scene, durations_of(found, server.DURATIONS), stderr)


def _browser(name: str, found: argparse.Namespace, stderr: Path) -> Iterator[dict[str, Any]]:
    sizes = found.size or (browser.SIZES[:1] if found.quick else browser.SIZES)
    return browser.measure_browser(name, sizes, found.scene, durations_of(found, browser.DURATIONS), stderr)


def _sound(name: str, found: argparse.Namespace, stderr: Path) -> Iterator[dict[str, Any]]:
    durations = durations_of(found, sound.DURATIONS)
    yield from sound.measure_sound(name, found.link, durations, stderr, found.quick)
    for users in () if found.link else _users("sound", found):
        try:
            yield sound.measure_silence(name, users, durations.idle)
        except ServerError as error:
            yield {"users": users, "situation": "silent", "error": str(error)}


def _class(name: str, found: argparse.Namespace, stderr: Path) -> Iterator[dict[str, Any]]:
    for users in _users("class", found):
        try:
            yield many.measure_class(name, users, found.session)
        except ServerError as error:
            yield {"users": users, "error": str(error)}


def _idle(name: str, found: argparse.Namespace, stderr: Path) -> Iterator[dict[str, Any]]:
    for users in _users("idle", found):
        try:
            yield many.measure_idle(name, users, durations_of(found, IDLE).idle, found.session)
        except ServerError as error:
            yield {"users": users, "error": str(error)}


def _users(part: str, found: argparse.Namespace) -> tuple[int, ...]:
    return tuple(found.users or (QUICK_USERS if found.quick else USERS[part]))


ROWS: dict[str, Callable[[str, argparse.Namespace, Path], Iterator[dict[str, Any]]]] = {
    "server": _server,
    "browser": _browser,
    "sound": _sound,
    "class": _class,
    "idle": _idle,
}
"""What yields the rows of each part, for a configuration."""
