"""Starts, finds, lists and stops desktops."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ..backends import environment_options
from ..desktops.desktop import Desktop
from ..desktops.manager import DEFAULT_NAME, DesktopManager
from ..desktops.runtime import desktop_path, runtime_directory
from ..desktops.waiting import SETTLE_SECONDS, up_timeout, wait_until_up
from ..errors import Conflict, UnknownDesktop
from ..options import DesktopOptions, Geometry, check_name
from ..system.worker_pool import WorkerPool

workers = WorkerPool("vnc-automation")
"""Threads for whatever blocks: displays, files, a desktop that starts."""


def find(name: str, runtime_dir: str = "") -> Desktop:
    """Return a desktop by its name; raise `UnknownDesktop` if there is none."""
    desktop = Desktop(desktop_path(runtime_directory(runtime_dir), check_name(name)))
    if not desktop.exists():
        raise UnknownDesktop(f"There is no desktop named {name!r}.", fix=f"jupyter vnc start {name}")
    return desktop


def given_options(
    backend: str | None,
    session: str | None,
    command: Sequence[str] | None,
    geometry: str | tuple[int, int] | None,
    extra: Mapping[str, str] | None,
) -> dict[str, Any]:
    """Return the fields of `DesktopOptions` that are given; raise `InvalidOption` for a bad size."""
    size = Geometry.parse(geometry) if isinstance(geometry, str) else geometry and Geometry.checked(*geometry)
    given = {
        "backend": backend,
        "session": session,
        "session_command": command and tuple(command),
        "geometry": size,
        "extra": extra and dict(extra),
    }
    return {name: value for name, value in given.items() if value}


async def start(name: str, changes: Mapping[str, Any], runtime_dir: str = "") -> Desktop:
    """Start a desktop, unless it runs, and wait until it is up; it runs until it is stopped.

    ``changes`` are fields of `DesktopOptions`. Raise `Conflict` if they are given for a desktop that exists,
    `StartFailed` if it does not come up.
    """
    options = environment_options(os.environ).replaced(**changes)
    manager = DesktopManager(options, runtime_dir, orphan_timeout=None)
    try:
        desktop = Desktop(desktop_path(manager.runtime, check_name(name)))
        if not desktop.exists():
            if changes or name != DEFAULT_NAME:
                await manager.create(name, options)
            else:
                await manager.start(name)
        elif changes:
            raise Conflict(
                f"There is a desktop named {name!r} already, so its options cannot change.",
                code="name-taken",
                fix=f"jupyter vnc stop --remove {name}",
            )
        else:
            await manager.start(name)
        desktop = manager.get(name)
        await workers.run(lambda: wait_until_up(desktop, up_timeout(options), SETTLE_SECONDS))
    finally:
        manager.let_live()
    return desktop


async def stop(desktop: Desktop, remove: bool = False) -> None:
    """Stop a desktop, and remove its directory if asked; raise as `DesktopManager.stop` does."""
    manager = DesktopManager(DesktopOptions(), str(desktop.path.parent))
    try:
        await manager.stop(desktop.name)
        if remove:
            await manager.delete(desktop.name)
    finally:
        manager.let_live()
