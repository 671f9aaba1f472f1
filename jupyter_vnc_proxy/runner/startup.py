"""Everything to start for one desktop: the processes of its backend's plan, the session, their environment."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..backends.base import Plan, Step
from ..backends.sessions import Session, choose_session, session_environment
from ..desktops.desktop import Desktop
from ..desktops.markers import MARKER, SESSION_DIRECTORY, outside_desktop
from ..options import DesktopOptions
from ..sound.pulse import SERVER as SOUND_SERVER
from ..sound.pulse import address, with_server
from ..system.environment import user_environment
from ..system.inheritance.places import RUNTIME_DIRECTORY as XDG_RUNTIME_DIR
from ..system.inheritance.places import unusable_places
from .diagnosis import home_missing
from .scale.xfconf import PROGRAM as XFCONF_QUERY
from .session_bus import SessionBus
from .user_programs import UserPrograms
from .xfce import xfce_environment

RUNTIME_DIRECTORY = "run"
"""The desktop's own XDG_RUNTIME_DIR, in its directory."""


ASKPASS = "SSH_ASKPASS_REQUIRE"


@dataclass(frozen=True)
class Startup:
    """The processes by name, in the order of their dependencies; the session's name, companions and environment.

    ``environment`` is that of the session and its companions; ``scaling`` says whether the session's programs follow
    a change of its scale while they run, ``sound`` whether they have a sound server.
    """

    steps: Mapping[str, Step]
    session: str
    companions: tuple[tuple[str, ...], ...]
    environment: dict[str, str]
    scaling: bool
    sound: bool

    def properties(self) -> dict[str, Any]:
        """Return what a `DesktopState` tells of it, by field."""
        return {"session": self.session, "scaling": self.scaling, "scale": 100, "sound": self.sound}


def process_environment(desktop: Desktop) -> dict[str, str]:
    """Return our environment as the desktop's processes get it, without a display yet."""
    environment = user_environment(outside_desktop(os.environ))
    environment[MARKER] = str(desktop.path)
    environment["XAUTHORITY"] = str(desktop.xauthority)
    environment.pop("DISPLAY", None)
    if environment.get(ASKPASS) == "never":  # which a server that exports its display sets for kernels
        del environment[ASKPASS]
    for name in unusable_places(environment):
        del environment[name]
    if not environment.get(XDG_RUNTIME_DIR):
        environment[XDG_RUNTIME_DIR] = str(desktop.path / RUNTIME_DIRECTORY)
    return with_server(environment, desktop.path)


def environment_notes(environment: Mapping[str, str]) -> list[str]:
    """Return sentences on variables of ``environment`` that a desktop replaces or removes."""
    return [
        f"{name} ({environment[name]}) {problem}, so the desktop "
        + ("uses a directory of its own." if name == XDG_RUNTIME_DIR else "ignores it.")
        for name, problem in unusable_places(environment).items()
    ]


def arrange(plan: Plan, options: DesktopOptions, environment: Mapping[str, str], directory: Path) -> Startup:
    """Return what to start for a plan: a session too, if none of its processes includes one or a command is configured.

    ``environment`` is the user's. Raise `InvalidOption` or `MissingProgram` if no session can be chosen,
    `StartFailed` if it has no home directory, `OSError` if the desktop's ``directory`` can't be written.
    """
    included = [each.session for each in plan.steps if each.session]
    chosen = bool(options.session_command or not included) and "session" not in (each.name for each in plan.steps)
    if not options.session_command and (missing := home_missing()) is not None:
        raise missing
    session = choose_session(options) if chosen else Session(next(iter(included), ""), "", ())
    programs = UserPrograms(directory, environment, session.scripted)
    bus = SessionBus(directory, environment["PATH"])
    steps: dict[str, Step] = {
        each.name: replace(each, argv=bus.around(programs.own(each.argv))) if each.session else each
        for each in plan.steps
    }
    variables = bus.environment(programs.environment)
    if chosen:
        argv = programs.command(session.argv) if options.session_command else programs.own(session.argv)
        steps["session"] = Step("session", bus.around(argv), after=("display",), umask=-1)
        variables = session_environment(session, variables)
        if session.name == "xfce":
            variables = xfce_environment(directory / SESSION_DIRECTORY, variables)
    companions = tuple(bus.around(programs.own(argv)) for argv in session.companions)
    scaling = session.name == "xfce" and shutil.which(programs.own((XFCONF_QUERY,))[0]) is not None
    sound = environment.get(SOUND_SERVER) == address(directory)
    return Startup(steps, session.name, companions, variables, scaling, sound)


async def start_in_order(
    steps: Iterable[Step], start: Callable[[Step], Awaitable[None]], meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Call ``start`` for each process as soon as those that it depends on are ready; cancel the rest if one fails.

    ``meanwhile()`` is called once, when the first of them are under way.
    """
    tasks: dict[str, asyncio.Task[None]] = {}

    async def start_after(needed: Iterable[asyncio.Task[None]], step: Step) -> None:
        for task in needed:
            await asyncio.shield(task)
        await start(step)

    for step in steps:
        tasks[step.name] = asyncio.ensure_future(start_after([tasks[each] for each in step.after], step))
    try:
        await asyncio.sleep(0)
        meanwhile()
        await asyncio.gather(*tasks.values())
    except BaseException:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        raise
