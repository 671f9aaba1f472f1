"""Everything to start for one desktop: the processes of its backend's plan, the session, their environment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from ..backends.base import Plan, Step
from ..backends.sessions import choose_session, session_environment, with_bus
from ..desktops.desktop import Desktop
from ..desktops.markers import MARKER, outside_desktop
from ..options import DesktopOptions
from ..system.environment import clean_environment


@dataclass(frozen=True)
class Startup:
    """The processes by name, in the order of their dependencies; the session's name, companions and environment."""

    steps: Mapping[str, Step]
    session: str
    companions: tuple[tuple[str, ...], ...]
    environment: dict[str, str]


def process_environment(desktop: Desktop) -> dict[str, str]:
    """Return our environment as the desktop's processes get it, without a display yet."""
    environment = clean_environment(outside_desktop(os.environ))
    environment[MARKER] = str(desktop.path)
    environment["XAUTHORITY"] = str(desktop.xauthority)
    environment.pop("DISPLAY", None)
    environment.setdefault("XDG_RUNTIME_DIR", str(desktop.path / "run"))
    return environment


def arrange(plan: Plan, options: DesktopOptions, environment: dict[str, str]) -> Startup:
    """Return what to start for a plan: a session too, if none of its processes includes one or a command is configured.

    Raise `InvalidOption` or `MissingProgram` if no session can be chosen.
    """
    path = environment["PATH"]
    steps: dict[str, Step] = {
        each.name: replace(each, argv=with_bus(each.argv, path)) if each.session else each for each in plan.steps
    }
    included = [each.session for each in plan.steps if each.session]
    if "session" in steps or (included and not options.session_command):
        return Startup(steps, next(iter(included), ""), (), environment)
    session = choose_session(options)
    environment = session_environment(session, environment)
    path = environment["PATH"]
    steps["session"] = Step("session", with_bus(session.argv, path), after=("display",), umask=-1)
    companions = tuple(with_bus(argv, path) for argv in session.companions)
    return Startup(steps, session.name, companions, environment)


async def start_in_order(steps: Iterable[Step], start: Callable[[Step], Awaitable[None]]) -> None:
    """Call ``start`` for each process as soon as those that it depends on are ready; cancel the rest if one fails."""
    tasks: dict[str, asyncio.Task[None]] = {}

    async def start_after(needed: Iterable[asyncio.Task[None]], step: Step) -> None:
        for task in needed:
            await asyncio.shield(task)
        await start(step)

    for step in steps:
        tasks[step.name] = asyncio.ensure_future(start_after([tasks[each] for each in step.after], step))
    try:
        await asyncio.gather(*tasks.values())
    except BaseException:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        raise
